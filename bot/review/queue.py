"""The queue: people who need human contact first, then by age, a page at a time.

Each service is asked by itself through an index that is in this order already, and the answers
are merged. So a page costs the same with a thousand people as with a million.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Literal

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.orm import Session

from bot.booking.times import from_london
from bot.records import search_terms
from bot.records.cases import NEEDS_CONTACT, NO_FLAG, UNACKNOWLEDGED, UNRESOLVED
from bot.records.columns import UTCDateTime
from bot.records.models import Answer, Appointment, Case, DiarySlot, Flag, Referral, StaffUser
from bot.records.references import read_code
from bot.records.referrals import UNFINISHED
from bot.review.access import scopes
from bot.review.waiting import Waiting, waiting

Find = Literal["reference", "name", "phone", "born", "nhs"]
FlagFilter = Literal["any", "unacknowledged", "none"]

COUNTED = 100  # "100 or more" is as much as anybody needs to know
_MIDNIGHT = time()
_cases: Any = Case
_answers: Any = Answer
_flags: Any = Flag


@dataclass(frozen=True)
class Filters:
    """What to show. Empty fields show all that is still to be worked on."""

    service: str | None = None
    state: str | None = None  # a state, or "all"
    flag: FlagFilter | None = None
    unread: bool = False
    mine: bool = False
    since: date | None = None
    until: date | None = None
    find: Find | None = None
    text: str = ""


@dataclass(frozen=True)
class Row:
    """One person in the queue."""

    case: Case
    reference: str | None
    name: str | None
    waiting: Waiting
    flags: tuple[Flag, ...]
    assignee: str | None
    appointment: datetime | None
    demonstration: bool


@dataclass(frozen=True)
class Page:
    """Some rows, and the key that the next page begins after, None at the end."""

    rows: tuple[Row, ...]
    next_key: str | None


@dataclass(frozen=True)
class Counts:
    """What waits in all of someone's services; each number stops at COUNTED for a service."""

    unacknowledged: int = 0
    unresolved: int = 0
    unread: int = 0
    flags: tuple[str, ...] = ()  # that nobody has acknowledged: so that a new one is known


def page(
    session: Session,
    user: StaffUser,
    filters: Filters,
    *,
    after: str | None,
    size: int,
    now: datetime,
) -> Page:
    """One page of the queue, from behind the key `after`.

    Raises:
        ValueError: `after` is not a key that a page gave.
    """
    found = _cases_of(session, user, filters, after=_read_key(after), limit=size + 1)
    shown = found[:size]
    next_key = _key(shown[-1]) if len(found) > size else None
    return Page(rows(session, shown, now), next_key)


def counts(session: Session, user: StaffUser) -> Counts:
    """What waits for someone."""
    unacknowledged = unresolved = unread = 0
    flags: list[str] = []
    for service_id in scopes(user):
        here = [_is(service_id), _cases.live]
        unacknowledged += _count(session, *here, _cases.rank == UNACKNOWLEDGED)
        unresolved += _count(session, *here, _cases.rank == UNRESOLVED)
        unread += _count(session, *here, _cases.read_at.is_(None))
        latest_cases = (
            select(_cases.id)
            .where(*here, _cases.rank == UNACKNOWLEDGED)
            .order_by(_cases.waiting_since.desc())
            .limit(COUNTED)
        )
        flags += session.execute(
            select(_flags.id).where(
                _flags.case_id.in_(latest_cases),
                _flags.acknowledged_at.is_(None),
                _flags.tier.in_(NEEDS_CONTACT),
            )
        ).scalars()
    return Counts(unacknowledged, unresolved, unread, tuple(sorted(flags)))


def rows(session: Session, found: Sequence[Case], now: datetime) -> tuple[Row, ...]:
    """What the queue shows of these cases; as many queries however many they are."""
    referral_ids = [case.referral_id for case in found if case.referral_id]
    references = dict(
        session.execute(
            select(Referral.id, Referral.reference).where(Referral.id.in_(referral_ids))
        ).all()
    )
    unsent = [case.conversation_id for case in found if not (case.referral_id or case.erased_at)]
    drafts = _drafts_of(session, unsent)
    names = names_of(session, [*referral_ids, *drafts.values()])
    flags = _open_flags(session, [case.id for case in found if case.rank != NO_FLAG])
    staff = dict(
        session.execute(
            select(StaffUser.id, StaffUser.name).where(
                StaffUser.id.in_({case.assigned_to for case in found if case.assigned_to})
            )
        ).all()
    )
    booked = dict(
        session.execute(
            select(Appointment.referral_id, DiarySlot.starts_at)
            .join(DiarySlot, DiarySlot.id == Appointment.slot_id)
            .where(Appointment.referral_id.in_(referral_ids), Appointment.state == "booked")
            .order_by(DiarySlot.starts_at)
        ).all()
    )
    return tuple(
        Row(
            case=case,
            reference=references.get(case.referral_id),
            name=names.get(case.referral_id or drafts.get(case.conversation_id, "")),
            waiting=waiting(case, now),
            flags=tuple(flags.get(case.id, ())),
            assignee=staff.get(case.assigned_to),
            appointment=booked.get(case.referral_id),
            demonstration=case.conversation_id.startswith("demonstration-"),
        )
        for case in found
    )


