from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

import httpx
import pytest

from bot.booking.fhir import exchange as module
from bot.booking.fhir.exchange import exchange
from tests.fhir.engine import Line


@pytest.fixture
def plain() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as made:
        yield made


def test_an_answer_comes_whole(plain: httpx.Client, line: Line, schedule: str) -> None:
    answer = exchange(plain, "GET", f"{line.url}/Schedule/{schedule}", seconds=20)
    assert (answer.status_code, answer.json()["id"]) == (200, schedule)
    assert answer.headers["etag"]


@pytest.mark.parametrize("fault", ["slow", "endless"])
def test_one_that_takes_too_long_is_given_up(plain: httpx.Client, line: Line, fault: str) -> None:
    line.slow_seconds = 20
    line.always(fault)
    began = monotonic()
    with pytest.raises(httpx.ReadTimeout):
        exchange(plain, "GET", line.url, seconds=0.5)
    assert monotonic() - began < 10


def test_one_that_is_too_large_is_not_taken_in(
    plain: httpx.Client, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LARGEST", 10)
    line.always("garbage")
    with pytest.raises(ValueError, match="too large"):
        exchange(plain, "GET", line.url, seconds=20)
