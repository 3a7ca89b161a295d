"""What goes to booking systems through the outbox: referrals, and bookings that are undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select

from bot.booking.fhir.client import Conflict, Rejected
from bot.booking.fhir.resources import referral_message
from bot.booking.fhir.systems import System
from bot.knowledge.services import Service
from bot.outbox.queue import may_have_arrived
from bot.outbox.worker import Refused
from bot.prescreen.flow import Flow
from bot.prescreen.place import filled
from bot.prescreen.questionnaires import library
from bot.prescreen.questions import script
from bot.records import referrals
from bot.records.database import Database
from bot.records.models import Appointment, Referral


class ReferralSender:
    """Delivers referrals as message Bundles."""

    def __init__(
        self,
        database: Database,
        services: Mapping[str, Service],
        systems: Mapping[str, System],
    ) -> None:
        self._database = database
        self._services = services
        self._systems = systems

    def __call__(self, payload: Mapping[str, Any], key: str, now: datetime) -> None:
        """Sends the referral that the payload names."""
        system, service = self._systems[payload["service"]], self._services[payload["service"]]
        with self._database.reading() as session:
            referral = session.get(Referral, payload["referral"])
            if referral is None:  # erased meanwhile
                return
            flow = Flow(script(), library(), self._services)
            answers = referrals.answers(session, referral)
            on = filled(answers, self._services, referral.sent_at)
            bundle = referral_message(referral, service, flow, on)
            repeated = may_have_arrived(session, key)
        request_id, correlation_id = (
            str(uuid5(NAMESPACE_URL, f"{part}:{key}")) for part in ("request", "correlation")
        )
        try:
            system.client.message(bundle, request_id, correlation_id, repeated=repeated)
        except (Rejected, Conflict) as error:
            raise Refused(f"the booking system refuses it ({error})") from None


class ReleaseSender:
    """Undoes bookings that aren't in force here: cancelled, moved, or never finished."""

    def __init__(self, database: Database, systems: Mapping[str, System]) -> None:
        self._database = database
        self._systems = systems

    def __call__(self, payload: Mapping[str, Any], key: str, now: datetime) -> None:
        """Undoes the booking that the payload names."""
        with self._database.reading() as session:
            in_force = session.execute(
                select(Appointment.id).where(
                    Appointment.remote_id == payload["key"], Appointment.state == "booked"
                )
            ).first()
        if in_force is None:
            self._systems[payload["service"]].diary.give_back(payload["slot"], payload["key"])
