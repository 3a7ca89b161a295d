"""The numbers people look at: how many, how long, where they stop. No one is named in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.booking.times import in_london
from bot.knowledge.services import services
from bot.prescreen.questionnaires import library
from bot.prescreen.questions import script
from bot.records.cases import NEEDS_CONTACT
from bot.records.models import Case, Flag, Referral, StaffUser
from bot.records.referrals import UNFINISHED
from bot.records.retention import retention
from bot.review.access import services_of
from bot.staff.words import words

WEEKS = 12
_HOUR = 3600
_NAMELESS = "With those of people who have not named a service, as all services see them."
_cases: Any = Case
_flags: Any = Flag
_referrals: Any = Referral


@dataclass(frozen=True)
class Table:
    """Numbers for a plot and the table beneath it: a row for each label, a column a series.

    `note`: what is counted and what isn't. `lying`: the bars lie, for labels that are long.
    """

    id: str
    title: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]
    note: str = ""
    lying: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        values = [value for _, found in self.series for value in found]
        known = [value for value in values if value is not None]
        # Where something isn't known, a nought is a finding; of counts it says that there is none.
        return not (any(known) if len(known) == len(values) else known)


@dataclass(frozen=True)
class _Span:
    """What is counted: these services, in the last WEEKS weeks."""

    mine: Sequence[str]
    now: datetime

    @property
    def since(self) -> datetime:
        """When it begins."""
        return self.now - timedelta(weeks=WEEKS)

    @property
    def weeks(self) -> tuple[date, ...]:
        """The Mondays of its weeks, the first one first."""
        last = _week(self.now)
        return tuple(last - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1))


def numbers(session: Session, user: StaffUser, now: datetime) -> list[Table]:
    """Every table, for the services this person sees, over the last WEEKS weeks."""
    span = _Span(services_of(user), now)
    return [make(session, span) for make in _TABLES.values()]


def one_of_them(session: Session, user: StaffUser, table_id: str, now: datetime) -> Table | None:
    """The table of that id alone; None where there is none."""
    make = _TABLES.get(table_id)
    return make(session, _Span(services_of(user), now)) if make else None


def _referrals_by_week(session: Session, span: _Span) -> Table:
    found = session.execute(
        select(_cases.service_id, _cases.arrived_at).where(
            _cases.service_id.in_(span.mine),
            _cases.referral_id.is_not(None),
            _cases.arrived_at >= span.since,
        )
    )
    counted = Counter((service_id, _week(at)) for service_id, at in found)
    known = services()
    return Table(
        "referrals",
        "Referrals by week and service",
        "referrals",
        _shown(span.weeks),
        tuple(
            (known[each].short_name, tuple(float(counted[each, week]) for week in span.weeks))
            for each in span.mine
        ),
    )


def _stops(session: Session, span: _Span) -> Table:
    """At which step the pre-screens stand that were begun and not sent, of those still kept."""
    days = retention().draft
    found = session.execute(
        select(_referrals.current_question, func.count())
        .where(
            _referrals.state.in_(UNFINISHED),
            _referrals.updated_at >= span.now - timedelta(days=days),
            _ours(_referrals.service_id, span.mine),
            _referrals.current_question.is_not(None),
        )
        .group_by(_referrals.current_question)
    )
    steps = {question.id: step.title for step in script().steps for question in step.questions}
    steps |= {
        question.id: library().get(questionnaire).name
        for questionnaire in library().questionnaires
        for question in library().questions(questionnaire)
    }
    counted: Counter[str] = Counter()
    for question_id, count in found:
        counted[steps.get(question_id, "Elsewhere")] += count
    order = [title for title in dict.fromkeys(steps.values()) if counted[title]]
    values = tuple(float(counted[title]) for title in order)
    return Table(
        "stops", "Where people are who have not sent", "pre-screens", tuple(order),
        (("Begun, not sent", values),),
        f"As they stand now, of those who went on in the last {days} days: older ones are removed. "
        "With those who have not said yet which service they want, as all services see them.",
        lying=True,
    )  # fmt: skip


def _first_contact(session: Session, span: _Span) -> Table:
    found = session.execute(
        select(_cases.arrived_at, _cases.contacted_at).where(
            _cases.service_id.in_(span.mine),
            _cases.contacted_at.is_not(None),
            _cases.arrived_at >= span.since,
        )
    )
    days = [(_week(came), (contacted - came) / timedelta(days=1)) for came, contacted in found]
    return Table(
        "contact",
        "Days to first contact, by the week the referral came",
        "days",
        _shown(span.weeks),
        (("Median days", _medians(days, span.weeks)),),
        "Of those who were contacted: half of them sooner than this, half later.",
    )


def _uncontacted(session: Session, span: _Span) -> Table:
    found = session.execute(
        select(_cases.arrived_at).where(
            _cases.service_id.in_(span.mine),
            _cases.live,
            _cases.referral_id.is_not(None),
            _cases.contacted_at.is_(None),
        )
    ).scalars()
    return _still_open(
        "uncontacted",
        "Not contacted yet, by the week the referral came",
        "people",
        "Referrals that are still to be worked on.",
        found,
        span.weeks,
    )


def _flags_by_tier(session: Session, span: _Span) -> Table:
    found = session.execute(
        _of_flags(_flags.tier, func.count(), mine=span.mine)
        .where(_flags.at >= span.since)
        .group_by(_flags.tier)
    )
    counted = dict(found.all())
    values = tuple(float(counted.get(tier, 0)) for tier in words().tiers)
    return Table(
        "flags", "Flags, by what the assistant did", "flags", tuple(words().tiers.values()),
        (("Flags", values),),
        _NAMELESS,
    )  # fmt: skip


def _acknowledged(session: Session, span: _Span) -> Table:
    found = session.execute(
        _of_flags(_flags.tier, _flags.at, _flags.acknowledged_at, mine=span.mine).where(
            _flags.acknowledged_at.is_not(None),
            _flags.at >= span.since,
            _flags.tier.in_(NEEDS_CONTACT),
        )
    ).all()
    hours: dict[str, list[tuple[date, float]]] = {tier: [] for tier in NEEDS_CONTACT}
    for tier, at, seen in found:
        hours[tier].append((_week(at), (seen - at).total_seconds() / _HOUR))
    return Table(
        "acknowledged",
        "Hours until a flag was acknowledged, by week and by what the assistant did",
        "hours",
        _shown(span.weeks),
        tuple((words().tiers[tier], _medians(hours[tier], span.weeks)) for tier in NEEDS_CONTACT),
        f"Of those that were acknowledged: half of them sooner than this, half later. {_NAMELESS}",
    )


def _unacknowledged(session: Session, span: _Span) -> Table:
    found = session.execute(
        _of_flags(_flags.at, mine=span.mine).where(
            _flags.tier.in_(NEEDS_CONTACT),
            _flags.acknowledged_at.is_(None),
            _flags.resolved_at.is_(None),
        )
    ).scalars()
    return _still_open(
        "unacknowledged",
        "Flags that nobody has acknowledged yet, by week",
        "flags",
        _NAMELESS,
        found,
        span.weeks,
    )


def _of_flags(*columns: Any, mine: Sequence[str]) -> Any:
    """A query of flags: of a flag without a service, its case may have one by now."""
    service_id = func.coalesce(_flags.service_id, _cases.service_id)
    return (
        select(*columns)
        .select_from(Flag)
        .outerjoin(Case, _flags.case_id == _cases.id)
        .where(_ours(service_id, mine))
    )


def _ours(service_id: Any, mine: Sequence[str]) -> Any:
    """Of these services, or of none yet."""
    return or_(service_id.in_(mine), service_id.is_(None))


def _still_open(
    id: str, title: str, unit: str, note: str, moments: Iterable[datetime], weeks: Sequence[date]
) -> Table:
    """How many are left of each week, and of all the time before."""
    counted = Counter(max(_week(at), weeks[0] - timedelta(weeks=1)) for at in moments)
    shown = (weeks[0] - timedelta(weeks=1), *weeks)
    values = tuple(float(counted[week]) for week in shown)
    return Table(id, title, unit, ("earlier", *_shown(weeks)), (("Left", values),), note)


def _medians(
    found: Sequence[tuple[date, float]], weeks: Sequence[date]
) -> tuple[float | None, ...]:
    by_week: dict[date, list[float]] = {}
    for week, value in found:
        by_week.setdefault(week, []).append(value)
    return tuple(round(median(by_week[week]), 1) if week in by_week else None for week in weeks)


def _week(moment: datetime) -> date:
    day = in_london(moment).date()
    return day - timedelta(days=day.weekday())


def _shown(weeks: Sequence[date]) -> tuple[str, ...]:
    return tuple(f"{week.day} {week:%b}" for week in weeks)


_TABLES: Mapping[str, Callable[[Session, _Span], Table]] = {
    "referrals": _referrals_by_week,
    "stops": _stops,
    "contact": _first_contact,
    "uncontacted": _uncontacted,
    "flags": _flags_by_tier,
    "acknowledged": _acknowledged,
    "unacknowledged": _unacknowledged,
}
