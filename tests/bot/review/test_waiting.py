from __future__ import annotations

from datetime import timedelta

import pytest

from bot.knowledge.services import Targets, services
from bot.records.models import Case
from bot.review.waiting import in_words, waiting


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=30), "0 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=12, hours=5), "12 days"),
    ],
)
def test_a_length_in_words(length: timedelta, words: str) -> None:
    assert in_words(length) == words


@pytest.mark.parametrize(
    ("rank", "hours", "late"), [(0, 3, False), (0, 5, True), (2, 5, False), (2, 6 * 24, True)]
)
def test_late_is_longer_than_the_target(now, rank: int, hours: int, late: bool) -> None:
    case = Case(rank=rank, waiting_since=now - timedelta(hours=hours), service_id="berkshire")
    assert waiting(case, now).late is late
    assert waiting(case, now).demonstration


@pytest.mark.parametrize(
    ("hours", "words"),
    [(4, "4 hours"), (24, "24 hours"), (36, "36 hours"), (48, "2 days"), (60, "60 hours")],
)
def test_a_target_in_words(now, monkeypatch, hours: int, words: str) -> None:
    own = services()["berkshire"].copy(update={"targets": Targets(flag_hours=hours)})
    monkeypatch.setattr("bot.review.waiting.services", lambda: {"berkshire": own})
    case = Case(rank=0, waiting_since=now, service_id="berkshire")
    assert waiting(case, now).target_words == words


def test_someone_contacted_waits_for_nothing_more(now) -> None:
    case = Case(rank=2, waiting_since=now - timedelta(days=50), contacted_at=now)
    assert waiting(case, now).target is None
    assert waiting(case, now).contacted_at == now


def test_someone_contacted_and_flagged_since_waits_again(now) -> None:
    case = Case(rank=0, waiting_since=now - timedelta(hours=5), contacted_at=now)
    assert waiting(case, now).late
    assert waiting(case, now).contacted_at is None
