"""An appointment as a calendar file (iCalendar), which a calendar can take in and keep up to date.

The same appointment always has the same UID; SEQUENCE rises when it is moved or cancelled.
"""

from __future__ import annotations

from datetime import date, timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress

from bot.booking.texts import CalendarTexts, booking_data
from bot.booking.times import in_london
from bot.records.models import Appointment, DiarySlot


def calendar_file(
    appointment: Appointment,
    slot: DiarySlot,
    *,
    service: str,
    reference: str,
    attendee: str | None = None,
) -> str:
    """The text of an .ics file: METHOD:REQUEST, or CANCEL for a cancelled appointment.

    It holds no name or contact of the person, but for the address of one that is e-mailed: an
    invitation without an attendee isn't one to Outlook.

    Args:
        service: the service's name as people know it.
        reference: the referral's reference.
        attendee: the address that it is e-mailed to.
    """
    says = booking_data().calendar
    cancelled = appointment.state == "cancelled"
    starts, ends = in_london(slot.starts_at), in_london(slot.ends_at)

    event = Event()
    event.add("uid", f"{appointment.id}@{says.uid_domain}")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", appointment.changed_at)
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event["organizer"] = _organiser(says, service)
    if attendee is not None:
        event["attendee"] = vCalAddress(f"mailto:{attendee}")
    event.add("summary", says.demonstration_summary if slot.demonstration else says.summary)
    event.add("description", says.description.format(service=service, reference=reference))
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if slot.place:
        event.add("location", slot.place)
    if not cancelled:
        event.add_component(_alarm(says))

    calendar = Calendar()
    calendar.add("prodid", says.product)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "REQUEST")
    calendar.add_component(event)
    # The zone's rules for these years only: the whole history would be many times the file.
    calendar.add_missing_timezones(date(starts.year - 1, 1, 1), date(ends.year + 2, 1, 1))
    written: bytes = calendar.to_ical()
    return written.decode()


def _alarm(says: CalendarTexts) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", says.alarm)
    alarm.add("trigger", -timedelta(hours=says.alarm_hours))
    return alarm


def _organiser(says: CalendarTexts, service: str) -> vCalAddress:
    organiser: vCalAddress = vCalAddress(says.organiser)
    organiser.params["CN"] = service
    return organiser
