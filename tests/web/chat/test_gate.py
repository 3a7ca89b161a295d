from __future__ import annotations

import pytest

from bot.settings import Settings
from tests.web.chat.test_limits import Clock, clock  # noqa: F401
from web.chat import gate as module
from web.chat.gate import Gate, Over

HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


def screened(over: Over | None) -> str:
    return over.screened if over else "as always"


def test_what_comes_too_fast_is_screened_by_phrases_and_at_last_not_at_all(
    clock: Clock,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_SCREENED_OVER_LIMIT", 1)
    gate = Gate(Settings.read({"CHAT_MESSAGES_A_MINUTE": "1"}))
    text = "x" * 9_000
    told = [screened(gate.message("one", HERE, text)) for _ in range(5)]
    assert told == ["as always", "in full", "by phrases", "by phrases", "not at all"]
    told = [screened(gate.message("other", ELSEWHERE, text)) for _ in range(2)]
    assert told == ["as always", "by phrases"], "one address doesn't use up the others' share"
    clock.now += 60
    assert screened(gate.message("one", HERE, text)) == "as always"


def test_strangers_who_come_too_fast_are_screened_by_phrases(clock: Clock) -> None:  # noqa: F811
    gate = Gate(Settings.read({"CHAT_MESSAGES_A_MINUTE": "1"}))
    told = [screened(gate.stranger(HERE, "x" * 64_000)) for _ in range(3)]
    assert told == ["as always", "by phrases", "not at all"]


def test_short_messages_are_not_without_number(clock: Clock) -> None:  # noqa: F811
    gate = Gate(Settings.read({"CHAT_MESSAGES_A_MINUTE": "1"}))
    told = [screened(gate.stranger(HERE, "kms")) for _ in range(300)]
    assert told.count("by phrases") == 200


def test_many_addresses_together_are_bounded_too(clock: Clock) -> None:  # noqa: F811
    gate = Gate(Settings.read({"CHAT_MESSAGES_A_MINUTE": "1"}))
    senders = [f"192.0.2.{number}" for number in range(20)]
    told = [screened(gate.stranger(each, "x" * 20_000)) for each in senders * 2]
    assert told.count("by phrases") == 10
