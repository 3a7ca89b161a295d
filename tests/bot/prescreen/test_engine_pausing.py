"""Pausing, and taking it up again: here, elsewhere by a code, or after asking for help."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.prescreen.engine import Prescreen
from bot.prescreen.texts import texts
from bot.records.referrals import of_conversation


def test_paused_and_taken_up_in_another_conversation(person: Any, prescreen: Prescreen) -> None:
    person.go_to("story.reason")
    outcome = person.say("can we finish this later")
    assert outcome.ended == "paused"
    code = outcome.replies[0].custom["code"]
    assert code in outcome.replies[0].text
    later = person.now + timedelta(days=6)
    assert prescreen.resume("elsewhere", f"my code is {code.lower()}", later).ended is None
    assert prescreen.question("elsewhere", later).custom["question"] == "story.reason"
    assert not prescreen.in_progress("conversation")


def test_a_code_expires(person: Any, prescreen: Prescreen) -> None:
    code = person.say("pause").replies[0].custom["code"]
    outcome = prescreen.resume("elsewhere", code, person.now + timedelta(days=7))
    assert outcome.ended == "resume-failed"


def test_codes_are_closed_after_too_many_tries(person: Any, prescreen: Prescreen) -> None:
    code = person.say("pause").replies[0].custom["code"]
    for _ in range(texts().resume_attempts):
        outcome = prescreen.resume("elsewhere", "4K7M-2QXD-9RTA", person.now)
        assert outcome.ended == "resume-failed"
    assert prescreen.resume("elsewhere", code, person.now).ended == "resume-locked"
    assert prescreen.resume("third", code, person.now).ended is None


def test_a_text_without_a_code_is_no_try(person: Any, prescreen: Prescreen) -> None:
    for _ in range(texts().resume_attempts + 1):
        assert prescreen.resume("elsewhere", "carry on", person.now).ended == "resume-code"


def test_paused_in_the_same_conversation_needs_no_code(person: Any, prescreen: Prescreen) -> None:
    person.go_to("about.phone")
    person.say("pause")
    outcome = prescreen.start("conversation", None, person.now)
    assert outcome.replies[0].text == texts().welcome_back
    assert person.at == "about.phone"


def test_a_draft_already_there_is_not_lost_to_a_code(person: Any, prescreen: Prescreen) -> None:
    person.go_to("about.phone")
    code = person.say("pause").replies[0].custom["code"]
    other = replace(person, conversation_id="other", count=0, asked=[])
    other.start()
    other.go_to("about.name")
    prescreen.resume("other", code, person.now)
    assert other.at == "about.phone"
    with person.database.reading() as session:
        states = sorted(r.state for r in of_conversation(session, "other"))
    assert states == ["draft", "paused"]


def test_stop_offers_three_ways(person: Any) -> None:
    person.go_to("about.phone")
    assert person.say("stop").ended is None
    assert [button.title for button in person.question().buttons] == [
        "Keep it for later",
        "Erase everything",
        "Carry on",
    ]
    assert "tap one" in person.say("hmm purple").replies[0].text
    person.say("carry on")
    assert person.at == "about.phone"
    person.say("stop")
    assert person.say("keep it for later").ended == "paused"


def test_put_aside_for_help_and_taken_up(person: Any) -> None:
    person.say("I need help now")
    assert person.kept().state == "paused"
    person.start()
    assert (person.kept().state, person.at) == ("draft", "safety.ready")


def test_nothing_is_asked_where_nothing_was_begun(prescreen: Prescreen, now: datetime) -> None:
    assert not prescreen.in_progress("nobody")
    assert prescreen.question("nobody", now).text == texts().nothing_open
