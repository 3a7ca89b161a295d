"""One person's turn at booking: their sent referral, its service and its appointment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.booking.bookmark import Bookmark, bookmark_of, put_bookmark
from bot.booking.diary import appointment_of, slot_of
from bot.knowledge.services import Service
from bot.records.models import Appointment, DiarySlot, Referral


@dataclass(frozen=True)
class Visit:
    """What a step of booking works on, within one transaction."""

    session: Session
    referral: Referral
    service: Service
    now: datetime

    @property
    def bookmark(self) -> Bookmark | None:
        """The open question."""
        return bookmark_of(self.referral)

    @property
    def who_to_ask(self) -> str:
        """Whom the person can ask, now that their referral is sent."""
        contact = self.service.contact
        return contact.once_sent or contact.who_to_ask

    def keep(self, bookmark: Bookmark) -> None:
        """Leaves this question open."""
        put_bookmark(self.referral, bookmark)

    def close(self) -> None:
        """Leaves no question open."""
        put_bookmark(self.referral, None)
        self.referral.updated_at = self.now

    def booked(self) -> tuple[Appointment, DiarySlot] | None:
        """The referral's appointment, past or to come, with its slot."""
        appointment = appointment_of(self.session, self.referral.id)
        return None if appointment is None else (appointment, slot_of(self.session, appointment))
