"""The service's own diary: who has which slot, and never two people the same one.

A slot changes hands by one UPDATE that names the state and version it was read in: of any
number of people at once it succeeds for one. A unique index on booked appointments stands
behind it. Functions work inside the caller's transaction; one that raises has changed nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, desc, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.records.models import Appointment, DiarySlot, Referral

_slots: Any = DiarySlot  # its columns
_NOT_HELD = {"held_by": None, "held_until": None, "promised_until": None}


class SlotTaken(Exception):
    """The slot isn't free: someone was faster, or it was closed or has begun."""


class AlreadyBooked(Exception):
    """The referral has an appointment; it can be moved."""


class NothingBooked(Exception):
    """The referral has no appointment to change."""


def free_slots(
    session: Session,
    service_id: str,
    now: datetime,
    *,
    notice: timedelta = timedelta(),
    for_referral: str | None = None,
    elsewhere: bool = False,
) -> list[DiarySlot]:
    """The service's free slots that begin more than `notice` from `now`, soonest first.

    A slot whose hold has run out is free. One that `for_referral` holds is free to it.

    Args:
        elsewhere: another system keeps the diary: only times that it has can be booked there.
    """
    found = session.execute(
        select(DiarySlot)
        .where(
            _slots.service_id == service_id,
            _slots.starts_at > now + notice,
            _slots.remote_id.is_not(None) if elsewhere else _slots.remote_id.is_(None),
            _open_to(for_referral, now),
        )
        .order_by(_slots.starts_at, _slots.mode, _slots.id)
    )
    return list(found.scalars())


def hold(
    session: Session,
    slot_id: str,
    referral_id: str,
    now: datetime,
    until: datetime,
    *,
    promised: bool = False,
) -> DiarySlot:
    """Keeps a slot for the referral, and lets go of any other that it holds.

    A hold of its own is never made shorter, and one that was promised isn't let go of.

    Args:
        promised: they are told in a letter that it is kept for them.

    Raises:
        SlotTaken: it isn't free.
    """
    own = session.get(DiarySlot, slot_id, populate_existing=True)
    promise = until if promised else None
    if own is not None and own.state == "held" and own.held_by == referral_id:
        until = max(until, own.held_until)
        if own.promised_until is not None and own.promised_until > now:
            promise = own.promised_until
    slot = _take(
        session,
        slot_id,
        referral_id,
        now,
        state="held",
        held_by=referral_id,
        held_until=until,
        promised_until=promise,
    )
    release(session, referral_id, but=slot_id)
    return slot


def release(session: Session, referral_id: str, *, but: str | None = None) -> None:
    """Lets go of every slot that the referral holds, save what was promised, and the slot `but`."""
    for slot in _held(session, referral_id):
        if slot.id != but and slot.promised_until is None:
            _free(session, slot, "held")


def release_all(session: Session, referral_id: str) -> None:
    """Lets go of what was promised too: they have an appointment, or want none."""
    for slot in _held(session, referral_id):
        _free(session, slot, "held")


def held(session: Session, referral_id: str, now: datetime) -> DiarySlot | None:
    """The slot that is kept for the referral now; if there are several, the one kept longest."""
    kept = [slot for slot in _held(session, referral_id) if slot.held_until > now < slot.starts_at]
    return max(kept, key=lambda slot: slot.held_until, default=None)


def close(session: Session, slot_id: str, referral_id: str) -> None:
    """Takes a slot that the referral holds out of the diary."""
    session.execute(
        update(DiarySlot)
        .where(_slots.id == slot_id, _slots.held_by == referral_id, _slots.state == "held")
        .values(state="closed", version=_slots.version + 1, **_NOT_HELD)
        .execution_options(synchronize_session=False)
    )


def book(session: Session, slot_id: str, referral_id: str, now: datetime) -> Appointment:
    """Gives the slot to the referral. Booking the same slot again changes nothing.

    Raises:
        SlotTaken: it isn't free.
        AlreadyBooked: the referral has another appointment still to come.
    """
    _lock(session, referral_id)
    current = appointment_of(session, referral_id)
    if current is not None and slot_of(session, current).starts_at > now:
        if current.slot_id == slot_id:
            return current
        raise AlreadyBooked(referral_id)
    try:
        with session.begin_nested():
            _take(session, slot_id, referral_id, now, state="booked")
            appointment = Appointment(
                referral_id=referral_id, slot_id=slot_id, booked_at=now, changed_at=now
            )
            session.add(appointment)
    except IntegrityError:
        raise SlotTaken(slot_id) from None
    release_all(session, referral_id)
    return appointment


