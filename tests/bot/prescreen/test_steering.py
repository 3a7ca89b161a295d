"""Questions asked back, and their answers."""

from __future__ import annotations

from typing import Any

import pytest

from bot.prescreen.steering import confirmation_in
from bot.prescreen.texts import commands, texts


@pytest.mark.parametrize(
    ("name", "text", "choice"),
    [
        ("stop", "Keep it for later", "pause"),
        ("stop", "erase everything please", "erase"),
        ("stop", "carry on", "carry_on"),
        ("stop", "no", "carry_on"),
        ("stop", "purple", None),
        ("erase", "Yes, erase everything", "yes"),
        ("erase", "yes please", "yes"),
        ("erase", "No, keep it", "no"),
        ("erase", "don't erase it", "no"),
        ("erase", "yes but keep my name", None),
        ("erase", "maybe", None),
        ("start_again", "yes", "yes"),
        ("start_again", "nope", "no"),
    ],
)
def test_what_is_meant(name: str, text: str, choice: str | None) -> None:
    assert confirmation_in(name, text) == choice


@pytest.mark.parametrize("name", sorted(commands().confirmations))
def test_each_button_is_its_own_choice(name: str) -> None:
    for choice in commands().confirmations[name].choices:
        assert confirmation_in(name, choice.title) == choice.value


def test_erase_from_stop_still_asks(person: Any) -> None:
    person.go_to("about.phone")
    person.say("stop")
    person.say("Erase everything")
    assert person.question().custom == {"type": "confirm", "confirm": "erase"}
    assert person.say("no").replies[0].text == texts().kept
    assert person.at == "about.phone"


def test_repeat_gives_the_whole_question_again(person: Any) -> None:
    person.go_to("consent.given")
    whole = person.question().text
    person.say("hmm")
    assert person.question().text != whole
    person.say("say that again")
    assert person.question().text == whole


@pytest.mark.parametrize("text", ["what happens now", "so what comes of this"])
def test_what_is_still_to_come(person: Any, text: str) -> None:
    person.go_to("story.reason")
    person.say("I can't sleep.")
    told = person.prescreen.answer(person.turn(text, intent="ask_what_next")).replies[0].text
    assert "step 6 of 10: What brings you here" in told
    assert "• Your mood over the last 2 weeks" in told
    assert "• What would help you" not in told


def test_skip_at_a_question_gone_back_to_takes_the_answer_away(person: Any) -> None:
    person.go_to("about.gp_practice")
    person.say("back")
    person.say("skip")
    assert person.answers()["about.postcode"] is None
