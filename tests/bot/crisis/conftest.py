"""Talks with the crisis conversation, for its tests."""

from __future__ import annotations

import json

from bot.crisis.conversation import respond
from bot.crisis.replies import replies
from bot.crisis.turn import CrisisTurn

BUTTONS = replies().buttons
CLEAR = {
    "suicidal-thoughts": "I want to kill myself",
    "suicide-plan": "I've stockpiled my tablets and picked a date",
    "self-harm": "I've been cutting myself again",
    "overdose": "I've taken 30 paracetamol",
    "medical-emergency": "I have chest pain and I can't breathe",
    "harm-to-others": "I'm going to stab him",
    "abuse": "my husband hits me",
    "someone-else": "my friend says she wants to kill herself tonight",
}


def titles(turn: CrisisTurn) -> list[str]:
    """What can be tapped."""
    return [button.title for button in turn.reply.buttons]


def talk(*said: str, state: dict | None = None, **who: object) -> CrisisTurn:
    """The last turn of a talk in which every message got a crisis reply."""
    turn = None
    for text in said:
        turn = respond(text, state, **who)
        assert turn is not None, text
        state = json.loads(json.dumps(turn.state))  # a state must survive being written as JSON
    assert turn is not None
    return turn
