"""How long to wait before a message is tried again: twice as long each time, with jitter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tenacity import RetryCallState, wait_exponential_jitter

from bot.outbox.texts import outbox_data

_NO_ARGUMENTS: Any = None


def wait(attempts: int) -> timedelta:
    """The pause after so many failed attempts (1 or more)."""
    rules = outbox_data().delivery
    strategy = wait_exponential_jitter(
        multiplier=rules.first_wait_seconds,
        max=rules.longest_wait_seconds,
        jitter=rules.jitter_seconds,
    )
    state = RetryCallState(_NO_ARGUMENTS, None, (), {})
    state.attempt_number = attempts
    return timedelta(seconds=strategy(state))
