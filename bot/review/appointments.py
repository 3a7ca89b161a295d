"""A person's appointment as staff see, move and cancel it.

The change itself is that of the person's own page (`bot.booking.changing`): the same lock decides
who has a time, and the person is told in the ways they agreed to, or is to be phoned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.booking import changing, diary
from bot.booking.diary import NothingBooked, SlotTaken
from bot.booking.letters import Way, reached
from bot.booking.times import full_time
from bot.booking.visit import Visit
from bot.knowledge.services import services
from bot.records.models import Appointment, Case, DiarySlot, Referral, StaffUser
from bot.review import arranged
from bot.review import diary as opening
from bot.review.workflow import NotPossible, add_note, check_version
from bot.staff.words import words

_TIMES = 200


@dataclass(frozen=True)
class Booking:
    """An appointment still to come. `stands` is another after each change of it.

    `ways` are those by which the person is told of a change: none means that they must be phoned.
    `elsewhere` names whose system keeps the diary, where it isn't kept here; then nothing can be
    changed here, and there are no `times`.
    """

    slot: DiarySlot
    stands: str
    ways: tuple[Way, ...]
    times: tuple[DiarySlot, ...]
    elsewhere: str | None


def booking(session: Session, case: Case, now: datetime) -> Booking | None:
    """The appointment of a case; None where there is none, or it has begun."""
    visit = _visit(session, case, now)
    has = visit.booked() if visit else None
    if visit is None or has is None or has[1].starts_at <= now:
        return None
    system = visit.service.handover.fhir
    # Staff speak with people: a time too soon for the chat to offer is theirs to give.
    times = [] if system else diary.free_slots(session, visit.service.id, now)
    return Booking(
        slot=has[1],
        stands=_stands(has[0]),
        ways=reached(visit),
        times=tuple(times[:_TIMES]),
        elsewhere=system.organisation if system else None,
    )


def move(
    session: Session,
    case: Case,
    slot_id: str,
    *,
    version: int,
    stands: str,
    close: bool,
    user: StaffUser,
    now: datetime,
) -> tuple[Way, ...]:
    """Puts the appointment in another free slot of the same service; gives how they are told.

    Args:
        stands: the appointment as it was shown.
        close: nobody else is to have the former time.

    Raises:
        Changed: someone else changed the case meanwhile.
        NotPossible: the time is taken, or the appointment was changed or is kept elsewhere.
    """
    visit, former = _to_change(session, case, version=version, stands=stands, now=now)
    slot = session.get(DiarySlot, slot_id)
    if slot is None or slot.service_id != visit.service.id or slot.id == former.id:
        raise NotPossible("slot_taken")
    try:
        changing.move(visit, slot_id, by=user.id)
    except SlotTaken:
        raise NotPossible("slot_taken") from None
    except NothingBooked:
        raise NotPossible("appointment_changed") from None
    text = (
        words()
        .notes["moved"]
        .format(former=full_time(former.starts_at), time=full_time(slot.starts_at))
    )
    return _noted(visit, case, former, text, close=close, user=user)


def cancel(
    session: Session,
    case: Case,
    reason: str,
    *,
    version: int,
    stands: str,
    close: bool,
    user: StaffUser,
    now: datetime,
) -> tuple[Way, ...]:
    """Cancels the appointment; gives how the person is told. The reason is for staff only.

    Raises as `move` does; NotPossible too where there is no reason.
    """
    visit, former = _to_change(session, case, version=version, stands=stands, now=now)
    if not reason.strip():
        raise NotPossible("why_cancelled")
    try:
        changing.cancel(visit, by=user.id)
    except NothingBooked:
        raise NotPossible("appointment_changed") from None
    text = (
        words().notes["cancelled"].format(former=full_time(former.starts_at), reason=reason.strip())
    )
    return _noted(visit, case, former, text, close=close, user=user)


def _visit(session: Session, case: Case, now: datetime, *, lock: bool = False) -> Visit | None:
    """The referral that the appointment is of, with its service; None without an appointment.

    Locked, nobody changes the appointment meanwhile.
    """
    found = arranged.appointments(session, case, now)
    if not found:
        return None
    appointment = found[0][0]
    referral = session.get(Referral, appointment.referral_id, with_for_update=lock)
    if lock:
        session.expire(appointment)  # it may have changed before the lock was there
    service = services().get(referral.service_id or "") if referral else None
    if referral is None or service is None:
        return None
    return Visit(session, referral, service, now)


def _to_change(
    session: Session, case: Case, *, version: int, stands: str, now: datetime
) -> tuple[Visit, DiarySlot]:
    # The referral is locked first, as where the person changes it: else each could wait for the
    # other.
    visit = _visit(session, case, now, lock=True)
    session.refresh(case, with_for_update=True)
    check_version(case, version)
    has = visit.booked() if visit else None
    if visit is not None and visit.service.handover.fhir is not None:
        raise NotPossible("elsewhere")
    if visit is None or has is None or _stands(has[0]) != stands:
        raise NotPossible("appointment_changed")
    return visit, has[1]


def _noted(
    visit: Visit, case: Case, former: DiarySlot, text: str, *, close: bool, user: StaffUser
) -> tuple[Way, ...]:
    """Leaves a note for colleagues, who may have to phone."""
    if close:
        opening.close(visit.session, user, former.id, former.version)
    ways = reached(visit)
    told = words().notes["told"].format(ways=words().joined(ways)) if ways else ""
    add_note(
        visit.session, case, f"{text} {told or words().notes['phone']}", user=user, now=visit.now
    )
    case.version += 1
    visit.session.flush()
    return ways


def _stands(appointment: Appointment) -> str:
    return f"{appointment.id}.{appointment.sequence}"
