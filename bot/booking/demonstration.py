"""Makes demonstration slots, so that the whole journey can be tried before staff add real ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.booking.rules import is_bank_holiday
from bot.booking.texts import booking_data
from bot.booking.times import from_london, in_london
from bot.knowledge.services import Service
from bot.records.database import Database
from bot.records.models import DiarySlot
from bot.settings import settings

_SATURDAY = 5


def make_demonstration_slots(
    database: Database, services: Mapping[str, Service], now: datetime
) -> int:
    """Adds the demonstration slots of the coming weeks that aren't there yet.

    Does nothing unless the settings say that this is a demonstration, nor for a service whose
    diary is kept elsewhere. Every slot is marked.

    Returns:
        How many were added.
    """
    if not settings().demo:
        return 0
    made = 0
    for service_id, service in services.items():
        if service.handover.kind == "diary" and service.handover.fhir is None:
            try:
                made += _fill(database, service_id, now)
            except IntegrityError:  # another process has just made the same ones
                continue
    return made


def _fill(database: Database, service_id: str, now: datetime) -> int:
    rules = booking_data().demonstration
    with database.session() as session:
        wanted = {_slot_id(service_id, start): start for start in _starts(now)}
        present = select(DiarySlot.id).where(
            DiarySlot.service_id == service_id, DiarySlot.demonstration
        )
        for slot_id in session.execute(present).scalars():
            wanted.pop(slot_id, None)
        session.add_all(
            DiarySlot(
                id=slot_id,
                service_id=service_id,
                starts_at=start,
                ends_at=start + timedelta(minutes=rules.minutes),
                mode=rules.mode,
                demonstration=True,
            )
            for slot_id, start in wanted.items()
        )
        return len(wanted)


def _starts(now: datetime) -> Iterator[datetime]:
    rules = booking_data().demonstration
    today = in_london(now).date()
    for ahead in range(1, rules.days + 1):
        day = today + timedelta(days=ahead)
        if day.weekday() < _SATURDAY and not is_bank_holiday(day):
            yield from (from_london(day, clock) for clock in rules.times)


def _slot_id(service_id: str, start: datetime) -> str:
    # The same for the same time, so that making them twice adds nothing.
    return uuid5(NAMESPACE_URL, f"demonstration:{service_id}:{start.isoformat()}").hex
