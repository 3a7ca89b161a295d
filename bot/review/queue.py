"""The queue: people who need human contact first, then by age, a page at a time.

Each service is asked by itself, and in it those with an open flag, the others, and those put away:
each part is in the order of an index already, and the answers are merged. So a page costs the same
with a thousand people as with a million. What a search finds comes in the same way, newest first.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any, Literal, TypeVar

from sqlalchemy import and_, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from bot.booking.times import from_london
from bot.records import search_terms
from bot.records.cases import (
    NEEDS_CONTACT,
    NO_FLAG,
    UNACKNOWLEDGED,
    UNRESOLVED,
    merged_into_each,
)
from bot.records.columns import UTCDateTime
from bot.records.models import (
    Answer,
    Appointment,
    Callback,
    Case,
    DiarySlot,
    Flag,
    Referral,
    SearchTerm,
    StaffUser,
)
from bot.records.references import read_code
from bot.records.referrals import UNFINISHED
from bot.review.access import may_open, scopes
from bot.review.waiting import Waiting, waiting

Find = Literal["reference", "name", "phone", "born", "nhs"]
FlagFilter = Literal["any", "unacknowledged", "none"]

COUNTED = 100  # "100 or more" is as much as anybody needs to know
_MIDNIGHT = time()
T = TypeVar("T")
_cases: Any = Case
_answers: Any = Answer
_flags: Any = Flag
_terms: Any = SearchTerm
_TO_PHONE: Any = Callback.state == "requested"


@dataclass(frozen=True)
class Filters:
    """What to show. Empty fields show all that is still to be worked on."""

    service: str | None = None
    state: str | None = None  # a state, or "all"
    flag: FlagFilter | None = None
    unread: bool = False
    mine: bool = False
    to_phone: bool = False  # who asked for it, and wasn't phoned yet
    since: date | None = None
    until: date | None = None
    find: Find | None = None
    text: str = ""


@dataclass(frozen=True)
class Row:
    """One person in the queue. `referrals` are those merged into theirs and theirs, newest first.

    What the newest says is shown.
    """

    case: Case
    referrals: tuple[str, ...]
    reference: str | None
    name: str | None
    waiting: Waiting
    flags: tuple[Flag, ...]
    assignee: str | None
    appointment: datetime | None
    callback: Callback | None  # a phone call asked for, and not made yet
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
    look = _search if filters.find else _list  # nobody is found by nothing
    found = look(session, user, filters, after, size + 1)
    shown = found[:size]
    next_key = shown[-1][1] if len(found) > size else None
    wanted = select(Case).where(_cases.id.in_([case_id for case_id, _ in shown]))
    cases = {case.id: case for case in session.execute(wanted).scalars() if may_open(user, case)}
    in_order = [cases[case_id] for case_id, _ in shown if case_id in cases]
    return Page(rows(session, in_order, now), next_key)


def counts(session: Session, user: StaffUser) -> Counts:
    """What waits for someone."""
    unacknowledged = unresolved = unread = 0
    flags: list[str] = []
    for service_id in scopes(user):
        here = [_is(_cases, service_id), _cases.live]
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


def mark(
    session: Session, user: StaffUser, filters: Filters, *, after: str | None, size: int
) -> str:
    """Another text whenever someone changed what a page of the queue shows: who, how they stand.

    It takes a part of the work of `page`, to be asked for every few seconds.

    Raises:
        ValueError: as of `page`.
    """
    ids = [case_id for case_id, _ in _list(session, user, filters, after, size + 1)]
    cases = (
        session.execute(select(Case).where(_cases.id.in_(ids)).order_by(_cases.id)).scalars().all()
    )
    referrals = _referrals_of(session, cases)
    calls = session.execute(
        select(Callback.id)
        .where(
            Callback.referral_id.in_([each for found in referrals.values() for each in found]),
            _TO_PHONE,
        )
        .order_by(Callback.id)
    )
    versions = [(case.id, case.version, case.read_at) for case in cases]
    seen = (ids, versions, sorted(referrals.items()), calls.scalars().all())
    return sha256(repr(seen).encode()).hexdigest()


def rows(session: Session, found: Sequence[Case], now: datetime) -> tuple[Row, ...]:
    """What the queue shows of these cases; as many queries however many they are."""
    referrals = _referrals_of(session, found)
    referral_ids = {each for ids in referrals.values() for each in ids}
    references = dict(
        session.execute(
            select(Referral.id, Referral.reference).where(
                Referral.id.in_([case.referral_id for case in found if case.referral_id])
            )
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
    to_come = {each: starts_at for each, starts_at in booked.items() if starts_at > now}
    callbacks = session.execute(
        select(Callback).where(Callback.referral_id.in_(referral_ids), _TO_PHONE)
    ).scalars()
    to_phone = {each.referral_id: each for each in callbacks}
    return tuple(
        Row(
            case=case,
            referrals=referrals[case.id],
            reference=references.get(case.referral_id),
            name=first_of(names, referrals[case.id] or [drafts.get(case.conversation_id, "")]),
            waiting=waiting(case, now),
            flags=tuple(flags.get(case.id, ())),
            assignee=staff.get(case.assigned_to),
            appointment=first_of(to_come, referrals[case.id])
            or first_of(booked, referrals[case.id]),
            callback=first_of(to_phone, referrals[case.id]),
            demonstration=case.conversation_id.startswith("demonstration-"),
        )
        for case in found
    )


def first_of(found: Mapping[str, T], keys: Iterable[str]) -> T | None:
    """What is found for the first of the keys for which there is something."""
    return next((found[key] for key in keys if key in found), None)


def _referrals_of(session: Session, found: Sequence[Case]) -> dict[str, tuple[str, ...]]:
    """By case, the ids of its referral and of those merged into it, newest first."""
    merged = merged_into_each(session, found)
    return {
        case.id: tuple(each.referral_id for each in (*merged[case.id], case) if each.referral_id)
        for case in found
    }


def names_of(session: Session, referral_ids: Collection[str]) -> dict[str, str]:
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
        select(Referral.conversation_id, Referral.id, Referral.state)
        .where(Referral.conversation_id.in_(conversation_ids))
        .order_by(Referral.state.desc(), Referral.updated_at, Referral.id.desc())
    )
    # By state only here: SQLite would read every draft there is.
    return {each: referral_id for each, referral_id, state in found if state in UNFINISHED}


def _list(
    session: Session, user: StaffUser, filters: Filters, after: str | None, limit: int
) -> list[tuple[str, str]]:
    """The ids of cases as the filters say, each with its key."""
    behind = None if after is None else _read_key(after)
    streams = [
        session.execute(
            select(_cases.rank, _cases.waiting_since, _cases.id)
            .where(_is(_cases, service_id), *part)
            # By service too: PostgreSQL doesn't see that "is null" leaves one.
            .order_by(_cases.service_id, _cases.rank, _cases.waiting_since, _cases.id)
            .limit(limit)
        )
        for service_id in scopes(user)
        if filters.service in (None, service_id or "none")
        for part in _parts(user, filters, behind)
    ]
    return [
        (case_id, f"{rank}~{waiting_since.isoformat()}~{case_id}")
        for rank, waiting_since, case_id in islice(heapq.merge(*streams, key=tuple), limit)
    ]


def _parts(
    user: StaffUser, filters: Filters, behind: tuple[int, datetime, str] | None
) -> list[list[Any]]:
    """What must hold of the cases of each part of a service."""
    wanted: list[Any] = []
    if filters.state not in (None, "all"):
        wanted.append(_cases.state == filters.state)
    if filters.unread:
        wanted.append(_cases.read_at.is_(None))
    if filters.mine:
        wanted.append(_cases.assigned_to == user.id)
    if filters.to_phone:
        wanted.append(_cases.id.in_(_asked_to_be_phoned()))
    parts: list[list[Any]] = []
    if filters.flag != "none":
        flagged = [_cases.live, _cases.rank < NO_FLAG, *wanted, *_came(_cases.arrived_at, filters)]
        if filters.flag == "unacknowledged":
            flagged.append(_cases.rank == UNACKNOWLEDGED)
        if behind is not None:
            place = tuple_(_cases.rank, _cases.waiting_since, _cases.id)
            flagged.append(place > _literals(*behind))
        parts.append(flagged)
    if filters.flag in (None, "none"):
        # They have waited since they came, so by the same index.
        others = [_cases.rank == NO_FLAG, *wanted, *_came(_cases.waiting_since, filters)]
        if behind is not None and behind[0] == NO_FLAG:
            place = tuple_(_cases.waiting_since, _cases.id)
            others.append(place > _literals(*behind[1:]))
        lives = (True,) if filters.state is None else (True, False)
        parts += [[_cases.live if live else ~_cases.live, *others] for live in lives]
    return parts


def _asked_to_be_phoned() -> Any:
    """The ids of the cases by whose referral a call was asked for, and those they went into."""
    asked = (
        select(_cases.id, _cases.state, _cases.merged_into)
        .join(Callback, Callback.referral_id == _cases.referral_id)
        .where(_TO_PHONE)
        .cte("asked", recursive=True)
    )
    into: Any = aliased(Case)
    asked = asked.union(
        select(into.id, into.state, into.merged_into).join(
            asked, and_(asked.c.state == "merged", asked.c.merged_into == into.id)
        )
    )
    return select(asked.c.id)


def _came(moment: Any, filters: Filters) -> list[Any]:
    wanted = []
    if filters.since:
        wanted.append(moment >= from_london(filters.since, _MIDNIGHT))
    if filters.until:
        wanted.append(moment < from_london(filters.until + timedelta(days=1), _MIDNIGHT))
    return wanted


def _search(
    session: Session, user: StaffUser, filters: Filters, after: str | None, limit: int
) -> list[tuple[str, str]]:
    """The ids of cases that have what is looked for, each with its key."""
    if filters.find == "reference":
        return _by_reference(session, filters.text)
    behind = []
    if after is not None:
        at, referral_id = after.split("~")
        place = tuple_(_terms.at, _terms.referral_id)
        behind.append(place < _literals(_moment(at), referral_id))
    of_draft = and_(
        _cases.conversation_id == Referral.conversation_id,
        _cases.referral_id.is_(None),
        _cases.erased_at.is_(None),
    )
    places = select(_terms.at, _terms.referral_id, _cases.id)
    sent = places.join(Case, _cases.referral_id == _terms.referral_id)
    drafts = places.join(Referral, Referral.id == _terms.referral_id).join(Case, of_draft)
    streams = [
        session.execute(
            query.where(has, _is(_terms, service_id), *behind)
            .order_by(_terms.service_id.desc(), _terms.at.desc(), _terms.referral_id.desc())
            .limit(limit)
        )
        for service_id in scopes(user)
        for query, draft in ((sent, False), (drafts, True))
        for has in search_terms.having(filters.find or "", filters.text, draft=draft)
    ]
    found = heapq.merge(*streams, key=tuple, reverse=True)
    return [
        (case_id, f"{at.isoformat()}~{referral_id}")
        for at, referral_id, case_id in islice(found, limit)
    ]


def _by_reference(session: Session, text: str) -> list[tuple[str, str]]:
    code = read_code(text)
    if code is None:
        return []
    found = session.execute(
        select(_cases.id)
        .join(Referral, Referral.id == _cases.referral_id)
        .where(Referral.reference == code)
    ).scalars()
    return [(case_id, "") for case_id in found]


def _count(session: Session, *wanted: Any) -> int:
    some = select(_cases.id).where(*wanted).limit(COUNTED).subquery()
    count: int = session.execute(select(func.count()).select_from(some)).scalar_one()
    return count


def _open_flags(session: Session, case_ids: Sequence[str]) -> dict[str, list[Flag]]:
    found: dict[str, list[Flag]] = {}
    for flag in session.execute(
        select(Flag)
        .where(_flags.case_id.in_(case_ids), _flags.resolved_at.is_(None), _flags.tier != "noted")
        .order_by(_flags.acknowledged_at.isnot(None), _flags.at.desc(), _flags.id)
    ).scalars():
        found.setdefault(flag.case_id, []).append(flag)
    return found


def _is(rows: Any, service_id: str | None) -> Any:
    return rows.service_id.is_(None) if service_id is None else rows.service_id == service_id


def _read_key(key: str) -> tuple[int, datetime, str]:
    rank, since, case_id = key.split("~")
    return int(rank), _moment(since), case_id


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return found


def _literals(*values: Any) -> Any:
    return tuple_(
        *(literal(value, UTCDateTime if isinstance(value, datetime) else None) for value in values)
    )
