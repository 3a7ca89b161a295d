"""Keeps the crisis turns that were held without Rasa, so that it goes on from them.

Such a turn is written as Rasa's own crisis policy would have written it: the events, the state
of the crisis conversation, and the form that was put aside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from bot.crisis.conversation import putting_aside
from bot.crisis.turn import State
from bot.records.conversations import append_events, conversation
from bot.records.database import Database
from bot.records.flags import dispute_latest
from bot.records.models import Conversation
from bot.records.spool import Spool
from bot.records.transcript import replies_to


@dataclass(frozen=True)
class Standing:
    """Where a conversation stands, as far as a crisis reply depends on it. Age is in years."""

    crisis: State | None = None
    service_id: str | None = None
    age: int | None = None


def standing(session: Session, conversation_id: str) -> Standing:
    """Where a conversation stands by the database."""
    owner: Conversation | None = session.get(Conversation, conversation_id)
    if owner is None or owner.state is None:
        return Standing()
    slots = owner.state["slots"]
    crisis = putting_aside(slots.get("crisis"), owner.state["active_loop"])
    return Standing(crisis, slots.get("service"), slots.get("age"))


def keep_turn(session: Session, turn: dict[str, Any]) -> None:
    """Adds a turn to the transcript, unless Rasa has it by now.

    Args:
        turn: what `turn_record` made.
    """
    conversation_id, now = turn["conversation_id"], datetime.fromisoformat(turn["now"])
    if replies_to(session, conversation_id, turn["message_id"]):
        return
    owner = conversation(session, conversation_id, now)
    before = owner.state or {"slots": {}, "active_loop": None}
    slots = {name: value for name, value in before["slots"].items() if name != "requested_slot"}
    owner.state = {"slots": {**slots, "crisis": turn["state"]}, "active_loop": None}
    owner.service_id = owner.service_id or turn["service_id"]
    owner.last_message_at = max(owner.last_message_at, now)
    append_events(session, owner, list(_events(turn, now.timestamp())))
    if turn["disputed"]:
        dispute_latest(session, conversation_id, now)


def turn_record(
    *,
    conversation_id: str,
    message_id: str,
    text: str,
    tapped: bool,
    service_id: str | None,
    reply: dict[str, Any],
    state: State,
    disputed: bool,
    now: datetime,
) -> dict[str, Any]:
    """A turn as plain JSON values. `reply` is what `reply_json` made."""
    return {
        "conversation_id": conversation_id,
        "message_id": message_id,
        "text": text,
        "tapped": tapped,
        "service_id": service_id,
        "reply": reply,
        "state": state,
        "disputed": disputed,
        "now": now.isoformat(),
    }


class TurnSpool:
    """Turns that wait for the database."""

    def __init__(self, var: Path) -> None:
        self._spool = Spool(var / "spool" / "waiting-turns")

    def hold(self, turn: dict[str, Any]) -> None:
        """Writes a turn to disk, flushed, before it returns."""
        self._spool.put(turn)

    def drain(self, database: Database) -> int:
        """Moves what waits into the database; gives how many. Twice is harmless."""
        return self._spool.move(keep_turn, database)


def _events(turn: dict[str, Any], timestamp: float) -> list[dict[str, Any]]:
    reply = turn["reply"]
    data = {"buttons": reply.get("buttons"), "custom": reply.get("custom")}
    metadata = {"service": turn["service_id"], "tapped": turn.get("tapped")}
    events: list[dict[str, Any]] = [
        {
            "event": "user",
            "text": turn["text"],
            "message_id": turn["message_id"],
            "parse_data": {"text": turn["text"], "intent": {"name": None}, "entities": []},
            "metadata": metadata,
        },
        {"event": "slot", "name": "crisis", "value": turn["state"]},
        {"event": "active_loop", "name": None},
        {"event": "slot", "name": "requested_slot", "value": None},
        {"event": "action", "name": "utter_crisis"},
        {"event": "bot", "text": reply["text"], "data": data},
        {"event": "action", "name": "action_listen"},
    ]
    return [{**event, "timestamp": timestamp} for event in events]
