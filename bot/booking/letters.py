"""Messages to the person about their appointment or summary: only as they agreed.

They agree in the chat, once asked; the ways that may be used are those they gave in the
pre-screen and that are set up here. What they agreed to is in the referral's progress, until they
take it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, or_, select

from bot.booking.calendar_file import calendar_file
from bot.booking.links import visit_link
from bot.booking.offering import way
from bot.booking.rules import rules_of
from bot.booking.texts import booking_data
from bot.booking.times import long_time
from bot.booking.visit import Visit
from bot.outbox.queue import OVER, put, withdraw
from bot.outbox.texts import LetterName, outbox_data
from bot.records import referrals
from bot.records.models import Appointment, DiarySlot, OutboxMessage, Referral
from bot.settings import settings

Way = Literal["email", "text"]
About = Literal["letters", "waiting"]  # the appointment, or free times; a key in the progress

_messages: Any = OutboxMessage  # its columns


def ways(visit: Visit) -> tuple[Way, ...]:
    """How the person may be written to, if they agree: set up here, given, and not ruled out."""
    limits, answers = booking_data().limits, referrals.answers(visit.session, visit.referral)
    allowed = answers.get(limits.contact_question)  # None: asked of those with a phone only
    found: list[Way] = []
    if settings().smtp_url and answers.get(limits.email_question) and _allows(allowed, "email"):
        found.append("email")
    if (
        settings().texts_url
        and answers.get(limits.phone_question)
        and allowed is not None
        and _allows(allowed, "text")
    ):
        found.append("text")
    return tuple(found)


def agreed(referral: Referral, about: About = "letters") -> tuple[Way, ...] | None:
    """The ways the person agreed to; None when they haven't been asked."""
    kept = (referral.progress or {}).get(about)
    return None if kept is None else tuple(kept)


def reached(visit: Visit, about: About = "letters") -> tuple[Way, ...]:
    """The ways by which the person is told: agreed to, and still usable."""
    wanted = agreed(visit.referral, about) or ()
    return tuple(each for each in ways(visit) if each in wanted)


def agree(referral: Referral, to: Sequence[Way], about: About = "letters") -> None:
    """Keeps what the person agreed to; nothing, when they said no."""
    referral.progress = {**(referral.progress or {}), about: list(to)}


def take_back(visit: Visit, about: About = "letters") -> None:
    """Forgets that the person agreed, and takes back what was written and hasn't been sent."""
    referral = visit.referral
    if agreed(referral, about) is not None:
        referral.progress = {key: kept for key, kept in referral.progress.items() if key != about}
    stems = [f"waiting:{referral.id}:"]
    if about == "letters":
        mine = select(Appointment.id).where(Appointment.referral_id == referral.id)
        stems = [f"appointment:{each}:" for each in visit.session.execute(mine).scalars()]
    for stem in stems:
        withdraw(visit.session, stem)


def tell(visit: Visit, name: LetterName, appointment: Appointment, slot: DiarySlot) -> None:
    """Writes that an appointment was booked, moved or cancelled, and when to remind of it."""
    stem = f"appointment:{appointment.id}"
    withdraw(visit.session, f"{stem}:reminder:")
    values = _values(visit, slot)
    email = referrals.answers(visit.session, visit.referral).get(
        booking_data().limits.email_question
    )
    calendar = calendar_file(
        appointment,
        slot,
        service=visit.service.name,
        reference=visit.referral.reference or "",
        attendee=email,
    )
    _write(
        visit,
        name,
        f"{stem}:{appointment.sequence}:{name}",
        values,
        slot,
        calendar=calendar,
        # That one is cancelled is worth knowing at any time.
        over=slot.starts_at if appointment.state == "booked" else None,
    )
    due = reminder_due(visit, slot)
    if appointment.state == "booked" and due is not None:
        key = f"{stem}:reminder:{appointment.sequence}"
        values = _values(visit, slot, due)  # by then a link of today may be over
        _write(visit, "reminder", key, values, slot, due=due, over=slot.starts_at)


