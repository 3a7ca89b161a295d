from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.outbox.texts import Notice, outbox_data


def test_the_file_can_be_used() -> None:
    assert outbox_data().delivery.give_up_after_hours > 24  # more than a day's outage


@pytest.mark.parametrize("text", ["A referral of {name}", "{reference}"])
def test_a_notice_cannot_name_the_person(text: str) -> None:
    with pytest.raises(ValidationError, match="never filled in"):
        Notice(subject="x", text=text)


def test_letters_say_how_to_get_urgent_help() -> None:
    for number in ("999", "111", "116 123"):
        assert number in outbox_data().letters.footer
