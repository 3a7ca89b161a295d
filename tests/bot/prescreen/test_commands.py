"""What steers the form, and what only looks like it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.prescreen.commands import (
    asks_for_change,
    change_target,
    command_in,
    is_done,
    near_command,
    sends,
)
from bot.prescreen.questionnaires import library
from bot.prescreen.questions import Question, script
from bot.prescreen.texts import commands

QUESTIONS = {question.id: question for question in script().all_questions()}
ITEM = library().questions("phq-9")[0]
STORY = QUESTIONS["story.reason"]
NAME = QUESTIONS["about.name"]
POSTCODE = QUESTIONS["about.postcode"]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("back", "back"),
        ("Go back", "back"),
        ("can we go back please", "back"),
        ("previous question", "back"),
        ("skip", "skip"),
        ("Skip this one", "skip"),
        ("I'd rather not say", "skip"),
        ("prefer not to say", "skip"),
        ("pass", "skip"),
        ("pause", "pause"),
        ("I need a break", "pause"),
        ("can I finish this later?", "pause"),
        ("stop", "stop"),
        ("I want to stop", "stop"),
        ("please stop", "stop"),
        ("quit", "stop"),
        ("erase everything", "erase"),
        ("delete my data please", "erase"),
        ("why do you ask?", "why"),
        ("Why do you need that", "why"),
        ("what's that for?", "why"),
        ("what happens now", "ahead"),
        ("ok what's next?", "ahead"),
        ("how long does this take", "ahead"),
        ("how many more questions are there", "ahead"),
        ("how long", None),
        ("what", "repeat"),
        ("say that again", "repeat"),
        ("sorry what was the question", "repeat"),
        ("start again", "start_again"),
        ("I'd like to start over", "start_again"),
        ("nearly every day", None),
        ("not at all", None),
        ("no", None),
        ("", None),
        ("🙂", None),
        ("2", None),
    ],
)
def test_in_a_closed_question(text: str, command: str | None) -> None:
    assert command_in(text, ITEM, answered=False) == command


@pytest.mark.parametrize("question", [STORY, NAME, ITEM, POSTCODE], ids=lambda q: q.id)
@pytest.mark.parametrize("name", sorted(commands().commands))
def test_every_button_works_everywhere(question: Question, name: str) -> None:
    button = commands().commands[name].button
    assert command_in(button, question, answered=True) == name


@pytest.mark.parametrize(
    "text",
    [
        "I want to stop feeling like this",
        "stop feeling sad",
        "I want to get out of this",
        "back pain",
        "my back",
        "I need a break",
        "a break",
        "later in life I want children",
        "to leave",
        "leave",
        "to move on",
        "I keep going back to him",
        "delete all the bad memories",
        "I can't pause my thoughts",
        "why me",
        "next to my mum",
        "to start a new life",
    ],
)
def test_a_persons_own_words_are_never_a_command(text: str) -> None:
    assert command_in(text, STORY, answered=False) is None
    assert near_command(text, STORY) is None


@pytest.mark.parametrize("text", ["Will Pass", "Jo Stop", "Next", "Leave", "Save", "Break", "Pass"])
def test_a_name_is_not_a_command(text: str) -> None:
    assert command_in(text, NAME, answered=False) is None


def test_starting_again_may_be_what_someone_hopes_for() -> None:
    assert command_in("start again", QUESTIONS["story.hopes"], answered=False) is None
    assert command_in("start again", STORY, answered=False) == "start_again"


@pytest.mark.parametrize(
    ("question_id", "text"),
    [
        ("about.nhs_number", "I don't know"),
        ("about.nhs_number", "no idea"),
        ("about.phone", "I don't have one"),
        ("about.preferred_name", "no"),
        ("about.postcode", "no fixed address"),
        ("about.postcode", "no"),
        ("about.postcode", "none"),
        ("about.best_time", "no"),
    ],
)
def test_some_questions_have_more_ways_to_be_skipped(question_id: str, text: str) -> None:
    assert command_in(text, QUESTIONS[question_id], answered=False) == "skip"


def test_an_answer_can_be_kept_only_where_there_is_one() -> None:
    assert command_in("keep it", POSTCODE, answered=True) == "keep"
    assert command_in("keep it", POSTCODE, answered=False) is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("previus question", "back"),
        ("erase everythng", "erase"),
        ("prefer not too say", "skip"),
        ("bakc", None),
        ("seven days", None),
    ],
)
def test_slips_of_spelling_in_long_commands(text: str, command: str | None) -> None:
    assert near_command(text, ITEM) == command


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("change my phone number", "about.phone"),
        ("Change phone number", "about.phone"),
        ("change phone", "about.phone"),
        ("I need to change my email", "about.email"),
        ("my email is wrong", "about.email"),
        ("the postcode isn't right", "about.postcode"),
        ("edit dob please", "about.date_of_birth"),
        ("change my date of birth", "about.date_of_birth"),
        ("chnage postcode", None),
        ("change postcoed", "about.postcode"),
        ("phone", "about.phone"),
        ("change my job", None),
        ("change", None),
        ("hello", None),
        ("change mood question 3", "phq-9.3"),
        ("change worry question 7", "gad-7.7"),
        ("change mood question 12", None),
    ],
)
def test_which_answer_is_to_be_changed(text: str, target: str | None) -> None:
    items = [*library().questions("phq-9"), *library().questions("gad-7")]
    everything: list[Any] = [
        *(q for q in QUESTIONS.values() if q.id != "about.other_contact"),
        *items,
    ]
    found = change_target(text, everything, at_check=True)
    assert (found.id if found else None) == target


def test_away_from_the_check_the_name_of_an_answer_alone_changes_nothing() -> None:
    assert change_target("phone", QUESTIONS.values(), at_check=False) is None


def test_the_words_of_the_check() -> None:
    assert sends("Send it")
    assert sends("yes, send it please")
    assert not sends("send my regards")
    assert asks_for_change("Change something")
    assert asks_for_change("no")
    assert not asks_for_change("change my job")
    assert is_done("That's all")
    assert is_done("no thanks")
    assert not is_done("sight")


@settings(max_examples=150)
@given(text=st.text(max_size=60))
def test_no_text_is_too_strange(text: str) -> None:
    for question in (ITEM, STORY, NAME):
        assert command_in(text, question, answered=True) in {None, *commands().commands}
        assert near_command(text, question) in {None, *commands().commands}
    change_target(text, QUESTIONS.values(), at_check=True)
