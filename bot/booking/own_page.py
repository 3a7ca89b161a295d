"""A person's own page: how their referral stands, and their appointment to keep or change.

It is reached by a link (see `links`), which is all that whoever opens it needs; so it shows
neither name nor contact. Showing it changes nothing: mail programs open links to check them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.booking import changing, diary, elsewhere, letters, waiting
from bot.booking.calendar_file import calendar_file
from bot.booking.fhir.client import Unreachable
from bot.booking.fhir.diary import RemoteDiary
from bot.booking.links import referral_of, visit_link
from bot.booking.offering import free, may_choose, way
from bot.booking.standing import standing
from bot.booking.summary import summary_text
from bot.booking.summary_file import summary_pdf
from bot.booking.times import long_time
from bot.booking.visit import Visit
from bot.knowledge.services import Service
from bot.outbox.texts import outbox_data
from bot.records.database import Database
from bot.records.models import Appointment, DiarySlot

_TIMES_SHOWN = 60


class LinkOver(Exception):
    """The link is wrong, too old, or something was changed since it was made."""


@dataclass(frozen=True)
class View:
    """What the page shows. `times` are ids of slots with their titles.

    `away` is whether the diary can't be reached; `who_to_ask` says who knows then. `told_by` are
    the ways by which the person is written to about their appointment, in words; `waiting` is
    whether they are on the waiting list.
    """

    service: str
    who_to_ask: str
    standing: tuple[str, ...]
    appointment: str | None
    can_change: bool
    was_cancelled: bool
    times: tuple[tuple[str, str], ...]
    away: bool
    has_summary: bool
    told_by: tuple[str, ...]
    waiting: bool


class OwnPage:
    """The pages of all people with a link."""

    def __init__(
        self,
        database: Database,
        services: Mapping[str, Service],
        remotes: Mapping[str, RemoteDiary] | None = None,
    ) -> None:
        """Args:
        remotes: the diaries that other systems keep, by their service's id.
        """
        self._database = database
        self._services = services
        self._remotes = remotes or {}

    def show(self, token: str, now: datetime, *, away: bool = False) -> View:
        """The page of a link. Raises LinkOver.

        Args:
            away: it is known already that the diary can't be reached.
        """
        with self._database.reading() as session:
            visit = self._visit(session, token, now)
            choosing = _chooses(visit)
        away = choosing and (away or not self._refreshed(visit.service, now))
        with self._database.reading() as session:
            visit = self._visit(session, token, now)
            has = visit.booked()
            times = free(visit)[:_TIMES_SHOWN] if choosing and not away else []
            return View(
                service=visit.service.name,
                who_to_ask=visit.who_to_ask,
                standing=tuple(standing(visit).text.split("\n\n")),
                appointment=f"{long_time(has[1].starts_at)}, {way(has[1])}" if has else None,
                can_change=visit.to_come() is not None,
                was_cancelled=has is None and _cancelled(visit) is not None,
                times=tuple(
                    (slot.id, f"{long_time(slot.starts_at)}, {way(slot)}") for slot in times
                ),
                away=away,
                has_summary=visit.service.handover.kind == "summary",
                told_by=tuple(outbox_data().ways[each] for each in letters.reached(visit)),
                waiting=waiting.is_waiting(visit),
            )

    def take(self, token: str, slot_id: str, now: datetime) -> str:
        """Books the slot, or moves the appointment there; gives the new link.

        Raises LinkOver, diary.SlotTaken, or Unreachable where another system keeps the diary:
        then nothing has changed, or it is undone.
        """
        with self._changing(token, now) as visit:
            if not _chooses(visit) or slot_id not in {slot.id for slot in free(visit)}:
                raise diary.SlotTaken(slot_id)
            if visit.service.handover.fhir is None:
                return _put(visit, slot_id)
            remote = self._remote(visit.service)
            moving = visit.to_come() is not None
            attempt = elsewhere.begin(visit, slot_id, moving=moving)
        elsewhere.ask(lambda: self._changing(token, now), remote, attempt)
        with self._changing(token, now) as visit:
            return _put(visit, slot_id, remote_key=attempt.key)

    def cancel(self, token: str, now: datetime) -> str:
        """Cancels the appointment; gives the new link. Raises LinkOver."""
        with self._changing(token, now) as visit:
            try:
                changing.cancel(visit)
            except diary.NothingBooked:
                raise LinkOver from None
            return visit_link(visit)

    def stop_messages(self, token: str, now: datetime) -> str:
        """Stops all that the person is written; gives the link. Raises LinkOver."""
        with self._changing(token, now) as visit:
            changing.stop_messages(visit)
            return visit_link(visit)

    def calendar(self, token: str, now: datetime) -> str:
        """The appointment as a calendar file, or the file that takes a cancelled one out again.

        Raises LinkOver, also where there is neither.
        """
        with self._database.reading() as session:
            visit = self._visit(session, token, now)
            has = visit.booked() or _cancelled(visit)
            if has is None:
                raise LinkOver
            reference = visit.referral.reference or ""
            return calendar_file(*has, service=visit.service.name, reference=reference)

    def summary(self, token: str, now: datetime) -> str:
        """The summary to take along, as text. Raises LinkOver, also where there is none."""
        with self._database.reading() as session:
            return summary_text(self._with_summary(session, token, now))

    def summary_pdf(self, token: str, now: datetime) -> bytes:
        """The same as a PDF."""
        with self._database.reading() as session:
            visit = self._with_summary(session, token, now)
            return summary_pdf(summary_text(visit), visit.referral.sent_at or now)

    @contextmanager
    def _changing(self, token: str, now: datetime) -> Iterator[Visit]:
        with self._database.session() as session:
            visit = self._visit(session, token, now)
            # One after the other: of two that use a link at once, the second finds it used
            session.expire_all()
            session.refresh(visit.referral, with_for_update=True)
            yield self._visit(session, token, now)

    def _refreshed(self, service: Service, now: datetime) -> bool:
        """Brings what another system keeps up to date; False where it doesn't answer."""
        if service.handover.fhir is None:
            return True
        try:
            self._remote(service).refresh(now)
        except Unreachable:
            return False
        return True

    def _remote(self, service: Service) -> RemoteDiary:
        try:
            return self._remotes[service.id]
        except KeyError:
            raise Unreachable("it isn't set up here") from None

    def _with_summary(self, session: Session, token: str, now: datetime) -> Visit:
        visit = self._visit(session, token, now)
        if visit.service.handover.kind != "summary":
            raise LinkOver
        return visit

    def _visit(self, session: Session, token: str, now: datetime) -> Visit:
        referral = referral_of(session, token, now)
        service = self._services.get(referral.service_id or "") if referral else None
        if referral is None or service is None or referral.sent_at is None:
            raise LinkOver
        return Visit(session, referral, service, now)


def _chooses(visit: Visit) -> bool:
    """Whether there are times to choose from, rather than another way or none at all."""
    return visit.service.handover.kind == "diary" and may_choose(visit)


def _put(visit: Visit, slot_id: str, *, remote_key: str | None = None) -> str:
    """Books or moves; gives the new link."""
    try:
        changing.put(visit, slot_id, remote_key=remote_key)
    except (diary.AlreadyBooked, diary.NothingBooked):  # the chat was faster
        raise LinkOver from None
    return visit_link(visit)


def _cancelled(visit: Visit) -> tuple[Appointment, DiarySlot] | None:
    appointment = diary.last_cancelled(visit.session, visit.referral.id)
    return None if appointment is None else (appointment, diary.slot_of(visit.session, appointment))
