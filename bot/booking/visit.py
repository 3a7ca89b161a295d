"""One person's turn at booking: their sent referral, its service and its appointment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.booking.bookmark import Bookmark, bookmark_of, put_bookmark
from bot.booking.diary import appointment_of, slot_of
from bot.knowledge.services import Service
from bot.records import cases
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

    def to_come(self) -> tuple[Appointment, DiarySlot] | None:
        """The same, if it hasn't begun."""
        has = self.booked()
        return has if has is not None and has[1].starts_at > self.now else None

    @property
    def noted(self) -> str:
        """The state of their case, as staff noted it: "merged" while they work on another one."""
        case = cases.by_referral(self.session, self.referral.id)
        if case is None:
            return "incoming"
        stays = cases.staying(self.session, case)
        return str(case.state if stays.state in cases.OPEN_STATES else stays.state)

    @property
    def may_book(self) -> bool:
        """Whether they may have a time that isn't in exchange for another.

        Not once staff have closed or rejected their case, nor while an appointment is under way.
        After one that is over they may: it may be that they missed it.
        """
        has = self.booked()
        return not self.ended and (has is None or has[1].ends_at <= self.now)

    @property
    def ended(self) -> bool:
        """Whether staff have closed or rejected their case."""
        return self.noted in ("closed", "rejected")
