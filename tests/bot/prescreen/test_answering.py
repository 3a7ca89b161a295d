"""Which messages belong to the pre-screen, and what becomes of an answer."""

from __future__ import annotations

from typing import Any

import pytest

from bot.prescreen.texts import texts


@pytest.mark.parametrize(
    ("question_id", "text", "about", "answer"),
    [
        # Closed questions: what is understood is an answer, whatever the NLU thinks of it.
        ("phq-9.1", "2", {}, True),
        ("phq-9.1", "every day", {"intent": "faq/session_frequency"}, True),
        ("phq-9.1", "every day", {"intent": "faq/session_frequency", "is_question": True}, True),
        ("phq-9.1", "no", {"intent": "deny"}, True),
        ("phq-9.1", "skip", {"intent": "out_of_scope"}, True),
        ("phq-9.1", "why do you ask?", {"intent": "faq/your_data", "is_question": True}, True),
        # What isn't understood is given away only if it looks like something else.
        ("phq-9.1", "how many sessions are there?", {"is_question": True}, False),
        ("phq-9.1", "how many sessions", {"intent": "faq/number_of_sessions"}, False),
        ("phq-9.1", "I want to talk to a person", {"intent": "ask_human"}, False),
        ("phq-9.1", "thank you so much for this", {"intent": "thank"}, False),
        ("phq-9.1", "sometimes", {}, True),
        ("phq-9.5", "i suppose about half", {"is_question": True}, True),
        ("phq-9.5", "half of how many?", {"is_question": True}, False),
        ("phq-9.1", "sometimes", {"intent": "out_of_scope"}, True),
        ("phq-9.1", "what's the capital of France?", {}, True),
        # A person's own words are kept even when the NLU sees a topic in them.
        ("story.reason", "I can't sleep", {"intent": "faq/what_it_treats"}, True),
        (
            "story.reason",
            "my therapist left and the sessions stopped",
            {"intent": "faq/therapist_who", "is_question": True},
            True,
        ),
        (
            "story.reason",
            "My wife left. What did I do wrong?",
            {"intent": "faq/couples", "is_question": True},
            True,
        ),
        ("story.reason", "What is DIT?", {"is_question": True}, False),
        ("story.reason", "why me?", {"intent": "out_of_scope"}, True),
        ("consent.given", "so what happens", {"intent": "ask_what_next"}, True),
        ("consent.given", "change the service", {"intent": "change_appointment"}, False),
        ("phq-9.1", "change my date of birth", {"intent": "change_appointment"}, True),
        ("phq-9.1", "can you repeat that?", {"intent": "repeat"}, True),
        ("about.name", "can you say that one more time?", {"intent": "repeat"}, False),
        ("about.name", "change my date of birth", {"intent": "change_appointment"}, True),
        # Names, dates, numbers.
        ("about.name", "Will Young", {"intent": "faq/therapist_who"}, True),
        ("about.name", "what is DIT", {"intent": "faq/what_is_dit", "is_question": True}, False),
        ("about.date_of_birth", "3/5/81", {"intent": "book_appointment"}, True),
        ("about.date_of_birth", "is there an age limit?", {"is_question": True}, False),
        ("about.phone", "can I have it by phone?", {"is_question": True}, False),
        ("about.phone", "07700 900123?", {"is_question": True}, True),
        ("consent.given", "who reads my answers?", {"intent": "faq/your_data"}, False),
        ("consent.given", "I agree", {"intent": "affirm"}, True),
        # A yes or a no is an answer, even where it isn't a clear one.
        ("place.gp_area", "yes im with a gp there", {"is_question": True}, True),
        ("place.gp_area", "yes, but what is DIT?", {"is_question": True}, False),
        ("consent.given", "no my mum would read it", {"intent": "faq/your_data"}, True),
        # The check.
        ("check.send", "send", {}, True),
        ("check.send", "change my email", {}, True),
        ("check.send", "how long is the wait?", {"is_question": True}, False),
        ("check.send", "hmm", {}, True),
    ],
)
def test_answer_or_not(
    person: Any, question_id: str, text: str, about: dict[str, Any], answer: bool
) -> None:
    person.go_to(question_id)
    assert person.prescreen.is_answer(person.turn(text, **about)) is answer


@pytest.mark.parametrize(
    ("text", "about", "answer"),
    [
        ("yes", {}, True),
        ("no, keep it", {"intent": "deny"}, True),
        ("hmm", {}, True),
        ("what happens to my data?", {"is_question": True}, False),
    ],
)
def test_answer_or_not_when_something_is_asked_back(
    person: Any, text: str, about: dict[str, Any], answer: bool
) -> None:
    person.go_to("about.phone")
    person.say("erase everything")
    assert person.prescreen.is_answer(person.turn(text, **about)) is answer


def test_a_question_outside_changes_nothing(person: Any) -> None:
    person.go_to("phq-9.4")
    before = (person.question(), person.answers())
    person.prescreen.is_answer(person.turn("what is DIT?", is_question=True))
    assert (person.question(), person.answers()) == before


@pytest.mark.parametrize(
    ("intent", "pending"),
    [("stop", "stop"), ("erase_my_data", "erase"), ("start_again", "start_again")],
)
def test_what_the_nlu_makes_of_it_helps_where_the_words_do_not(
    person: Any, intent: str, pending: str
) -> None:
    person.go_to("phq-9.1")
    person.prescreen.answer(person.turn("I've had it with all this now", intent=intent))
    assert person.question().custom == {"type": "confirm", "confirm": pending}


