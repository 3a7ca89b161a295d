"""Messages that come twice, or late."""

from __future__ import annotations

from typing import Any

import pytest

from bot.prescreen.engine import Prescreen
from bot.prescreen.texts import texts
from bot.records.referrals import of_conversation


@pytest.mark.parametrize("question_id", ["about.email", "phq-9.2"])
def test_a_message_that_comes_twice_changes_nothing(person: Any, question_id: str) -> None:
    person.go_to(question_id)
    turn = person.turn("jo@example.com" if question_id == "about.email" else "2")
    person.prescreen.answer(turn)
    before = (person.at, person.answers())
    assert person.prescreen.is_answer(turn)
    assert person.prescreen.answer(turn).replies == ()
    assert (person.at, person.answers()) == before


def test_an_old_message_that_comes_late_changes_nothing(person: Any) -> None:
    person.go_to("phq-9.1")
    first, second = person.turn("0"), person.turn("0")
    person.prescreen.answer(first)
    person.prescreen.answer(second)
    person.prescreen.answer(first)
    assert person.at == "phq-9.3"


def test_going_back_twice_by_one_message_goes_back_once(person: Any) -> None:
    person.go_to("about.email")
    turn = person.turn("back")
    person.prescreen.answer(turn)
    person.prescreen.answer(turn)
    assert person.at == "about.phone"


def test_pausing_twice_by_one_message_keeps_the_first_code(
    person: Any, prescreen: Prescreen
) -> None:
    turn = person.turn("pause")
    code = prescreen.answer(turn).replies[0].custom["code"]
    again = prescreen.answer(turn)
    assert (again.ended, again.replies[0].text) == ("paused", texts().paused_again)
    assert prescreen.resume("elsewhere", code, person.now).ended is None


def test_sending_twice_sends_once(person: Any) -> None:
    person.go_to("check.send")
    turn = person.turn("send")
    first = person.prescreen.answer(turn)
    again = person.prescreen.answer(turn)
    assert first == again
    assert person.say("send").ended == "nothing-open"
    with person.database.reading() as session:
        assert len(of_conversation(session, "conversation")) == 1
