from __future__ import annotations

from bot.crisis.help_replies import failure, is_failure, more_help


def test_help_lines_can_be_had_without_a_crisis() -> None:
    reply = more_help("berkshire", 30)
    for number in ("999", "111", "116 123", "0800 129 9999"):
        assert number in reply.text


def test_a_failure_shows_urgent_help_and_is_known_as_one() -> None:
    for number in ("999", "111", "116 123"):
        assert number in failure().text
        assert number in str(failure().custom["help_lines"])
    assert is_failure({"text": "…", "custom": failure().custom})
    assert not is_failure({"text": "…"})
    assert not is_failure({"text": "…", "custom": {"type": "crisis"}})
