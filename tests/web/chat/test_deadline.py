from __future__ import annotations

from math import inf

import pytest

from tests.web.chat.test_limits import Clock
from web.chat import deadline
from web.chat.deadline import Deadline


def test_what_is_left_grows_less_and_is_never_negative(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(deadline, "monotonic", clock)
    by = Deadline(2)
    assert (by.left(), by.left(0.5), by.left(keep=0.5)) == (2, 0.5, 1.5)
    clock.now += 1.5
    assert (by.left(), by.left(1, keep=0.4)) == (0.5, pytest.approx(0.1))
    clock.now += 1
    assert (by.left(), by.left(1)) == (0, 0)


def test_without_a_time_there_is_no_hurry() -> None:
    assert (Deadline().left(), Deadline().left(3, keep=2)) == (inf, 3)
