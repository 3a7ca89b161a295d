"""At every question of the pre-screen: a crisis, a question, nonsense, and back again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.prescreen.questions import script
from tests.conversations.assistant import Assistant, Talk
from tests.conversations.scenario import PERSON

# Answers that lead through every question that can be asked.
WIDE = {
    **PERSON,
    "about.contact_by": "Phone call and text message",
    "access.interpreter": "Yes",
    "access.needs": "Hearing and sight",
    "access.condition": "Yes",
    "story.therapy": "I've had it before",
}
SERVICES = ("NHS Berkshire Talking Therapies", "Lewisham", "Xyla")


def begun(assistant: Assistant) -> Talk:
    talk = assistant.talk()
    talk.say("Refer myself")
    return talk


def steps(talk: Talk, service: str) -> Iterator[str]:
    """Each question in turn, answered once the caller is done with it; stops before sending."""
    answers = {**WIDE, "place.service": service}
    while talk.question and talk.question != "check.send":
        question = talk.question
        yield question
        question_is(talk, question)
        talk.say(answers[question])
        assert talk.question != question, f"{answers[question]!r} did not answer:\n{talk.text}"


def question_is(talk: Talk, question: str) -> None:
    """Fails if another question is open now."""
    assert talk.question == question, f"{talk.question} is asked, not {question}:\n{talk.text}"


@pytest.mark.parametrize("service", SERVICES)
def test_a_crisis_wins_at_every_step_and_no_answer_is_lost(
    assistant: Assistant, service: str
) -> None:
    talk = begun(assistant)
    asked = []
    for question in steps(talk, service):
        talk.say("I want to kill myself")
        crisis = talk.custom("crisis")
        assert crisis, f"{question}: {talk.text}"
        assert crisis["tier"] == "alert"
        assert talk.question is None, "the form must wait"
        talk.say("I'm safe for now")
        assert "Carry on where I was" in talk.buttons
        assert talk.question is None, "the form must wait until asked"
        talk.say("Carry on where I was")
        asked.append(question)
    assert talk.question == "check.send"
    assert len(asked) > 35
    talk.say("I want to end my life")
    assert talk.custom("crisis")
    talk.say("I'm safe for now")
    talk.say("Carry on where I was")
    talk.say("Send it")
    assert "reference" in talk.text.lower()
    talk.say("I want to die")
    assert talk.custom("crisis"), "after sending, too"
    shown = assistant.command("bot.records", "show", reference(talk, assistant))
    assert shown.count("NEEDS HUMAN CONTACT") == len(asked) + 2


def test_a_question_in_between_is_answered_at_every_step(assistant: Assistant) -> None:
    talk = begun(assistant)
    for question in steps(talk, SERVICES[0]):
        talk.say("What is DIT?")
        assert "Dynamic Interpersonal Therapy" in talk.text, f"{question}: {talk.text}"


def test_nonsense_never_moves_a_closed_question_nor_meets_silence(assistant: Assistant) -> None:
    talk = begun(assistant)
    free = {q.id for step in script().steps for q in step.questions if q.kind == "text"}
    for question in steps(talk, SERVICES[0]):
        if question in free:
            continue  # there, nearly anything is an answer
        for said in ("", "???", "x" * 5000):
            talk.say(said)
            assert talk.text, f"{question}: silence after {said[:10]!r}"
            question_is(talk, question)


def test_back_returns_to_every_question(assistant: Assistant) -> None:
    talk = begun(assistant)
    before = None
    for question in steps(talk, SERVICES[0]):
        if before:
            talk.say("back")
            assert talk.question == before
            talk.say(WIDE[before])
        before = question


def reference(talk: Talk, assistant: Assistant) -> str:
    """The reference of the referral that a conversation sent, as operators see it."""
    for line in assistant.command("bot.records", "list").splitlines():
        shown = assistant.command("bot.records", "show", line.split()[0])
        if talk.sender in shown:
            return line.split()[0]
    raise AssertionError("the referral isn't listed")
