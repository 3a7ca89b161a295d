from __future__ import annotations

from typing import Any

import pytest

from actions import questions
from actions.questions import AnswerQuestion, DefaultFallback, SayUnknown, SetService
from bot.dialogue import Outcome
from bot.reply import Reply

LENGTH = [{"id": "session_length", "confidence": 0.9}]
CONTACT = [{"id": "contact", "confidence": 0.9}]


async def test_the_persons_own_service_answers(run: Any) -> None:
    (said,), slots = await run(
        AnswerQuestion(), "how long is a session", topics=LENGTH, slots={"service": "xyla"}
    )
    assert "50 minutes" in said["text"]
    assert slots["topics"] == ["session_length"]


async def test_an_unsure_answer_says_what_it_answers(run: Any) -> None:
    (said,), slots = await run(
        AnswerQuestion(),
        "how long is it",
        topics=LENGTH,
        tentative=True,
        others=["total_duration"],
        slots={"service": "xyla"},
    )
    assert said["text"].startswith("I think you're asking: How long is a session?")
    assert "50 minutes" in said["text"]
    assert [each["title"] for each in said["buttons"]] == [
        "How long does the whole treatment take?"
    ]
    assert slots["topics"] == ["session_length"]


async def test_a_service_named_in_passing_answers_but_does_not_take_over(run: Any) -> None:
    own = {"service": "lewisham", "service_stated": True, "topics": ["number_of_sessions"]}
    (said,), slots = await run(SetService(), "And for Xyla?", services=["xyla"], slots=own)
    assert "16" in said["text"]
    assert "service" not in slots


@pytest.mark.parametrize("said", ["I'm with Lewisham", "Lewisham"])
async def test_a_service_that_is_said_is_kept(run: Any, said: str) -> None:
    _, slots = await run(SetService(), said, services=["lewisham"])
    assert (slots["service"], slots["service_stated"]) == ("lewisham", True)


async def test_a_question_for_two_services_compares_them(run: Any) -> None:
    (said,), _ = await run(
        AnswerQuestion(),
        "length at xyla or berkshire?",
        topics=LENGTH,
        services=["xyla", "berkshire"],
    )
    assert "Xyla: " in said["text"]
    assert "Berkshire Talking Therapies: " in said["text"]


async def test_not_understood_offers_likely_questions_and_then_a_way_to_a_person(run: Any) -> None:
    (first,), slots = await run(DefaultFallback(), "er", topics=LENGTH, slots={"unsure": 0})
    assert "How long is a session?" in [button["title"] for button in first["buttons"]]
    (second,), _ = await run(DefaultFallback(), "er", topics=LENGTH, slots=slots)
    assert "How do I contact the service?" in [button["title"] for button in second["buttons"]]


async def test_not_understood_but_for_the_service_says_that_it_was_heard(run: Any) -> None:
    own = {"services": ["berkshire"], "slots": {"unsure": 1}}
    (said,), slots = await run(DefaultFallback(), "im in slough, er", topics=LENGTH, **own)
    assert said["text"].startswith("Thank you, I'll answer for Berkshire Talking Therapies. Did")
    assert (slots["service"], slots["service_stated"]) == ("berkshire", True)
    (said,), _ = await run(DefaultFallback(), "im in slough, er", **own)
    assert "What would you like to know?" in said["text"]


async def test_to_a_script_it_cannot_read_it_says_so(run: Any) -> None:
    (said,), slots = await run(DefaultFallback(), "я не могу спать", slots={"service": "lewisham"})
    assert "only read and write English" in said["text"]
    assert slots["topics"] == ["languages"]


@pytest.mark.parametrize(
    ("action", "topics"),
    [(DefaultFallback(), LENGTH), (SayUnknown(), LENGTH), (AnswerQuestion(), CONTACT)],
)
async def test_a_wish_to_be_phoned_is_answered_before_anything_is_guessed(
    run: Any, monkeypatch: pytest.MonkeyPatch, action: Any, topics: Any
) -> None:
    class Reached:
        def reach(self, _conversation_id: str, text: str, _now: Any) -> Outcome | None:
            return Outcome((Reply("No call here."),), ended="phone") if "call" in text else None

    monkeypatch.setattr(questions, "booking", Reached)
    (said,), slots = await run(action, "yes please call me back", topics=topics)
    assert said["text"] == "No call here."
    assert slots["unsure"] == 0
    (said,), _ = await run(action, "banana", topics=topics)
    assert said["text"] != "No call here."