def move(session: Session, slot_id: str, referral_id: str, now: datetime) -> Appointment:
    """Puts the referral's appointment in another slot, and frees the one it had.

    Raises:
        SlotTaken: the new slot isn't free; the appointment stays where it was.
        NothingBooked: there is no appointment still to come.
    """
    appointment = _to_come(session, referral_id, now)
    if appointment.slot_id == slot_id:
        return appointment
    former = appointment.slot_id
    try:
        with session.begin_nested():
            _take(session, slot_id, referral_id, now, state="booked")
            appointment.slot_id = slot_id
            appointment.sequence += 1
            appointment.changed_at = now
    except IntegrityError:
        raise SlotTaken(slot_id) from None
    _give_back(session, former)
    release_all(session, referral_id)
    return appointment


def cancel(session: Session, referral_id: str, now: datetime) -> Appointment:
    """Cancels the referral's appointment and frees its slot.

    Raises:
        NothingBooked: there is no appointment still to come.
    """
    appointment = _to_come(session, referral_id, now)
    appointment.state = "cancelled"
    appointment.sequence += 1
    appointment.changed_at = now
    session.flush()
    _give_back(session, appointment.slot_id)
    return appointment


def appointment_of(session: Session, referral_id: str) -> Appointment | None:
    """The referral's latest appointment that isn't cancelled, past or to come."""
    return _latest(session, referral_id, "booked", Appointment.booked_at)


def last_cancelled(session: Session, referral_id: str) -> Appointment | None:
    """The referral's appointment that was cancelled last."""
    return _latest(session, referral_id, "cancelled", Appointment.changed_at)


def changes(session: Session, referral_id: str) -> int:
    """How often the referral's appointments were booked, moved or cancelled in all."""
    number = session.execute(
        select(func.count() + func.coalesce(func.sum(Appointment.sequence), 0)).where(
            Appointment.referral_id == referral_id
        )
    ).scalar_one()
    return int(number)


def slot_of(session: Session, appointment: Appointment) -> DiarySlot:
    """The slot an appointment is in."""
    slot: DiarySlot = session.execute(
        select(DiarySlot)
        .where(_slots.id == appointment.slot_id)
        .execution_options(populate_existing=True)
    ).scalar_one()
    return slot


def _latest(session: Session, referral_id: str, state: str, by: Any) -> Appointment | None:
    found: Appointment | None = (
        session.execute(
            select(Appointment)
            .where(Appointment.referral_id == referral_id, Appointment.state == state)
            .order_by(desc(by))
        )
        .scalars()
        .first()
    )
    return found


def _open_to(referral_id: str | None, now: datetime) -> Any:
    held = and_(
        _slots.state == "held", or_(_slots.held_until <= now, _slots.held_by == referral_id)
    )
    return or_(_slots.state == "free", held)


def _take(
    session: Session, slot_id: str, referral_id: str, now: datetime, **values: Any
) -> DiarySlot:
    slot: DiarySlot | None = session.get(DiarySlot, slot_id, populate_existing=True)
    if slot is None:
        raise SlotTaken(slot_id)
    changed: Any = session.execute(
        update(DiarySlot)
        .where(
            _slots.id == slot_id,
            _slots.version == slot.version,
            _slots.starts_at > now,
            _open_to(referral_id, now),
        )
        .values({**_NOT_HELD, **values, "version": slot.version + 1})
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:
        raise SlotTaken(slot_id)
    session.refresh(slot)
    return slot


def _held(session: Session, referral_id: str) -> list[DiarySlot]:
    held = select(DiarySlot).where(_slots.held_by == referral_id, _slots.state == "held")
    return list(session.execute(held).scalars())


def _give_back(session: Session, slot_id: str) -> None:
    slot = session.get(DiarySlot, slot_id, populate_existing=True)
    if slot is not None:
        _free(session, slot, "booked")


def _free(session: Session, slot: DiarySlot, state: str) -> None:
    # A slot that staff closed meanwhile stays closed.
    session.execute(
        update(DiarySlot)
        .where(_slots.id == slot.id, _slots.version == slot.version, _slots.state == state)
        .values(state="free", version=slot.version + 1, **_NOT_HELD)
        .execution_options(synchronize_session=False)
    )
    session.refresh(slot)


def _lock(session: Session, referral_id: str) -> None:
    # Two messages of one person at once must not book two slots. (SQLite has one writer.)
    session.execute(select(Referral.id).where(Referral.id == referral_id).with_for_update())


def _to_come(session: Session, referral_id: str, now: datetime) -> Appointment:
    _lock(session, referral_id)
    appointment = appointment_of(session, referral_id)
    if appointment is None or slot_of(session, appointment).starts_at <= now:
        raise NothingBooked(referral_id)
    session.refresh(appointment)
    return appointment
