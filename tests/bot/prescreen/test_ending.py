"""What is said at the end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.knowledge.services import services
from bot.outbox.announce import REFERRAL
from bot.prescreen import ending
from bot.prescreen.engine import Prescreen
from bot.prescreen.texts import texts
from tests.bot.booking.conftest import outbox
from tests.fhir.fixtures import booking_at


@pytest.mark.parametrize("time", [None, "within 5 working days"])
def test_when_the_team_answers_is_the_services_word_or_unknown(
    person: Any, time: str | None
) -> None:
    own = dict(services())
    settings = own["berkshire"].prescreen.copy(update={"response_time": time})
    own["berkshire"] = own["berkshire"].copy(update={"prescreen": settings})
    person.prescreen = Prescreen(person.database, own)
    person.go_to("check.send")
    text = person.say("send").replies[0].text
    assert (time or texts().response_time_unknown) in text


def test_a_summary_to_take_is_not_said_to_be_sent(person: Any, prescreen: Prescreen) -> None:
    prescreen.start("other", "xyla", person.now)
    other = replace(person, conversation_id="other", count=0, asked=[])
    other.go_to("check.send")
    outcome = other.say("send")
    assert outcome.ended == "sent"
    assert "have gone to" not in outcome.replies[0].text
    assert outcome.replies[0].custom == {"type": "sent", "reference": other.kept().reference}


def test_help_lines_are_named_where_help_is_needed() -> None:
    for text in (texts().urgent_help, texts().sent):
        assert "111 and choose the mental health option" in text
        assert "999" in text
    assert "116 123" in texts().urgent_help


def test_a_pause_says_until_when(person: Any) -> None:
    reply = person.say("pause").replies[0]
    assert "8 December 2026" in reply.text
    assert reply.custom["type"] == "paused"


def test_the_referral_and_the_message_that_carries_it_are_there_together_or_not_at_all(
    person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {**services(), "berkshire": booking_at("https://fhir.example/r4")}
    person.prescreen = Prescreen(person.database, own)
    person.go_to("check.send")

    def fail(_place: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as failing:
        failing.setattr(ending, "sent", fail)  # the last step, once both are written
        with pytest.raises(RuntimeError):
            person.say("send")
    assert outbox(person.database) == []
    assert person.kept().sent_at is None
    assert person.say("send").ended == "sent"
    (message,) = outbox(person.database)
    assert message.kind == REFERRAL
    assert message.payload == {"referral": person.kept().id, "service": "berkshire"}
