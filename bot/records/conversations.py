"""Keeps conversations: event by event, and the state Rasa goes on from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bot.records.models import Conversation, Event


def conversation(session: Session, conversation_id: str, now: datetime) -> Conversation:
    """The conversation of that id, begun if it is new."""
    found: Conversation | None = session.get(Conversation, conversation_id)
    if found is None:
        found = Conversation(
            id=conversation_id, started_at=now, last_message_at=now, retention="conversation"
        )
        session.add(found)
        session.flush()
    return found


def append_events(
    session: Session, owner: Conversation, events: Sequence[dict[str, Any]]
) -> list[int]:
    """Adds events (as Rasa writes them) to the transcript; gives the position of each."""
    first = owner.event_count or 0
    rows = [
        {
            "conversation_id": owner.id,
            "position": position,
            "kind": event["event"],
            "message_id": event.get("message_id") if event["event"] == "user" else None,
            "occurred_at": datetime.fromtimestamp(event["timestamp"], timezone.utc),
            "data": event,
        }
        for position, event in enumerate(events, start=first)
    ]
    if rows:
        session.execute(insert(Event), rows)  # all in one go
    owner.event_count = first + len(events)
    return list(range(first, owner.event_count))


def latest_events(session: Session, conversation_id: str, turns: int, at_most: int) -> list[Event]:
    """The events of a conversation's last turns, in order, and no more than `at_most`.

    A turn begins with what the person says.
    """
    said = select(Event.position).where(
        Event.conversation_id == conversation_id, Event.kind == "user"
    )
    first = said.order_by(Event.position.desc()).offset(turns - 1).limit(1).scalar_subquery()
    found: list[Event] = (
        session.execute(
            select(Event)
            .where(
                Event.conversation_id == conversation_id,
                Event.position >= func.coalesce(first, 0),
            )
            .order_by(Event.position.desc())
            .limit(at_most)
        )
        .scalars()
        .all()
    )
    return found[::-1]


def close(session: Session, conversation_id: str, now: datetime) -> None:
    """Closes a conversation, begun or not: nobody can go on with it or read it as its person."""
    conversation(session, conversation_id, now).closed_at = now


def is_closed(session: Session, conversation_id: str) -> bool:
    """Whether its person has left it."""
    found: Conversation | None = session.get(Conversation, conversation_id)
    return found is not None and found.closed_at is not None
