"""The waiting list: who is told when a time comes free, and for how long it is kept for them.

First come, first told, and only by day. A time that isn't taken up is free for everyone again when
its hold runs out, and goes to the next on the list. Nobody is told for ever: after some times that
they didn't take they are off the list, and so is whoever has nothing to wait for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

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
    offered = 0
    for service in services.values():
        if service.handover.kind == "diary" and service.handover.fhir is None:
            with database.session() as session:
                offered += _offer(session, service, now)
    return offered


def _offer(session: Session, service: Service, now: datetime) -> int:
    people = session.execute(
        select(Waiting, Referral)
        .join(Referral, Referral.id == _waiting.referral_id)
        .where(_waiting.service_id == service.id)
        .order_by(_waiting.told_at.is_not(None), _waiting.told_at, _waiting.joined_at)
        .with_for_update(skip_locked=True, of=[Waiting, Referral])
    ).all()
    if not people:
        return 0
    rules = rules_of(service)
    limits = booking_data().limits
    kept = timedelta(minutes=limits.waiting_hold_minutes)
    # It must still be far enough ahead when what is promised ends.
    free = diary.free_slots(session, service.id, now, notice=rules.notice + kept)
    times = [slot for slot in free if rules.allow(slot)]
    offered = 0
    for entry, referral in people:
        visit = Visit(session, referral, service, now)
        if not may_wait(visit):
            leave(visit)
            continue
        to = letters.reached(visit, "waiting")
        if not to or _holds(session, referral.id, now):
            continue
        if letters.times_offered(visit, entry.joined_at) >= limits.waiting_offers:
            leave(visit)
            letters.end_waiting(visit, to)
            continue
        if not times:
            continue
        until = now + kept
        slot = diary.hold(session, times.pop(0).id, referral.id, now, until, promised=True)
        letters.offer_time(visit, slot, until)
        entry.told_at = now
        offered += 1
    return offered


def _by_day(now: datetime) -> bool:
    limits = booking_data().limits
    begins, ends = in_london(now), in_london(now + timedelta(minutes=limits.waiting_hold_minutes))
    day = begins.date() == ends.date()
    return day and limits.waiting_from <= begins.time() and ends.time() <= limits.waiting_until


def _holds(session: Session, referral_id: str, now: datetime) -> bool:
    slots: Any = DiarySlot
    query = select(slots.id).where(
        slots.state == "held", slots.held_by == referral_id, slots.held_until > now
    )
    return session.execute(query).first() is not None
