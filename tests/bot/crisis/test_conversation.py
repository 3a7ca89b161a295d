from __future__ import annotations

import pytest

from bot.crisis.conversation import moved_on, respond
from tests.bot.crisis.conftest import talk


@pytest.mark.parametrize("text", ["hello", "how long is a session?", "yes", "no", "help", ""])
def test_nothing_is_said_to_what_is_no_crisis(text: str) -> None:
    assert respond(text, None) is None


def test_an_age_given_in_passing_is_remembered() -> None:
    assert "0800 1111" in talk("I'm 14 and my dad hits me").reply.text
    state = respond("I'm 14 and I want to die", None).state
    assert "0800 1111" in talk("my dad hits me", state=state).reply.text


def test_a_bare_yes_later_on_is_about_something_else() -> None:
    state = talk("I want to kill myself").state
    assert respond("how long is a session?", state) is None
    later = moved_on(state)
    assert respond("yes", later) is None
    assert respond("no", later) is None
    assert respond("I need help now", later) is not None
    assert moved_on(later) is None


def test_i_need_help_now_is_answered_at_any_time() -> None:
    turn = respond("I need help now", None)
    assert "999" in turn.reply.text
    assert turn.flag is not None
