from __future__ import annotations

from bot.crisis.check_ins import respond_to_item
from bot.crisis.replies import replies
from tests.bot.crisis.conftest import talk


def test_a_check_in_asks_openly() -> None:
    turn = talk("what's the point any more")
    assert turn.reply.custom["tier"] == "check-in"
    assert "harming yourself" in turn.reply.text
    assert "111" in turn.reply.text
    assert "116 123" in turn.reply.text


def test_item_nine_gets_a_kind_question_that_keeps_what_was_put_aside() -> None:
    turn = respond_to_item({"paused": "prescreen_form"})
    assert turn.reply.text.startswith(replies().check_in.item)
    assert turn.state["paused"] == "prescreen_form"
