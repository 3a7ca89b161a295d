"""Follows what another system's own people do to an appointment that was booked from here.

A chore of the outbox: so the chat, the person's own page and the reminders know of it within
minutes, and none of them has to wait for the other system.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.booking import changing, diary
from bot.booking.fhir.client import Rejected, Unreachable
from bot.booking.fhir.diary import RemoteDiary, RemoteSlot
from bot.booking.visit import Visit
from bot.knowledge.services import Service
from bot.records.cases import ELSEWHERE
from bot.records.database import Database
from bot.records.models import Appointment, DiarySlot, Referral

logger = logging.getLogger(__name__)

_appointments: Any = Appointment  # its columns


def follow(
    database: Database,
    services: Mapping[str, Service],
    remotes: Mapping[str, RemoteDiary],
    now: datetime,
) -> None:
    """Cancels or moves here what was cancelled or moved there. A system that is down: next time."""
    for service_id, remote in remotes.items():
        try:
            for referral_id, key in _to_come(database, service_id, now):
                there = remote.appointment(key)
                if there is not None:
                    _bring_up_to_date(
                        database, services[service_id], remote, referral_id, key, there.slot, now
                    )
        except (Unreachable, Rejected) as error:
            logger.warning("Appointments of %s weren't looked at (%s).", service_id, error)


def _to_come(database: Database, service_id: str, now: datetime) -> list[tuple[str, str]]:
    """The referral and the key of each appointment that is still to come."""
    with database.reading() as session:
        found = session.execute(
            select(_appointments.referral_id, _appointments.remote_id)
            .join(DiarySlot, DiarySlot.id == _appointments.slot_id)
            .where(
                DiarySlot.service_id == service_id,
                DiarySlot.starts_at > now,
                _appointments.state == "booked",
                _appointments.remote_id.is_not(None),
            )
            .order_by(DiarySlot.starts_at)
        ).all()
    return [(str(referral_id), str(key)) for referral_id, key in found]


def _bring_up_to_date(
    database: Database,
    service: Service,
    remote: RemoteDiary,
    referral_id: str,
    key: str,
    slot: RemoteSlot | None,
    now: datetime,
) -> None:
    """`slot` is where the appointment is there; None: it was cancelled."""
    with database.session() as session:
        referral = session.get(Referral, referral_id, with_for_update=True)
        visit = Visit(session, referral, service, now) if referral else None
        has = visit.to_come() if visit else None
        if visit is None or has is None or has[0].remote_id != key:
            return  # the person was faster
        try:
            if slot is None:
                changing.cancel(visit, by=ELSEWHERE)
            elif slot.starts_at > now and slot != RemoteSlot.of(has[1]):
                there = remote.mirror(session, slot)
                changing.move(visit, there, remote_key=key, by=ELSEWHERE)
        except (diary.NothingBooked, diary.SlotTaken):
            logger.warning("An appointment of %s couldn't be followed.", service.id)