def test_the_nlu_never_turns_a_persons_own_words_into_a_command(person: Any) -> None:
    person.go_to("story.reason")
    person.prescreen.answer(person.turn("I've had it with all this now", intent="stop"))
    assert person.answers()["story.reason"] == "I've had it with all this now"


def test_free_text_is_kept_as_it_was_written(person: Any) -> None:
    person.go_to("story.reason")
    words = "  It's my mum – she died.\n\nI can't “cope”. 💔 "
    person.say(words)
    assert person.answers()["story.reason"] == words.strip()


@pytest.mark.parametrize(
    ("text", "reason"), [("...", "empty"), ("🙂", "empty"), ("so " * 2000, "too_long")]
)
def test_what_cannot_be_kept_is_said(person: Any, text: str, reason: str) -> None:
    person.go_to("story.reason")
    assert person.say(text).replies[0].text == texts().asks_again["text"][reason]
    assert person.at == "story.reason"


@pytest.mark.parametrize(
    ("question_id", "text", "part"),
    [
        ("about.date_of_birth", "31/2/1990", "isn't in the calendar"),
        ("about.date_of_birth", "3/5/2031", "still to come"),
        ("about.date_of_birth", "1/1/1850", "over 120"),
        ("about.date_of_birth", "I'm 34", "the whole date"),
        ("about.name", "I don't want to", "just the name"),
        ("about.phone", "12345", "full phone number"),
        ("about.email", "jo@", "email address"),
        ("about.postcode", "RG1", "whole UK postcode"),
        ("about.nhs_number", "943 476", "that has 6"),
        ("access.needs", "purple", "“Hearing”"),
        ("access.condition", "purple", "a yes or a no"),
        ("consent.given", "yes but not all of it", "“Yes, I agree”"),
        ("check.send", "purple", "didn't catch"),
    ],
)
def test_a_bad_answer_is_asked_again_with_a_reason(
    person: Any, question_id: str, text: str, part: str
) -> None:
    person.go_to(question_id)
    before = person.answers()
    outcome = person.say(text)
    assert part in outcome.replies[0].text
    assert (person.at, person.answers()) == (question_id, before)


def test_the_service_can_be_changed_and_its_area_is_asked_anew(person: Any) -> None:
    person.go_to("check.send")
    person.say("change service")
    person.say("lewisham")
    assert person.kept().service_id == "lewisham"
    assert person.at == "place.gp_area"
    assert "Lewisham" in person.question().text
    person.say("yes")
    assert person.at == "check.send"


def test_the_same_service_again_asks_nothing_anew(person: Any) -> None:
    person.go_to("check.send")
    person.say("change service")
    person.say("berkshire")
    assert person.at == "check.send"


def test_a_changed_answer_may_bring_up_a_question(person: Any) -> None:
    person.go_to("check.send")
    person.say("change interpreter")
    person.say("yes")
    assert person.at == "access.language"
    person.say("Polish")
    assert person.at == "check.send"


def test_back_from_a_change_goes_to_the_check(person: Any) -> None:
    person.go_to("check.send")
    person.say("change my name")
    person.say("back")
    assert person.at == "check.send"


def test_change_something_offers_what_can_be_changed(person: Any) -> None:
    person.go_to("check.send")
    person.say("Change something")
    titles = [button.title for button in person.question().buttons]
    assert "Change phone number" in titles
    assert "couldn't tell" in person.say("purple").replies[0].text
    person.say("back")
    assert person.question().custom["type"] == "check"
    person.say("change something")
    person.say("Change phone number")
    assert person.at == "about.phone"


def test_change_works_before_the_check_too(person: Any) -> None:
    person.go_to("phq-9.5")
    person.say("my phone number is wrong")
    assert person.at == "about.phone"
    person.say("07700 900124")
    assert person.at == "phq-9.5"


def test_a_change_asked_for_at_a_name_is_not_the_name(person: Any) -> None:
    person.go_to("about.name")
    person.say("change my date of birth")
    assert person.at == "about.date_of_birth"


def test_changing_the_safety_item_flags_it(person: Any) -> None:
    person.go_to("check.send")
    person.say("change mood question 9")
    assert person.say("several days").ended == "safety"


@pytest.mark.parametrize(
    "text", ["{service}", "{0}", "%s", "'; DROP TABLE answers; --", "\x00", "/restart", "a" * 4000]
)
def test_odd_text_is_only_text(person: Any, text: str) -> None:
    person.go_to("story.hopes")
    outcome = person.say(text)
    assert outcome.ended is None
    person.go_to("check.send")
    assert person.question().text


@pytest.mark.parametrize("text", ["same again", "Same as the last one tbh", "ditto", "the same"])
def test_the_same_as_before_is_the_answer_of_the_item_before(person: Any, text: str) -> None:
    person.go_to("phq-9.3", **{"phq-9__2": "Nearly every day"})
    assert "Nearly every day" in person.say(text).replies[0].text
    assert (person.answers()["phq-9.3"], person.at) == (3, "phq-9.4")


def test_the_same_as_before_is_no_answer_to_the_first_item_or_the_safety_item(person: Any) -> None:
    person.go_to("phq-9.1")
    person.say("same as before")
    assert person.at == "phq-9.1"
    person.go_to("phq-9.9")
    person.say("same as before")
    assert person.at == "phq-9.9"
