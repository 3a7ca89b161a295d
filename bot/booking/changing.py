"""What changes when an appointment does: the diary, what is sent, and the waiting list.

Each works inside the caller's transaction, so that all of it is done or nothing.
"""

from __future__ import annotations

from bot.booking import diary, waiting
from bot.booking.letters import take_back, tell
from bot.booking.visit import Visit
from bot.outbox.bookings import undo
from bot.records import cases
from bot.records.cases import ELSEWHERE, PERSON
from bot.records.models import Appointment


def book(visit: Visit, slot_id: str, *, remote_key: str | None = None) -> Appointment:
    """Books a slot for the person. Raises as `diary.book` does.

    Args:
        remote_key: by which another system knows this booking already.
    """
    before = diary.appointment_of(visit.session, visit.referral.id)
    appointment = diary.book(visit.session, slot_id, visit.referral.id, visit.now)
    if before is None or before.id != appointment.id:
        appointment.remote_id = remote_key
        waiting.leave(visit)
        cases.booked(visit.session, visit.referral.id, visit.now)
        tell(visit, "booked", appointment, diary.slot_of(visit.session, appointment))
    return appointment


def move(
    visit: Visit, slot_id: str, *, remote_key: str | None = None, by: str = PERSON
) -> Appointment:
    """Moves the person's appointment. Raises as `diary.move` does.

    Args:
        by: the id of a member of staff, or ELSEWHERE, if not the person does it.
    """
    if by != ELSEWHERE:
        _undo_elsewhere(visit)
    appointment = diary.move(visit.session, slot_id, visit.referral.id, visit.now)
    appointment.remote_id = remote_key
    if by == PERSON:
        cases.moved(visit.session, visit.referral.id)
    tell(visit, "moved", appointment, diary.slot_of(visit.session, appointment))
    return appointment


def put(visit: Visit, slot_id: str, *, remote_key: str | None = None) -> Appointment:
    """Books the slot, or moves there what is booked. Raises as `book` and `move` do."""
    act = book if visit.to_come() is None else move
    return act(visit, slot_id, remote_key=remote_key)


def cancel(visit: Visit, *, by: str = PERSON) -> Appointment:
    """Cancels the person's appointment. Raises as `diary.cancel` does.

    Args:
        by: as of `move`.
    """
    if by != ELSEWHERE:
        _undo_elsewhere(visit)
    appointment = diary.cancel(visit.session, visit.referral.id, visit.now)
    cases.cancelled(visit.session, visit.referral.id, by=by, now=visit.now)
    tell(visit, "cancelled", appointment, diary.slot_of(visit.session, appointment))
    return appointment


def stop_messages(visit: Visit) -> None:
    """Takes back the consent to be written to: no letters, and off the waiting list."""
    take_back(visit)
    waiting.leave(visit)


def _undo_elsewhere(visit: Visit) -> None:
    """Where another system has the appointment: writes that it is to let go of it.

    It is written before the change here, in the same transaction; if that fails, neither is.
    """
    has = visit.booked()
    if has is not None and has[0].remote_id and has[1].remote_id:
        undo(visit.session, visit.service.id, has[1].remote_id, has[0].remote_id, visit.now)
