from __future__ import annotations

from typing import Any

import pytest

from scripts.chat import chosen, sender, shown, talk
from scripts.plainly import Failure

BUTTONS = [{"title": "Yes", "payload": "Yes"}, {"title": "No", "payload": "No, thank you"}]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("1", "Yes"),
        (" 2 ", "No, thank you"),
        ("3", "3"),
        ("0", "0"),
        ("07700 900123", "07700 900123"),
        ("I want to talk ", "I want to talk"),
    ],
)
def test_a_number_taps_a_button_and_all_else_is_said(typed: str, sent: str) -> None:
    assert chosen(typed, BUTTONS) == sent


def test_a_conversation_goes_on_until_the_end_of_input() -> None:
    sent: list[str] = []
    shows: list[str] = []
    lines = iter(["2"])

    def send(text: str) -> list[dict[str, Any]]:
        sent.append(text)
        return [{"text": "Shall we begin?", "buttons": BUTTONS}]

    def read(_prompt: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    talk(send, read, shows.append)
    assert sent == ["hi", "No, thank you"]
    assert shows[:3] == ["\nShall we begin?", "  1. Yes", "  2. No"]


def test_long_lines_are_wrapped_and_short_ones_kept() -> None:
    lines = shown({"text": "word " * 30 + "\nSource: here"}).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "Source: here"


def test_no_assistant_is_one_line_with_the_mend() -> None:
    with pytest.raises(Failure, match="make run"):
        sender("http://127.0.0.1:9", "me")("hi")
