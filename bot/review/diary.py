"""The diary as staff keep it: opening times, one or weekly, closing and opening them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.booking.times import from_london
from bot.knowledge.services import services
from bot.records.models import Appointment, Case, DiarySlot, StaffUser
from bot.review.access import services_of
from bot.review.queue import names_of
from bot.review.workflow import NotPossible

MOST_WEEKS = 26
_slots: Any = DiarySlot


Standing = Literal["free", "held", "promised", "booked", "closed"]


@dataclass(frozen=True)
class Entry:
    """A time in the diary, how it stands, and the case and name of who is booked in it."""

    slot: DiarySlot
    standing: Standing
    case_id: str | None
    name: str | None


def week(session: Session, user: StaffUser, monday: date, now: datetime) -> list[Entry]:
    """The times of a week in the diaries of this person's services."""
    start = from_london(monday, time())
    end = from_london(monday + timedelta(days=7), time())
    slots = (
        session.execute(
            select(DiarySlot)
            .where(
                _slots.service_id.in_(services_of(user)),
                _slots.starts_at >= start,
                _slots.starts_at < end,
            )
            .order_by(_slots.starts_at, _slots.id)
        )
        .scalars()
        .all()
    )
    booked = {
        slot_id: (referral_id, case_id)
        for slot_id, referral_id, case_id in session.execute(
            select(Appointment.slot_id, Appointment.referral_id, Case.id)
            .outerjoin(Case, Case.referral_id == Appointment.referral_id)
            .where(
                Appointment.slot_id.in_([slot.id for slot in slots]),
                Appointment.state == "booked",
            )
        )
    }
    names = names_of(session, [referral_id for referral_id, _ in booked.values()])
    entries = []
    for slot in slots:
        referral_id, case_id = booked.get(slot.id, ("", None))
        entries.append(Entry(slot, _standing(slot, now), case_id, names.get(referral_id)))
    return entries


def _standing(slot: DiarySlot, now: datetime) -> Standing:
    """How a time stands now: one that was kept for longer than it was to be is free."""
    if slot.state != "held":
        return slot.state  # type: ignore[no-any-return]
    if slot.promised_until is not None and slot.promised_until > now:
        return "promised"
    return "held" if slot.held_until > now else "free"


@dataclass(frozen=True)
class Opened:
    """The times that were opened, and those that the diary had already."""

    new: Sequence[DiarySlot]
    there: Sequence[DiarySlot]


def open_slots(
    session: Session,
    *,
    service_id: str,
    day: date,
    begins: time,
    ends: time,
    mode: str,
    place: str | None,
    weeks: int,
    again: bool,
    now: datetime,
) -> Opened:
    """Opens a time, and the same in the weeks after.

    One that the diary has already, with the same beginning, end, mode and place, is left as it is,
    closed or not.

    Args:
        again: open it then too: someone else sees people at the same time.

    Raises:
        NotPossible: it is past, ends before it begins, or is repeated too often, or the service's
            diary is kept elsewhere.
    """
    _check_kept_here(service_id)
    if not 1 <= weeks <= MOST_WEEKS:
        raise NotPossible("slot_weeks")
    starts = [from_london(day + timedelta(weeks=each), begins) for each in range(weeks)]
    length = datetime.combine(day, ends) - datetime.combine(day, begins)
    if starts[0] <= now or length <= timedelta():
        raise NotPossible("slot_time")
    wanted = [
        DiarySlot(
            service_id=service_id,
            starts_at=start,
            ends_at=start + length,
            mode=mode,
            place=place or None,
        )
        for start in starts
    ]
    there = {} if again else _present(session, service_id, starts)
    new = [slot for slot in wanted if _what(slot) not in there]
    session.add_all(new)
    session.flush()
    return Opened(new, [there[_what(slot)] for slot in wanted if _what(slot) in there])


def shown(session: Session, user: StaffUser, slot_ids: Sequence[str]) -> list[DiarySlot]:
    """Some times of this person's services, soonest first."""
    found = session.execute(
        select(DiarySlot)
        .where(_slots.id.in_(slot_ids), _slots.service_id.in_(services_of(user)))
        .order_by(_slots.starts_at)
    )
    return list(found.scalars())


def close(session: Session, user: StaffUser, slot_id: str, version: int) -> DiarySlot:
    """Closes a time that nobody has.

    Raises:
        NotPossible: someone is booked then, or it changed meanwhile.
    """
    return _change(session, user, slot_id, version, ("free", "held"), "closed")


def reopen(session: Session, user: StaffUser, slot_id: str, version: int) -> DiarySlot:
    """Opens a closed time again.

    Raises:
        NotPossible: it changed meanwhile, or the service's diary is kept elsewhere.
    """
    slot = session.get(DiarySlot, slot_id)
    if slot is not None:
        _check_kept_here(slot.service_id)
    return _change(session, user, slot_id, version, ("closed",), "free")


def kept_here(user: StaffUser) -> list[str]:
    """The services of this person whose times are opened here, not in another system."""
    known = services()
    return [each for each in services_of(user) if known[each].handover.fhir is None]


def _check_kept_here(service_id: str) -> None:
    if services()[service_id].handover.fhir is not None:
        raise NotPossible("slots_elsewhere")


def _change(
    session: Session,
    user: StaffUser,
    slot_id: str,
    version: int,
    from_states: Sequence[str],
    state: str,
) -> DiarySlot:
    slot: DiarySlot | None = session.get(DiarySlot, slot_id)
    if slot is None or slot.service_id not in services_of(user):
        raise NotPossible("slot")
    if slot.state == "booked":
        raise NotPossible("slot_booked")
    changed: Any = session.execute(
        update(DiarySlot)
        .where(_slots.id == slot_id, _slots.version == version, _slots.state.in_(from_states))
        .values(
            state=state,
            held_by=None,
            held_until=None,
            promised_until=None,
            version=version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:
        raise NotPossible("slot")
    session.refresh(slot)
    return slot


def _present(
    session: Session, service_id: str, starts: Sequence[datetime]
) -> dict[tuple[Any, ...], DiarySlot]:
    found = session.execute(
        select(DiarySlot).where(_slots.service_id == service_id, _slots.starts_at.in_(starts))
    )
    return {_what(slot): slot for slot in found.scalars()}


def _what(slot: DiarySlot) -> tuple[Any, ...]:
    return slot.starts_at, slot.ends_at, slot.mode, (slot.place or "").casefold()