def names_of(session: Session, referral_ids: Sequence[str]) -> dict[str, str]:
    """The names people gave, by referral."""
    found = session.execute(
        select(_answers.referral_id, _answers.value).where(
            _answers.referral_id.in_(referral_ids),
            _answers.question_id == "about.name",
            _answers.replaced_at.is_(None),
        )
    )
    return {referral_id: value for referral_id, value in found if value}


def _drafts_of(session: Session, conversation_ids: Sequence[str]) -> dict[str, str]:
    """The referrals not yet sent, by conversation; of several the one `unfinished` gives."""
    found = session.execute(
        select(Referral.conversation_id, Referral.id)
        .where(Referral.conversation_id.in_(conversation_ids), Referral.state.in_(UNFINISHED))
        .order_by(Referral.state.desc(), Referral.updated_at, Referral.id.desc())
    )
    return dict(found.all())


def _cases_of(
    session: Session, user: StaffUser, filters: Filters, *, after: Any, limit: int
) -> list[Case]:
    wanted = _conditions(user, filters)
    if wanted is None:
        return []
    if after is not None:
        wanted.append(tuple_(_cases.rank, _cases.waiting_since, _cases.id) > after)
    streams = [
        session.execute(
            select(Case)
            .where(_is(service_id), *wanted)
            .order_by(_cases.rank, _cases.waiting_since, _cases.id)
            .limit(limit)
        ).scalars()
        for service_id in scopes(user)
        if filters.service in (None, service_id or "none")
    ]
    return list(islice(heapq.merge(*streams, key=_sort_key), limit))


def _conditions(user: StaffUser, filters: Filters) -> list[Any] | None:
    """What must hold of a case; None when nothing can be found."""
    wanted: list[Any] = []
    if filters.find and filters.text.strip():
        found = _found(filters.find, filters.text)
        if found is None:
            return None
        wanted.append(_cases.referral_id.in_(found))
        if filters.state not in (None, "all"):
            wanted.append(_cases.state == filters.state)
    elif filters.state is None:
        wanted.append(_cases.live)
    elif filters.state != "all":
        wanted.append(_cases.state == filters.state)
    if filters.flag == "any":
        wanted.append(_cases.rank < NO_FLAG)
    elif filters.flag == "unacknowledged":
        wanted.append(_cases.rank == UNACKNOWLEDGED)
    elif filters.flag == "none":
        wanted.append(_cases.rank == NO_FLAG)
    if filters.unread:
        wanted.append(_cases.read_at.is_(None))
    if filters.mine:
        wanted.append(_cases.assigned_to == user.id)
    if filters.since:
        wanted.append(_cases.arrived_at >= from_london(filters.since, _MIDNIGHT))
    if filters.until:
        end = from_london(filters.until + timedelta(days=1), _MIDNIGHT)
        wanted.append(_cases.arrived_at < end)
    return wanted


def _found(find: Find, text: str) -> Any | None:
    if find == "reference":
        code = read_code(text)
        return None if code is None else select(Referral.id).where(Referral.reference == code)
    return search_terms.having(find, text)


def _count(session: Session, *wanted: Any) -> int:
    some = select(_cases.id).where(*wanted).limit(COUNTED).subquery()
    count: int = session.execute(select(func.count()).select_from(some)).scalar_one()
    return count


def _open_flags(session: Session, case_ids: Sequence[str]) -> dict[str, list[Flag]]:
    found: dict[str, list[Flag]] = {}
    for flag in session.execute(
        select(Flag)
        .where(_flags.case_id.in_(case_ids), _flags.resolved_at.is_(None), _flags.tier != "noted")
        .order_by(_flags.acknowledged_at.isnot(None), _flags.at.desc())
    ).scalars():
        found.setdefault(flag.case_id, []).append(flag)
    return found


def _is(service_id: str | None) -> Any:
    return _cases.service_id.is_(None) if service_id is None else _cases.service_id == service_id


def _sort_key(case: Case) -> tuple[int, datetime, str]:
    return case.rank, case.waiting_since, case.id


def _key(case: Case) -> str:
    return f"{case.rank}~{case.waiting_since.isoformat()}~{case.id}"


def _read_key(key: str | None) -> Any:
    if key is None:
        return None
    rank, since, case_id = key.split("~")
    return tuple_(
        literal(int(rank)),
        literal(datetime.fromisoformat(since), UTCDateTime),
        literal(case_id),
    )
