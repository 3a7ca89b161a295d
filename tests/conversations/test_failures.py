"""What people get when a part is down, and what is kept: on servers of these tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conversations.assistant import Assistant
from tests.conversations.scenario import PERSON, answer_until

SECRET = "my marigolds on the windowsill"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Servers to be killed."""
    var: Path = tmp_path_factory.mktemp("own")
    own = Assistant(var, f"sqlite:///{var}/foyer.db")
    own.start()
    yield own
    own.stop()
    own.close()


def test_killing_everything_in_mid_pre_screen_loses_no_answer(own: Assistant) -> None:
    talk = own.talk("berkshire")
    talk.say("Refer myself")
    answer_until(talk, "phq-9.3")
    own.stop(kill=True)
    own.start()
    talk.say(PERSON["phq-9.3"])
    assert talk.question == "phq-9.4"
    answer_until(talk, "check.send")
    assert "Robin Example" in talk.text
    talk.say("Send it")
    assert "reference" in talk.text.lower()


def test_without_the_action_server_a_crisis_is_answered_and_the_rest_is_told(
    own: Assistant,
) -> None:
    talk = own.talk("berkshire")
    talk.say("Refer myself")
    answer_until(talk, "about.name")
    own.stop("actions", kill=True)
    try:
        talk.say("Robin Example")
        for number in ("999", "111", "116 123"):
            assert number in talk.text
        talk.say("I want to kill myself")
        assert talk.custom("crisis")
    finally:
        own.start("actions")
    talk.say("I'm safe for now")
    talk.say("Carry on where I was")
    assert talk.question == "about.name"
    shown = own.command("bot.records", "list")
    assert "draft" in shown


def test_nothing_that_people_wrote_is_in_a_log(own: Assistant) -> None:
    talk = own.talk()
    talk.say(f"I like {SECRET}")
    talk.say(f"I want to kill myself among {SECRET}")
    assert talk.custom("crisis")
    assert SECRET not in own.log()
    assert "Robin" not in own.log()
