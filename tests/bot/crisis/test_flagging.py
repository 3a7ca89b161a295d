from __future__ import annotations

from bot.crisis.conversation import respond
from bot.crisis.flagging import item_flag, note_for_staff
from bot.crisis.screen import screen


def test_item_nine_has_a_flag_of_its_own() -> None:
    flag = item_flag("phq-9.9", "Several days", "a few days")
    assert (flag.tier, flag.source, flag.words) == ("check-in", "phq-9.9", "Several days")


def test_past_and_denied_are_noted_for_staff_without_an_alarm() -> None:
    text = "I'm not suicidal"
    assert respond(text, None) is None
    assert note_for_staff(screen(text), text).tier == "noted"
    assert note_for_staff(screen("hello"), "hello") is None
