"""Booking in the system that keeps a service's diary: in steps, so that a crash at any is mended.

1. `begin`, in a transaction: the time is kept for the person here, and the outbox gets an order
   to undo the attempt in some minutes unless it is in force here by then.
2. `ask`, outside of any transaction: the other system is asked.
3. Whoever called writes the appointment here in a transaction, with the attempt's key.

If the process dies before the third, or the answer is lost, the order undoes what was booked
there; meanwhile nobody was told that they have an appointment.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from bot.booking import diary
from bot.booking.fhir.client import Unreachable
from bot.booking.fhir.diary import RemoteDiary
from bot.booking.rules import rules_of
from bot.booking.texts import booking_data
from bot.booking.visit import Visit
from bot.outbox.bookings import undo
from bot.records import referrals
from bot.records.models import DiarySlot

Visiting = Callable[[], AbstractContextManager[Visit]]


@dataclass(frozen=True)
class Attempt:
    """A try to get a slot. `key` is what the other system knows it by."""

    slot_id: str
    key: str


def begin(visit: Visit, slot_id: str, *, moving: bool) -> Attempt:
    """Gets ready to ask for a slot.

    Raises:
        diary.SlotTaken: it isn't free.
        diary.AlreadyBooked: there is an appointment, and it isn't to be moved.
        diary.NothingBooked: there is none to move.
    """
    to_come = visit.to_come() is not None
    if to_come and not moving:
        raise diary.AlreadyBooked(visit.referral.id)
    if moving and not to_come:
        raise diary.NothingBooked(visit.referral.id)
    minutes = rules_of(visit.service).hold_minutes
    until = visit.now + timedelta(minutes=minutes)
    slot = diary.hold(visit.session, slot_id, visit.referral.id, visit.now, until)
    attempt = Attempt(slot_id, uuid4().hex)
    after = timedelta(minutes=booking_data().limits.undo_minutes)
    undo(visit.session, visit.service.id, slot.remote_id, attempt.key, visit.now, after=after)
    return attempt


def ask(visiting: Visiting, remote: RemoteDiary, attempt: Attempt) -> None:
    """Asks the other system. If it hasn't got it, the slot isn't kept here any longer either.

    Args:
        visiting: opens a transaction on the person's visit.

    Raises:
        diary.SlotTaken: someone was faster there.
        Unreachable: nobody knows whether it was booked; the order undoes it.
    """
    with visiting() as visit:
        slot = visit.session.get(DiarySlot, attempt.slot_id)
        answers = referrals.answers(visit.session, visit.referral)
    try:
        remote.take(slot, attempt.key, visit.referral, answers, visit.now)
    except diary.SlotTaken:
        with visiting() as visit:
            diary.close(visit.session, attempt.slot_id, visit.referral.id)
        raise
    except Unreachable:
        with visiting() as visit:
            diary.release(visit.session, visit.referral.id)
        raise
