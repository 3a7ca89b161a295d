"""The shape that every guided part of the conversation has: pre-screen, booking, aims.

A dialogue keeps its place in the database, so a restart loses nothing and the same code
serves any channel. Rasa's forms are thin shells around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.reply import Reply


@dataclass(frozen=True)
class Turn:
    """A message from the person, as a dialogue gets it.

    `intent` is what the NLU made of the text (None when unsure), `is_question` whether it
    found a question the assistant can answer; `message_id` is the channel's own, by which a
    message delivered twice is known.
    """

    conversation_id: str
    text: str
    now: datetime
    message_id: str
    intent: str | None = None
    is_question: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of a turn: what to say, and, when the dialogue is over, how it ended.

    `ended` is None while a question is open; else a word of the dialogue's own, such as
    "sent", "paused", "declined", "booked".
    """

    replies: tuple[Reply, ...] = ()
    ended: str | None = None


class Dialogue(Protocol):
    """One guided part of the conversation."""

    def question(self, conversation_id: str, now: datetime) -> Reply:
        """The open question, asked again as often as needed."""

    def is_answer(self, turn: Turn) -> bool:
        """Whether the text answers the open question or steers the dialogue (back, skip…)."""

    def answer(self, turn: Turn) -> Outcome:
        """Takes the text in and commits what it changes before it returns."""
