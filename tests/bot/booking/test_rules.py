from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from bot.booking.rules import is_bank_holiday, rules_of
from bot.booking.texts import booking_data
from bot.knowledge.services import Rules, Service, services
from bot.records.models import DiarySlot


def with_rules(**fields: object) -> Service:
    service = services()["berkshire"]
    handover = service.handover.copy(update={"rules": Rules(**fields)})
    return service.copy(update={"handover": handover})


def test_without_its_own_rules_a_service_has_the_general_ones() -> None:
    limits, rules = booking_data().limits, rules_of(with_rules())
    assert rules.notice == timedelta(hours=limits.notice_hours)
    assert rules.hold_minutes == limits.hold_minutes
    assert rules.remind == timedelta(hours=limits.remind_hours)
    assert rules.bank_holidays is False


def test_its_own_rules_come_first() -> None:
    rules = rules_of(
        with_rules(notice_hours=0, hold_minutes=3, remind_hours=24, bank_holidays=True)
    )
    assert (rules.notice, rules.hold_minutes) == (timedelta(), 3)
    assert (rules.remind, rules.bank_holidays) == (timedelta(hours=24), True)


@pytest.mark.parametrize(
    ("day", "holiday"),
    [
        (date(2026, 12, 25), True),
        (date(2026, 12, 28), True),  # Boxing Day is a Saturday in 2026
        (date(2027, 3, 26), True),  # Good Friday
        (date(2027, 8, 30), True),  # the summer one, which Scotland has on another day
        (date(2027, 8, 2), False),
        (date(2026, 12, 29), False),
    ],
)
def test_bank_holidays_are_englands(day: date, holiday: bool) -> None:
    assert is_bank_holiday(day) is holiday


def test_a_time_on_a_bank_holiday_is_offered_only_where_the_service_says_so() -> None:
    # Half past midnight on the day after a bank holiday, in summer, is still that day in UTC.
    late = DiarySlot(starts_at=datetime(2027, 8, 30, 23, 30, tzinfo=timezone.utc))
    on_it = DiarySlot(starts_at=datetime(2027, 8, 30, 9, 0, tzinfo=timezone.utc))
    assert rules_of(with_rules()).allow(late)
    assert not rules_of(with_rules()).allow(on_it)
    assert rules_of(with_rules(bank_holidays=True)).allow(on_it)
