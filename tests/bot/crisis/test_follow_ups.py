from __future__ import annotations

import pytest

from bot.crisis.replies import replies
from tests.bot.crisis.conftest import BUTTONS, talk, titles


@pytest.mark.parametrize(
    "said", ["I need help now", "no", "im not safe", "Help!", "not really safe"]
)
def test_asking_for_help_leads_to_999_and_a_flag(said: str) -> None:
    turn = talk("I want to kill myself", said)
    assert "999" in turn.reply.text
    assert turn.flag is not None
    assert BUTTONS.safe in titles(turn)


@pytest.mark.parametrize("said", ["I'm safe for now", "yes", "Yes, I'm safe", "im ok now"])
def test_safe_for_now_offers_a_way_on_and_resumes_nothing(said: str) -> None:
    turn = talk("I want to kill myself", said, state={"paused": "prescreen_form"})
    assert turn.flag is None
    assert BUTTONS.carry_on in titles(turn)
    assert BUTTONS.carry_on not in titles(talk("I want to kill myself", said))


def test_feeling_all_right_after_an_overdose_is_not_enough() -> None:
    turn = talk("I've taken 30 paracetamol", "I'm safe for now")
    assert "999" in turn.reply.text


@pytest.mark.parametrize(
    "said", ["I didn't mean that", "sorry I was joking", "It was a figure of speech"]
)
def test_not_meant_gets_an_apology_and_is_marked(said: str) -> None:
    turn = talk("I want to kill myself", said)
    assert "sorry" in turn.reply.text
    assert turn.disputed
    assert turn.flag is None


def test_more_ways_to_get_help_stays_in_the_conversation() -> None:
    turn = talk("I want to kill myself", "More ways to get help")
    assert "85258" in turn.reply.text
    assert turn.reply.custom["help_lines"]
    assert BUTTONS.help_now in titles(turn)


def test_a_check_in_goes_on_by_the_answer() -> None:
    first = talk("what's the point any more")
    having = talk("Yes, I'm having those thoughts", state=first.state)
    assert having.flag.tier == "alert"
    assert having.reply.custom["tier"] == "alert"
    hard = talk("No, I'm just having a hard time", state=first.state)
    assert hard.flag is None
    assert BUTTONS.ask.title in titles(hard)


@pytest.mark.parametrize("said", ["yes", "no"])
def test_a_bare_yes_or_no_to_two_questions_is_asked_about(said: str) -> None:
    turn = talk("what's the point any more", said)
    assert turn.reply.text == replies().check_in.clarify
    assert talk("yes", state=turn.state).flag.tier == "alert"
    assert talk("no", state=turn.state).flag is None
