from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator, ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import UserMessage

from bot.components import action_replies
from bot.components.channel import FoyerInput

SLOT = {"event": "slot", "name": "service", "value": "xyla", "timestamp": None}
GOOD = [
    {},
    {"events": [], "responses": []},
    {"events": [SLOT], "responses": [{"text": "Hello", "buttons": []}]},
]
BAD = [
    {"events": "none"},
    {"events": [{"name": "an event of no kind"}]},
    {"events": [], "responses": ["only text"]},
]


@pytest.fixture
def rasas_own(monkeypatch):
    """Rasa's own check, which is in its place again after the test."""
    own = RemoteAction._validate_action_result
    monkeypatch.setattr(RemoteAction, "_validate_action_result", own)
    return own


@pytest.mark.parametrize("reply", GOOD)
def test_a_good_reply_passes(reply) -> None:
    assert action_replies.check(RemoteAction("action", None), reply)


@pytest.mark.parametrize("reply", BAD)
def test_a_bad_reply_is_refused(reply) -> None:
    with pytest.raises(ValidationError):
        action_replies.check(RemoteAction("action", None), reply)


def test_the_schema_is_not_checked_each_time(monkeypatch) -> None:
    def checked(_schema) -> None:
        raise AssertionError("the schema was checked again")

    monkeypatch.setattr(Draft202012Validator, "check_schema", checked)
    assert action_replies.check(RemoteAction("action", None), GOOD[2])


def test_the_channel_puts_it_in_place(rasas_own) -> None:
    async def ignore(message: UserMessage) -> None:
        """Takes nothing in."""

    FoyerInput().blueprint(ignore)
    assert RemoteAction._validate_action_result is action_replies.check
