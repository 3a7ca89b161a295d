from __future__ import annotations

import pytest

from bot.nlu.clauses import MAX_CLAUSES, clauses, listed, looks_like_question


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("how long is it", ["how long is it"]),
        ("Is it free? Where is it?", ["Is it free?", "Where is it?"]),
        ("is it free?where is it", ["is it free", "where is it"]),
        ("is it free and where is it", ["is it free", "where is it"]),
        ("is it free, where is it", ["is it free", "where is it"]),
        ("is it free n where is it", ["is it free", "where is it"]),
        (
            "did it before so 1) is it new 2) is it free",
            ["did it before so", "is it new", "is it free"],
        ),
        ("is it free, and also where is it", ["is it free", "where is it"]),
        (
            "Hi, I'm Jo, my mum died. how long is it and do I need a GP?",
            ["Hi, I'm Jo, my mum died", "how long is it", "do I need a GP?"],
        ),
        ("my wife and I want to come", ["my wife and I want to come"]),
        ("is it for anxiety and depression", ["is it for anxiety and depression"]),
        ("is it online\nwhat does it cost", ["is it online", "what does it cost"]),
        ("first thing - is it free", ["first thing", "is it free"]),
        ("?!", []),
        ("", []),
    ],
)
def test_clauses(text: str, parts: list[str]) -> None:
    assert list(clauses(text)) == parts


def test_of_many_clauses_the_questions_stay_in_their_order() -> None:
    story = "I went home. " * 30
    found = clauses(f"{story}Is it free? {story}Where is it?")
    assert len(found) == MAX_CLAUSES
    assert [part for part in found if looks_like_question(part)] == ["Is it free?", "Where is it?"]


@pytest.mark.parametrize(
    ("clause", "things"),
    [
        ("cost, parking and travel", ("cost", "parking", "travel")),
        ("cost/waiting times", ("cost", "waiting times")),
        ("cost? parking?", ("cost", "parking")),
        ("cost", ()),
        ("parking, ", ()),
        (", ".join("abcdefghijklmnop"), ()),
    ],
)
def test_listed(clause: str, things: tuple[str, ...]) -> None:
    assert listed(clause) == things


@pytest.mark.parametrize("clause", ["how long", "is it free", "cost?", "tell me what DIT is"])
def test_looks_like_question(clause: str) -> None:
    assert looks_like_question(clause)


@pytest.mark.parametrize("clause", ["my mum died last year", "thanks", "I work nights"])
def test_does_not_look_like_question(clause: str) -> None:
    assert not looks_like_question(clause)
