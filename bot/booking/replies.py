"""What is said about one appointment, always marked when it is a demonstration."""

from __future__ import annotations

from typing import Any

from bot.booking.calendar_file import calendar_file
from bot.booking.links import visit_link
from bot.booking.offering import way
from bot.booking.texts import booking_data
from bot.booking.times import long_time
from bot.booking.visit import Visit
from bot.records.models import Appointment, DiarySlot
from bot.reply import Reply, buttons


def about(
    slot: DiarySlot, sentence: str, *more: str, titles: tuple[str, ...] = (), **custom: Any
) -> Reply:
    """A reply on a slot: `sentence` with {when} and {mode} filled in, its mark, then `more`."""
    first = sentence.format(when=long_time(slot.starts_at), mode=way(slot))
    mark = (booking_data().texts.demonstration_one,) if slot.demonstration else ()
    data = {
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
        "mode": slot.mode,
        "place": slot.place,
        "demonstration": slot.demonstration,
        **custom,
    }
    return Reply("\n\n".join((first, *mark, *more)), buttons(titles), data)


def booked(visit: Visit, appointment: Appointment, slot: DiarySlot, *, moved: bool) -> Reply:
    """That a slot is booked, with the reference, how to change it, and a calendar file."""
    data = booking_data()
    return about(
        slot,
        data.texts.moved if moved else data.texts.booked,
        data.texts.reference.format(reference=visit.referral.reference),
        data.texts.how_to_change,
        your_page(visit),
        titles=(data.buttons.prepare,),
        **_appointment(visit, appointment, slot),
    )


def cancelled(visit: Visit, appointment: Appointment, slot: DiarySlot) -> Reply:
    """That an appointment is cancelled, with the file that takes it out of a calendar."""
    data = booking_data()
    return about(
        slot,
        data.texts.cancelled,
        titles=(data.buttons.book,),
        **_appointment(visit, appointment, slot),
    )


def your_page(visit: Visit) -> str:
    """Where the person finds it again without the chat, for some days."""
    data = booking_data()
    return data.texts.your_page.format(link=visit_link(visit), days=data.limits.link_days)


def _appointment(visit: Visit, appointment: Appointment, slot: DiarySlot) -> dict[str, Any]:
    reference = visit.referral.reference or ""
    return {
        "type": "appointment",
        "appointment": appointment.id,
        "when": long_time(slot.starts_at),
        "way": way(slot),
        "state": appointment.state,
        "reference": reference,
        "link": visit_link(visit),
        "calendar": calendar_file(
            appointment, slot, service=visit.service.name, reference=reference
        ),
    }
