"""What a person may keep: the calendar file of an appointment, and a summary of their answers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from bot.booking.calendar_file import calendar_file
from bot.booking.diary import slot_of
from bot.knowledge.services import services
from bot.prescreen.flow import Flow
from bot.prescreen.place import filled
from bot.prescreen.questionnaires import library
from bot.prescreen.questions import script
from bot.prescreen.show import show_date
from bot.prescreen.summary import Group, check_groups
from bot.prescreen.texts import texts
from bot.records import referrals
from bot.records.models import Appointment, Referral
from web.chat.refusals import Refused
from web.chat.stored import Stored, StoredError
from web.chat.tickets import Ticket
from web.pages import templates


@dataclass(frozen=True)
class Summary:
    """A sent referral as its person may keep it. No score is in it."""

    made: str
    groups: tuple[Group, ...]


class Downloads:
    """Only ever what belongs to the conversation of the ticket."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    async def calendar(self, ticket: Ticket, appointment_id: str) -> Response:
        """The calendar file. Raises Refused: "missing", "unavailable"."""

        def find(session: Session) -> str | None:
            return _calendar(session, ticket.conversation_id, appointment_id)

        try:
            text = await self._stored.read(find)
        except StoredError:
            raise Refused("unavailable") from None
        if text is None:
            raise Refused("missing")
        name = {"Content-Disposition": 'attachment; filename="appointment.ics"'}
        return Response(text, media_type="text/calendar; charset=utf-8", headers=name)

    async def summary(self, ticket: Ticket, request: Request, *, linked: bool = False) -> Response:
        """A page to print; `linked`: the chat is on another website, so that none belongs on it.

        Raises:
            Refused: "missing", "unavailable".
        """

        def find(session: Session) -> Summary | None:
            return _summary(session, ticket.conversation_id)

        try:
            summary = await self._stored.read(find)
        except StoredError:
            raise Refused("unavailable") from None
        if summary is None:
            raise Refused("missing")
        words = texts().summary
        content = {"title": words.title, "note": words.note, "summary": summary, "linked": linked}
        return templates.TemplateResponse(request, "summary.html", content)


def _calendar(session: Session, conversation_id: str, appointment_id: str) -> str | None:
    appointment: Appointment | None = session.get(Appointment, appointment_id)
    if appointment is None:
        return None
    referral = session.get(Referral, appointment.referral_id)
    if referral.conversation_id != conversation_id:
        return None
    service = services().get(referral.service_id)
    return calendar_file(
        appointment,
        slot_of(session, appointment),
        service=service.name if service else "",
        reference=referral.reference or "",
    )


def _summary(session: Session, conversation_id: str) -> Summary | None:
    referral = referrals.latest_sent(session, conversation_id)
    if referral is None or referral.sent_at is None or referral.reference is None:
        return None
    known = services()
    on = filled(referrals.answers(session, referral), known, referral.sent_at)
    made = texts().summary.made.format(date=show_date(on.today), reference=referral.reference)
    return Summary(made, check_groups(Flow(script(), library(), known), on))
