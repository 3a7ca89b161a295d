"""An appointment as a calendar file (iCalendar), which a calendar can take in and keep up to date.

The same appointment always has the same UID; SEQUENCE rises when it is moved or cancelled.
"""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr

from icalendar import Alarm, Calendar, Event, Timezone, vCalAddress

from bot.booking.texts import CalendarTexts, booking_data
from bot.booking.times import in_london
from bot.records.models import Appointment, DiarySlot
from bot.settings import settings

# London's clock as Outlook reads it: by these rules, and by nothing else that a zone may hold.
_LONDON = """BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:STANDARD
DTSTART:19701025T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
END:VTIMEZONE
"""


def calendar_file(
    appointment: Appointment,
    slot: DiarySlot,
    *,
    service: str,
    reference: str,
    attendee: str | None = None,
) -> str:
    """The text of an .ics file, as RFC 5546 has it.

    One that is e-mailed is an invitation (METHOD:REQUEST) to its reader, who has accepted and isn't
    asked to answer; one to download is METHOD:PUBLISH and names nobody. Either way METHOD:CANCEL
    takes a cancelled appointment out again.

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
        event["attendee"] = _attendee(attendee)
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
    given = "PUBLISH" if attendee is None else "REQUEST"
    calendar.add("method", "CANCEL" if cancelled else given)
    calendar.add_component(Timezone.from_ical(_LONDON))
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written.decode()


def _alarm(says: CalendarTexts) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", says.alarm)
    alarm.add("trigger", -timedelta(hours=says.alarm_hours))
    return alarm


def _organiser(says: CalendarTexts, service: str) -> vCalAddress:
    # The sender of the e-mail, as mail programs check. Without e-mail nobody writes to it.
    address = parseaddr(settings().mail_from)[1]
    organiser: vCalAddress = vCalAddress(f"mailto:{address}" if address else says.organiser)
    organiser.params["CN"] = service
    return organiser


def _attendee(address: str) -> vCalAddress:
    attendee: vCalAddress = vCalAddress(f"mailto:{address}")
    attendee.params.update({"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
    return attendee
