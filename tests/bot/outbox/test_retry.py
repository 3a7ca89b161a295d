from __future__ import annotations

from datetime import timedelta

from bot.outbox.retry import wait
from bot.outbox.texts import outbox_data


def test_each_pause_is_longer_up_to_the_longest() -> None:
    rules = outbox_data().delivery
    jitter, longest = rules.jitter_seconds, rules.longest_wait_seconds
    for attempts in range(1, 40):
        plain = min(rules.first_wait_seconds * 2 ** (attempts - 1), longest)
        paused = wait(attempts).total_seconds()
        assert plain <= paused <= min(plain + jitter, longest)


def test_not_everything_is_tried_at_once() -> None:
    assert len({wait(2) for _ in range(20)}) > 1
    assert wait(1) > timedelta()
