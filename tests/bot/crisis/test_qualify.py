from __future__ import annotations

import pytest

from bot.crisis.screen import screen


@pytest.mark.parametrize(
    ("text", "qualifier"),
    [
        ("I'm not suicidal", "denied"),
        ("no thoughts of suicide or self harm", "denied"),
        ("suicidal? no", "denied"),
        ("suicidal: nil", "denied"),
        ("I have no intention of ending my life", "denied"),
        ("I do not have any plans to end my life", "denied"),
        ("I was suicidal ten years ago", "past"),
        ("I used to want to die", "past"),
        ("when I was 15 I cut myself", "past"),
        ("years ago I was ill and self harmed", "past"),
        ("do you help people who are suicidal", "question"),
        ("what if I become suicidal while I wait", "question"),
        ("I work with suicidal teenagers", "question"),
    ],
)
def test_no_alarm_but_kept(text: str, qualifier: str) -> None:
    found = screen(text)
    assert found.tier is None
    assert qualifier in found.qualifiers
    assert found.noted == (qualifier in {"denied", "past"})


@pytest.mark.parametrize(
    ("text", "qualifier"),
    [
        ("I was suicidal ten years ago and it's happening again", "past-and-back"),
        ("I tried to kill myself last week", "recent"),
        ("not suicidal, I'd just like to not exist", "false-denial"),
        ("my son says he is suicidal", "third-person"),
        ("my daughter has taken an overdose", "third-person"),
    ],
)
def test_an_alarm_all_the_same(text: str, qualifier: str) -> None:
    found = screen(text)
    assert found.tier == "alert"
    assert qualifier in found.qualifiers


@pytest.mark.parametrize(
    "text",
    [
        "No, I want to die",
        "I've not slept, I want to die",
        "no friends no job no hope want to die",
        "I can't stop thinking about killing myself",
        "I don't know if I want to die",
        "it's getting harder to not kill myself",
        "I'm not joking, I want to kill myself",
        "never wanted to die before but I do now",
        "I never wanted to be born",
        "not a day goes by without wanting to kill myself",
    ],
)
def test_a_no_that_denies_something_else_takes_nothing_away(text: str) -> None:
    assert screen(text).tier == "alert"


@pytest.mark.parametrize(
    "text",
    [
        "not suicidal, just done",
        "not suicidal just planning",
        "never suicidal until tonight",
        "not suicidal anymore, ready",
    ],
)
def test_a_short_denial_that_goes_on_is_asked_about(text: str) -> None:
    assert screen(text).tier == "check-in"


@pytest.mark.parametrize(
    "text",
    [
        "I've wanted to die for over a year",
        "I have been suicidal since 2015",
        "as a student I feel suicidal",
        "I'm 15 and I cut myself at school",
        "my wife died three years ago and I want to die",
        "my ex husband hits me",
    ],
)
def test_a_time_that_is_not_the_findings_takes_nothing_away(text: str) -> None:
    assert screen(text).tier == "alert"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("my husband says I'm suicidal and I am", "suicidal-thoughts"),
        ("he makes me want to die", "suicidal-thoughts"),
        ("my boyfriend died and I want to join him", "suicidal-thoughts"),
        ("my boyfriend is going to kill himself", "someone-else"),
        ("she's going to take her own life", "someone-else"),
    ],
)
def test_it_is_known_who_is_in_danger(text: str, category: str) -> None:
    assert screen(text).category == category


def test_danger_to_life_comes_before_all_else() -> None:
    found = screen("I want to die and I've taken 40 tablets")
    assert (found.tier, found.category) == ("alert", "overdose")


def test_a_vague_word_inside_a_denial_is_denied_with_it() -> None:
    assert screen("I have not taken an overdose").tier is None