def reminder_due(visit: Visit, slot: DiarySlot) -> datetime | None:
    """When to remind of an appointment; None when it is too soon for that."""
    due = slot.starts_at - rules_of(visit.service).remind
    return due if due > visit.now else None


def offer_time(visit: Visit, slot: DiarySlot, until: datetime) -> None:
    """Writes that a time has come free and is kept for them until then."""
    values = {**_values(visit, slot), "until": long_time(until)}
    key = f"waiting:{visit.referral.id}:{slot.id}:{slot.version}"
    _write(visit, "time_free", key, values, slot, over=until, only=reached(visit, "waiting"))


def times_offered(visit: Visit, since: datetime) -> int:
    """Of how many free times the person was told since then.

    A letter that could not be delivered in time doesn't count, one to an address that is refused
    does.
    """
    keys = visit.session.execute(
        select(_messages.key).where(
            _messages.referral_id == visit.referral.id,
            _messages.key.startswith(f"waiting:{visit.referral.id}:", autoescape=True),
            _messages.created_at >= since,
            or_(
                _messages.state == "delivered",
                and_(_messages.state == "dead", _messages.problem != OVER),
            ),
        )
    ).scalars()
    return len({key.rpartition(":")[0] for key in keys})  # told in two ways, it is one


def end_waiting(visit: Visit, to: Sequence[Way]) -> None:
    """Writes that the person is told of no more free times."""
    values = {"reference": visit.referral.reference, "link": visit_link(visit)}
    key = f"waiting:{visit.referral.id}:over:{int(visit.now.timestamp())}"
    _write(visit, "waiting_over", key, values, None, only=to)


def send_summary(visit: Visit, attachments: Sequence[Mapping[str, str]]) -> None:
    """Writes the e-mail with the person's own summary."""
    _write(
        visit,
        "summary",
        f"referral:{visit.referral.id}:summary:{int(visit.now.timestamp())}",
        {"reference": visit.referral.reference},
        None,
        attachments=attachments,
        only=("email",),
    )


def _write(
    visit: Visit,
    name: LetterName,
    key: str,
    values: Mapping[str, Any],
    slot: DiarySlot | None,
    *,
    only: Sequence[Way] | None = None,
    calendar: str | None = None,
    attachments: Sequence[Mapping[str, str]] = (),
    due: datetime | None = None,
    over: datetime | None = None,
) -> None:
    letters = outbox_data().letters
    letter = getattr(letters, name)
    answers = referrals.answers(visit.session, visit.referral)
    mark = [letters.demonstration] if slot is not None and slot.demonstration else []
    wanted = reached(visit) if only is None else only
    for each in (one for one in ways(visit) if one in wanted):
        if each == "email":
            text = "\n\n".join([*mark, letter.text.format(**values), letters.footer])
            payload: dict[str, Any] = {
                "to": [answers[booking_data().limits.email_question]],
                "subject": letter.subject,
                "text": text,
                "attachments": [dict(file) for file in attachments],
            }
            if calendar is not None:
                method = "CANCEL" if name == "cancelled" else "REQUEST"
                payload["calendar"] = {"method": method, "text": calendar}
        else:
            number = answers[booking_data().limits.phone_question]
            text = " ".join([*mark, letter.message.format(**values)])
            payload = {"url": settings().texts_url, "body": {"to": number, "text": text}}
        put(
            visit.session,
            key=f"{key}:{each}",
            kind="email" if each == "email" else "webhook",
            lane=f"referral:{visit.referral.id}:letters:{each}",
            payload=payload,
            referral_id=visit.referral.id,
            now=visit.now,
            due=due,
            over=over,
        )


def _values(visit: Visit, slot: DiarySlot, sent: datetime | None = None) -> dict[str, Any]:
    return {
        "when": long_time(slot.starts_at),
        "mode": way(slot),
        "reference": visit.referral.reference,
        "link": visit_link(visit, sent),
    }


def _allows(ways_given: Sequence[str] | None, wanted: str) -> bool:
    return ways_given is None or wanted in ways_given or "any" in ways_given
