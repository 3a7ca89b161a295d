"""The numbers people look at: how many, how long, where they stop. No one is named in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.booking.times import in_london
from bot.knowledge.services import services
from bot.prescreen.questionnaires import library
from bot.prescreen.questions import script
from bot.records.models import Case, Flag, Referral, StaffUser
from bot.records.referrals import UNFINISHED
from bot.review.access import services_of

WEEKS = 12
_HOUR = 3600
_cases: Any = Case
_flags: Any = Flag
_referrals: Any = Referral


@dataclass(frozen=True)
class Table:
    """Numbers for a plot and the table beneath it: a row for each label, a column a series.

    `lying`: the bars lie, for labels that are long.
    """

    id: str
    title: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]
    lying: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for _, values in self.series for value in values)


def numbers(session: Session, user: StaffUser, now: datetime) -> list[Table]:
    """Every table, for the services this person sees, over the last WEEKS weeks."""
    mine = services_of(user)
    weeks = _weeks(now)
    since = now - timedelta(weeks=WEEKS)
    return [
        _referrals_by_week(session, mine, weeks, since),
        _stops(session, mine),
        _first_contact(session, mine, weeks, since),
        _flags_by_tier(session, mine, since),
        _acknowledged(session, mine, weeks, since),
    ]


def _referrals_by_week(
    session: Session, mine: Sequence[str], weeks: Sequence[date], since: datetime
) -> Table:
    found = session.execute(
        select(_cases.service_id, _cases.arrived_at).where(
            _cases.service_id.in_(mine),
            _cases.referral_id.is_not(None),
            _cases.arrived_at >= since,
        )
    )
    counted = Counter((service_id, _week(at)) for service_id, at in found)
    known = services()
    return Table(
        "referrals",
        "Referrals by week and service",
        "referrals",
        _shown(weeks),
        tuple(
            (known[each].short_name, tuple(float(counted[each, week]) for week in weeks))
            for each in mine
        ),
    )


def _stops(session: Session, mine: Sequence[str]) -> Table:
    """At which step the pre-screens stand that were begun and not sent."""
    found = session.execute(
        select(_referrals.current_question, func.count())
        .where(
            _referrals.state.in_(UNFINISHED),
            _referrals.service_id.in_(mine),
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
    )  # fmt: skip


def _first_contact(
    session: Session, mine: Sequence[str], weeks: Sequence[date], since: datetime
) -> Table:
    found = session.execute(
        select(_cases.arrived_at, _cases.contacted_at).where(
            _cases.service_id.in_(mine),
            _cases.contacted_at.is_not(None),
            _cases.arrived_at >= since,
        )
    )
    days = [(_week(came), (contacted - came) / timedelta(days=1)) for came, contacted in found]
    return Table(
        "contact",
        "Days to first contact, by the week the referral came",
        "days, half took longer",
        _shown(weeks),
        (("Median days", _medians(days, weeks)),),
    )


def _flags_by_tier(session: Session, mine: Sequence[str], since: datetime) -> Table:
    found = session.execute(
        select(_flags.tier, func.count())
        .where(_flags.service_id.in_(mine), _flags.at >= since)
        .group_by(_flags.tier)
    )
    counted = dict(found.all())
    names = {"alert": "Crisis reply given", "check-in": "Asked if they are safe", "noted": "Noted"}
    values = tuple(float(counted.get(tier, 0)) for tier in names)
    return Table(
        "flags", "Flags, by what the assistant did", "flags", tuple(names.values()),
        (("Flags", values),),
    )  # fmt: skip


def _acknowledged(
    session: Session, mine: Sequence[str], weeks: Sequence[date], since: datetime
) -> Table:
    found = session.execute(
        select(_flags.at, _flags.acknowledged_at).where(
            _flags.service_id.in_(mine),
            _flags.acknowledged_at.is_not(None),
            _flags.at >= since,
        )
    )
    hours = [(_week(at), (seen - at).total_seconds() / _HOUR) for at, seen in found]
    return Table(
        "acknowledged",
        "Hours until a flag was acknowledged, by week",
        "hours, half took longer",
        _shown(weeks),
        (("Median hours", _medians(hours, weeks)),),
    )


def _medians(
    found: Sequence[tuple[date, float]], weeks: Sequence[date]
) -> tuple[float | None, ...]:
    by_week: dict[date, list[float]] = {}
    for week, value in found:
        by_week.setdefault(week, []).append(value)
    return tuple(round(median(by_week[week]), 1) if week in by_week else None for week in weeks)


def _weeks(now: datetime) -> tuple[date, ...]:
    last = _week(now)
    return tuple(last - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1))


def _week(moment: datetime) -> date:
    day = in_london(moment).date()
    return day - timedelta(days=day.weekday())


def _shown(weeks: Sequence[date]) -> tuple[str, ...]:
    return tuple(f"{week.day} {week:%b}" for week in weeks)
