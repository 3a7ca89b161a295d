from __future__ import annotations

from datetime import datetime, time, timezone

import pytest

from bot.booking.opening import is_open, next_opening, opening
from bot.knowledge.services import Hours, Service, services

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday")


@pytest.fixture
def service() -> Service:
    lewisham = services()["lewisham"]
    hours = (
        Hours(days=WEEK, opens=time(9), closes=time(17)),
        Hours(days=("saturday",), opens=time(10), closes=time(12)),
    )
    return lewisham.copy(update={"handover": lewisham.handover.copy(update={"hours": hours})})


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("at", "open_then"),
    [
        (utc(2026, 12, 1, 9, 0), True),
        (utc(2026, 12, 1, 8, 59), False),
        (utc(2026, 12, 1, 17, 0), False),
        (utc(2026, 7, 1, 8, 0), True),  # 9am in summer
        (utc(2026, 7, 1, 16, 30), False),
        (utc(2026, 12, 25, 10, 0), False),  # a bank holiday
        (utc(2026, 12, 5, 11, 0), True),
        (utc(2026, 12, 6, 11, 0), False),
        # The Mondays after the clocks change, at 9am by London's clock
        (utc(2026, 10, 26, 9, 0), True),
        (utc(2027, 3, 29, 8, 0), False),  # Easter Monday
        (utc(2027, 3, 30, 8, 0), True),
    ],
)
def test_open_by_londons_clock(service: Service, at: datetime, open_then: bool) -> None:
    assert is_open(service, at) is open_then


def test_it_says_when_it_opens_next(service: Service) -> None:
    friday_evening = utc(2027, 3, 25, 18, 0)  # Maundy Thursday; Friday is a bank holiday
    assert next_opening(service, friday_evening) == utc(2027, 3, 27, 10, 0)
    said = opening(service, friday_evening) or ""
    assert "Monday to Friday, 9am to 5pm; Saturday, 10am to midday" in said
    assert "opens on Saturday at 10am" in said
    assert "open now" in (opening(service, utc(2026, 12, 1, 10, 0)) or "")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (utc(2026, 12, 1, 7, 0), "opens today at 9am"),
        (utc(2026, 12, 1, 17, 0), "opens tomorrow at 9am"),
        (utc(2026, 11, 30, 23, 30), "opens tomorrow at 9am"),
        (utc(2026, 6, 30, 23, 30), "opens today at 9am"),  # half past midnight in London
        (utc(2026, 12, 5, 13, 0), "opens on Monday at 9am"),
        (utc(2026, 12, 25, 10, 0), "opens on Tuesday at 9am"),  # after three bank holidays
    ],
)
def test_it_says_the_day_as_people_do(service: Service, now: datetime, words: str) -> None:
    assert words in (opening(service, now) or "")


def test_a_day_a_week_or_more_away_has_its_date(service: Service) -> None:
    mondays = (Hours(days=("monday",), opens=time(9), closes=time(17)),)
    rare = service.copy(update={"handover": service.handover.copy(update={"hours": mondays})})
    said = opening(rare, utc(2026, 12, 21, 18, 0)) or ""  # the Monday after is a bank holiday
    assert "opens on Monday 4 January at 9am" in said
    assert "opens on Monday 14 December at 9am" in (opening(rare, utc(2026, 12, 7, 18, 0)) or "")


def test_a_service_that_hasnt_said_its_hours_has_none_made_up(now: datetime) -> None:
    assert services()["lewisham"].handover.hours is None
    assert opening(services()["lewisham"], now) is None


def test_a_service_that_never_opens_says_only_that_it_is_closed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.booking import opening as module

    monkeypatch.setattr(module, "is_bank_holiday", lambda _day: True)
    assert "closed now" in (opening(service, utc(2026, 12, 1, 10, 0)) or "")
