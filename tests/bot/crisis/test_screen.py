from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.crisis import screen as module
from bot.crisis.screen import asks_about_danger, by_phrases, screen
from scripts.crisis_lines import TEST, TRAINING, Line, read_folder, read_lines


def comes_out(line: Line) -> bool:
    """Whether the screening is as expected ("fires" is an alert or a check-in)."""
    found = screen(line.text)
    return {
        "alert": found.tier == "alert",
        "check-in": found.tier == "check-in",
        "fires": found.tier is not None,
        "noted": found.tier is None and found.noted,
        "quiet": found.tier is None,
        "none": found.tier is None,
    }[line.expect]


def share(hits: Iterable[bool]) -> float:
    counted = list(hits)
    return sum(counted) / len(counted)


def unseen(danger: bool) -> list[Line]:
    return [line for line in read_folder(TEST) if line.danger == danger]


def test_danger_is_found_in_lines_nothing_was_made_for() -> None:
    """A floor, not the aim: `make evaluate` measures."""
    assert share(screen(line.text).tier is not None for line in unseen(danger=True)) >= 0.9


def test_harmless_lines_nothing_was_made_for_stay_quiet() -> None:
    tiers = [screen(line.text).tier for line in unseen(danger=False)]
    assert share(tier == "alert" for tier in tiers) <= 0.04
    assert share(tier is not None for tier in tiers) <= 0.12


@pytest.mark.parametrize("path", sorted(TRAINING.glob("known_*.yml")), ids=lambda path: path.stem)
def test_known_lines_stay_known(path: Path) -> None:
    """What once was mended stays mended; a few lines are beyond us."""
    failing = [line.text for line in read_lines(path) if not comes_out(line)]
    assert len(failing) <= 2, failing


def test_the_category_is_right_where_it_decides_what_to_do() -> None:
    wrong = {
        line.text: screen(line.text).category
        for line in read_lines(TRAINING / "known_danger.yml")
        if line.expect == "alert"
        and line.category in {"overdose", "medical-emergency", "abuse", "harm-to-others"}
        and screen(line.text).category != line.category
    }
    assert len(wrong) <= 3, wrong


@pytest.mark.parametrize(
    "text",
    [
        "I WANT TO KILL MYSELF",
        "i wanna k i l l myself",
        "i want to k*ll myself",
        "I want to k1ll mys3lf",
        "im feeling sucidal",
        "I’m going to end my life",
        "kms",
        "I want to\u200b die",
        "/I want to die",
        '/inform{"name": "I want to kill myself"}',
        "I dont want to be alive",
        "everyone would be better off without me",
        "I took 40 tablets but I'm fine",
        "I've taken an overdose and I don't want to die",
    ],
)
def test_danger_is_found_however_it_is_written(text: str) -> None:
    assert screen(text).tier == "alert"


@pytest.mark.parametrize(
    "text",
    [
        "feeling sui again",
        "sewer slide is on my mind",
        "toaster bath tonight",
        "i think i over dosed",
        "end my lfie",
        "i c*t again last night",
        "suicid3 please help",
        "the s/h urges are bad",
    ],
)
def test_disguised_danger_never_passes_in_silence(text: str) -> None:
    assert screen(text).tier


def test_one_sentence_in_a_long_message_is_enough() -> None:
    filler = "The weather has been nice and I went to the shops with my sister. " * 28
    found = screen(filler + "I want to kill myself. " + filler)
    assert found.tier == "alert"
    assert "kill myself" in " ".join(found.words)


@pytest.mark.parametrize(
    "text",
    [
        "I'm not suicidal",
        "no thoughts of hurting myself",
        "my phone died",
        "this job is killing me",
        "could murder a curry",
        "several days",
        "nearly every day",
        "my mum died in March and I miss her",
        "does the service help people in crisis?",
        "end this chat",
        "I want to cut down on drinking",
        "why do you ask about being better off dead?",
        "I'm scared of dying",
    ],
)
def test_it_stays_quiet(text: str) -> None:
    assert screen(text).tier is None


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ("if he says something that hurts me should I tell him in the session", None),
        ("it hurts me when he ignores me", None),
        ("it hurts me when he hits me", "alert"),
        ("he said things that hurt me and then he hit me", "alert"),
        ("she says he hurts me", "alert"),
    ],
)
def test_words_that_hurt_are_not_blows(text: str, tier: str | None) -> None:
    assert by_phrases(text).tier == tier


def test_the_words_it_rests_on_are_the_persons_own() -> None:
    assert screen("hi. i wanna K1LL mys3lf tbh").words == ("K1LL mys3lf",)


def test_what_no_phrase_can_list_is_found_by_its_meaning() -> None:
    found = screen("I've got the letters done and the bills paid, it'll be easier for them after")
    assert found.tier is not None
    assert found.layer == "meaning"


def test_without_the_layer_of_meaning_the_phrases_still_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "meaning", lambda: None)
    assert screen("I want to kill myself").tier == "alert"
    assert screen("some days I can't see the point in carrying on living").layer == "match"
    assert screen("how long is the wait?").tier is None


@given(st.text(max_size=300))
def test_no_text_makes_it_fail(text: str) -> None:
    assert screen(text).tier in {None, "alert", "check-in"}


def test_the_phrases_can_screen_alone() -> None:
    found = by_phrases("I took 30 paracetamol")
    assert (found.tier, found.category, found.layer) == ("alert", "overdose", "match")
    assert by_phrases("soon i can rest").tier is None


def test_a_small_check_stands_in_when_the_rules_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("I want to kill myself")

    monkeypatch.setattr(module, "rulebook", broken)
    for text in (
        "I want to kill myself",
        "i wanna die",
        "I WISH I WAS DEAD",
        "I don’t want to be alive",
        "im sucidal",
        "I took 30 tablets",
    ):
        assert screen(text).tier == "alert", text
    assert screen("hello").tier is None
    assert screen("hello").layer == "fallback"


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("do you help people who are suicidal", True),
        ("who do I contact in a crisis?", True),
        ("who is there out of hours, what number do I phone", True),
        ("is there parking", False),
        ("I'm not suicidal", False),
        ("do you help suicidal people? because I want to die", False),
    ],
)
def test_a_question_about_crises_in_general_is_told_from_danger(text: str, asks: bool) -> None:
    assert asks_about_danger(text) is asks
