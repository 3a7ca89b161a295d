"""The waiting list: who is told when a time comes free, and for how long it is kept for them.

First come, first told, and only by day. A time that isn't taken up is free for everyone again when
its hold runs out, and goes to the next on the list. Nobody is told for ever: after some times that
they didn't take they are off the list, and so is whoever has nothing to wait for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.booking import diary, letters
from bot.booking.rules import rules_of
from bot.booking.texts import booking_data
from bot.booking.times import in_london
from bot.booking.visit import Visit
from bot.knowledge.services import Service
from bot.records.database import Database
from bot.records.models import DiarySlot, Referral, Waiting

_WAIT = ("incoming", "accepted", "contacted")  # cases that staff haven't booked or ended

# What is to be done for someone on the list; "end" is for who didn't take several times.
Step = Literal["leave", "end", "offer"]

_waiting: Any = Waiting  # its columns


def is_waiting(visit: Visit) -> bool:
    """Whether the person is on the list."""
    query = select(_waiting.id).where(_waiting.referral_id == visit.referral.id)
    return visit.session.execute(query).first() is not None


def may_wait(visit: Visit) -> bool:
    """Whether there is something to wait for: staff haven't booked them or ended their case.

    What was booked here and is over doesn't count: it may be that they missed it.
    """
    over = visit.booked() is not None and visit.may_book
    return visit.noted in _WAIT or (visit.noted == "booked" and over)


def join(visit: Visit, to: Sequence[letters.Way]) -> None:
    """Puts the person on the list of their service, once.

    Args:
        to: the ways by which they agreed to be told.
    """
    letters.agree(visit.referral, to, "waiting")
    if not is_waiting(visit):
        visit.session.add(
            Waiting(
                referral_id=visit.referral.id,
                service_id=visit.service.id,
                joined_at=visit.now,
            )
        )
        visit.session.flush()


def leave(visit: Visit) -> None:
    """Takes the person off the list, with the time that is kept for them and its letter."""
    visit.session.execute(delete(Waiting).where(_waiting.referral_id == visit.referral.id))
    letters.take_back(visit, "waiting")
    diary.release_all(visit.session, visit.referral.id)


def offer_free_times(database: Database, services: Mapping[str, Service], now: datetime) -> int:
    """Keeps free times for those who have waited longest, and writes to them.

    Gives how many were offered a time. Someone who was offered one is asked again only after
    everyone else, and not while a time is kept for them. At night, and when a time would be kept
    into it, nobody is.
    """
    if not _by_day(now):
        return 0
    return sum(
        _offer(database, service, now)
        for service in services.values()
        if service.handover.kind == "diary" and service.handover.fhir is None
    )


def _offer(database: Database, service: Service, now: datetime) -> int:
    """The same for one service. Each person has a transaction of their own.

    Most have nothing to be done for them, and looking at them keeps nobody from writing.
    """
    with database.reading() as session:
        people = _in_order(session, service)
        steps = [
            (referral.id, _step(Visit(session, referral, service, now), entry))
            for entry, referral in people
        ]
        times = _times(session, service, now) if people else []
    offered = 0
    for referral_id, step in steps:
        if step in ("leave", "end") or (step == "offer" and times):
            with database.session() as session:
                offered += _take_step(session, referral_id, service, times, now)
    return offered


def _in_order(session: Session, service: Service) -> list[tuple[Waiting, Referral]]:
    """Those on the list, first come, first told."""
    found: list[tuple[Waiting, Referral]] = session.execute(
        select(Waiting, Referral)
        .join(Referral, Referral.id == _waiting.referral_id)
        .where(_waiting.service_id == service.id)
        .order_by(_waiting.told_at.is_not(None), _waiting.told_at, _waiting.joined_at)
    ).all()
    return found


def _times(session: Session, service: Service, now: datetime) -> list[str]:
    """The ids of the times that can be offered, soonest first."""
    rules = rules_of(service)
    # It must still be far enough ahead when what is promised ends.
    free = diary.free_slots(session, service.id, now, notice=rules.notice + _kept())
    return [slot.id for slot in free if rules.allow(slot)]


def _step(visit: Visit, entry: Waiting) -> Step | None:
    """What is to be done for someone on the list, if anything."""
    if not may_wait(visit):
        return "leave"
    if not letters.reached(visit, "waiting") or _holds(visit):
        return None
    told = letters.times_offered(visit, entry.joined_at)
    return "end" if told >= booking_data().limits.waiting_offers else "offer"


def _take_step(
    session: Session, referral_id: str, service: Service, times: list[str], now: datetime
) -> bool:
    """Does what is to be done for one person by now; gives whether they were offered a time.

    Someone who is being served at this moment is left for the next round.

    Args:
        times: ids of free times; those that were tried are taken out.
    """
    referral = session.get(Referral, referral_id, with_for_update={"skip_locked": True})
    entry = session.execute(
        select(Waiting).where(_waiting.referral_id == referral_id)
    ).scalar_one_or_none()
    if referral is None or entry is None:
        return False
    visit = Visit(session, referral, service, now)
    step = _step(visit, entry)
    if step == "offer":
        return _offer_one(visit, entry, times)
    if step is not None:
        to = letters.reached(visit, "waiting")
        leave(visit)
        if step == "end":
            letters.end_waiting(visit, to)
    return False


def _offer_one(visit: Visit, entry: Waiting, times: list[str]) -> bool:
    until = visit.now + _kept()
    while times:
        try:
            slot = diary.hold(
                visit.session, times.pop(0), visit.referral.id, visit.now, until, promised=True
            )
        except diary.SlotTaken:  # someone else has taken it since we looked
            continue
        letters.offer_time(visit, slot, until)
        entry.told_at = visit.now
        return True
    return False


def _kept() -> timedelta:
    """How long a time is kept for someone."""
    return timedelta(minutes=booking_data().limits.waiting_hold_minutes)


def _by_day(now: datetime) -> bool:
    limits = booking_data().limits
    begins, ends = in_london(now), in_london(now + _kept())
    day = begins.date() == ends.date()
    return day and limits.waiting_from <= begins.time() and ends.time() <= limits.waiting_until


def _holds(visit: Visit) -> bool:
    """Whether a time is kept for them."""
    slots: Any = DiarySlot
    query = select(slots.id).where(
        slots.state == "held", slots.held_by == visit.referral.id, slots.held_until > visit.now
    )
    return visit.session.execute(query).first() is not None
