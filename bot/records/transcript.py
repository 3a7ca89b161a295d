"""Reads what was said in a conversation: for staff, and for the person who comes back to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.records.models import Event
from bot.reply import Button

OPENING = "opening"  # the id of the message that a channel sends by itself to be greeted


@dataclass(frozen=True)
class Line:
    """One line of a transcript. `speaker` is "person" or "assistant".

    The id of a person's line is that of their message, as their channel gave it; replies to it
    have that id with their number: the same each time they are read. `tapped` is whether a
    person's message was a button, None where their channel didn't say.
    """

    speaker: str
    text: str
    at: datetime
    id: str = ""
    choices: tuple[Button, ...] = ()
    custom: Mapping[str, Any] | None = None
    tapped: bool | None = None

    @property
    def buttons(self) -> tuple[str, ...]:
        """The titles of the choices."""
        return tuple(button.title for button in self.choices)


def transcript(session: Session, conversation_id: str) -> list[Line]:
    """What was said, in order.

    A message that was sent again because it failed stands once, where it was last handled.
    """
    events = session.execute(
        select(Event)
        .where(Event.conversation_id == conversation_id, Event.kind.in_(("user", "bot")))
        .order_by(Event.position)
    ).scalars()
    turns: dict[str, list[Line]] = {}
    message_id = ""  # of the turn that an event belongs to; none before the first message
    for event in events:
        if event.kind == "user":
            message_id = event.message_id or f"at-{event.position}"
            turns.pop(message_id, None)
            turns[message_id] = [_said(event, message_id)]
        else:
            turn = turns.setdefault(message_id, [])
            turn.append(_replied(event, message_id, len(turn)))
    return [line for lines in turns.values() for line in lines if _is_shown(line)]


def replies_to(session: Session, conversation_id: str, message_id: str) -> list[Line] | None:
    """The replies to a message; None when there is no such message in the transcript."""
    asked = session.execute(
        select(func.max(Event.position)).where(
            Event.conversation_id == conversation_id, Event.message_id == message_id
        )
    ).scalar_one()
    if asked is None:
        return None
    later = session.execute(
        select(Event)
        .where(
            Event.conversation_id == conversation_id,
            Event.position > asked,
            Event.kind.in_(("user", "bot")),
        )
        .order_by(Event.position)
    ).scalars()
    return [
        _replied(event, message_id, number)
        for number, event in enumerate(_up_to_the_next_message(later), start=1)
    ]


def _up_to_the_next_message(events: Iterable[Event]) -> Iterable[Event]:
    for event in events:
        if event.kind == "user":
            return
        yield event


def _said(event: Event, message_id: str) -> Line:
    return Line(
        "person",
        event.data.get("text") or "",
        event.occurred_at,
        message_id,
        tapped=(event.data.get("metadata") or {}).get("tapped"),
    )


def _replied(event: Event, message_id: str, number: int) -> Line:
    data = event.data.get("data") or {}
    return Line(
        speaker="assistant",
        text=event.data.get("text") or "",
        at=event.occurred_at,
        id=f"{message_id}.{number}",
        choices=tuple(
            Button(button["title"], button["payload"]) for button in data.get("buttons") or ()
        ),
        custom=data.get("custom"),
    )


def _is_shown(line: Line) -> bool:
    return line.speaker == "assistant" or line.id != OPENING
