from __future__ import annotations

import pytest

from bot.crisis.conversation import respond
from bot.crisis.languages import LANGUAGES_PATH, Languages, phrases, said
from bot.crisis.rules import rulebook
from bot.crisis.screen import by_phrases, screen
from bot.datafile import load_model

LANGUAGES = load_model(LANGUAGES_PATH, Languages).languages


@pytest.mark.parametrize("name", LANGUAGES)
def test_each_phrase_of_a_language_is_an_alert(name: str) -> None:
    language = LANGUAGES[name]
    for category, lines in language.phrases.items():
        for line in filter(None, map(str.strip, lines.splitlines())):
            for found in (screen(line), by_phrases(line.upper())):
                assert (found.tier, found.category) == ("alert", category), line


def test_the_categories_are_those_of_the_phrases_in_english() -> None:
    assert {phrase.category for phrase in phrases()} <= set(rulebook().categories.values())


@pytest.mark.parametrize(
    "text",
    [
        "CHCE   UMRZEC",
        "proszę pomóżcie, ja już nie chcę żyć.",
        "hi. quiero morirme, no aguanto más",
        "أُرِيدُ أَنْ أَمُوتَ",
        "وأريد الانتحار",
        "医生，我想死，怎么办",
        "ОЧЕНЬ хочу умереть!!",
        "j\u2019ai envie de mourir",
        "Vreau sa mor",
        "mujhe marna hai yaar",
        "chcę\numrzeć",
    ],
)
def test_it_is_found_however_it_is_typed(text: str) -> None:
    assert screen(text).tier == "alert"


@pytest.mark.parametrize(
    "text", ["nie chcę umrzeć", "No quiero morir", "не хочу умереть", "لا أريد أن أموت"]
)
def test_what_is_denied_is_no_alarm_but_staff_should_know(text: str) -> None:
    found = by_phrases(text)
    assert (found.tier, found.noted) == (None, True)


@pytest.mark.parametrize(
    "text",
    [
        "dzień dobry, ile się czeka na terapię?",
        "hola, quiero una cita",
        "你好，我想预约",
        "mi picchiano",  # begins as "mi picchia" does
        "I quite like the word morir",
        "",
    ],
)
def test_the_rest_of_a_language_is_left_alone(text: str) -> None:
    assert said(text) == []


def test_it_rests_on_the_words_as_they_were_written() -> None:
    found = screen("Mam na imię Ola.  Chcę   UMRZEĆ dzisiaj.")
    assert found.words == ("Chcę UMRZEĆ",)
    assert found.layer == "match"


def test_the_reply_says_how_to_get_an_interpreter_each_time() -> None:
    first = respond("chcę umrzeć", None)
    assert first is not None
    assert "when someone answers say: Polish" in first.reply.text
    again = respond("chcę się zabić", first.state)
    assert again is not None
    assert "say: Polish" in again.reply.text
    english = respond("I want to die", None)
    assert english is not None
    assert "interpreter" not in english.reply.text


def test_english_danger_beside_it_counts_as_well() -> None:
    found = screen("nie chcę umrzeć. but I took 40 paracetamol")
    assert (found.tier, found.category) == ("alert", "overdose")
