from __future__ import annotations

import pytest

from bot.crisis.replies import replies
from tests.bot.crisis.conftest import BUTTONS, CLEAR, talk, titles


@pytest.mark.parametrize(("category", "text"), CLEAR.items())
def test_each_category_gets_its_own_whole_reply(category: str, text: str) -> None:
    turn = talk(text)
    alert = replies().alert[category]
    assert turn.reply.custom["type"] == "crisis"
    assert (turn.reply.custom["tier"], turn.reply.custom["category"]) == ("alert", category)
    assert turn.reply.text.startswith(alert.acknowledge)
    assert alert.first_step in turn.reply.text
    assert "automated assistant" in turn.reply.text
    assert turn.reply.text.endswith("?")
    assert titles(turn) == [BUTTONS.help_now, BUTTONS.safe, BUTTONS.not_meant, BUTTONS.more]
    assert (turn.flag.tier, turn.flag.category, turn.flag.text) == ("alert", category, text)


@pytest.mark.parametrize("category", ["overdose", "medical-emergency", "suicide-plan"])
def test_where_a_life_is_at_risk_the_first_step_is_999(category: str) -> None:
    assert "999" in replies().alert[category].first_step.split(".")[0]


def test_a_services_own_line_comes_first_for_its_people() -> None:
    assert "0800 129 9999" in talk("I want to die", service_id="berkshire").reply.text
    assert "0800 129 9999" not in talk("I want to die", service_id="xyla").reply.text


def test_a_child_who_is_hurt_is_shown_childline() -> None:
    assert "0800 1111" in talk("my dad hits me", age=14).reply.text


def test_every_further_crisis_message_gets_another_reply() -> None:
    said = ["I want to kill myself", "I want to die", "please I just want to be dead"]
    texts = [talk(*said[:n]).reply.text for n in (1, 2, 3)]
    assert len(set(texts)) == 3
    assert len(texts[1]) < len(texts[0])
    assert all("999" in text for text in texts)


@pytest.mark.parametrize("category", CLEAR)
def test_no_category_says_the_same_three_times_over(category: str) -> None:
    texts = [talk(*[CLEAR[category]] * times).reply.text for times in (1, 2, 3)]
    assert len(set(texts)) == 3
    assert len(texts[1]) < len(texts[0])
    assert all("999" in text for text in texts)


def test_an_overdose_that_someone_else_took_is_answered_to_the_helper() -> None:
    text = talk("my daughter has taken an overdose").reply.text
    assert text.startswith(replies().alert["overdose"].acknowledge_other)


def test_an_overdose_after_other_words_is_an_emergency_anew() -> None:
    turn = talk("I want to die", "I've taken 30 paracetamol")
    assert replies().alert["overdose"].first_step in turn.reply.text
