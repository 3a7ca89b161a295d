"""The form of messages between the page and us (docs/decisions/0006-edge-protocol.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.records.transcript import Line
from bot.reply import Reply, reply_json

MessageJSON = dict[str, Any]

_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True)
class Said:
    """A message of a visitor. `tapped` is that it was a button, not typed.

    `ahead`: earlier messages are still on their way, so that it's answered only by a crisis reply.
    """

    id: str
    text: str
    tapped: bool = False
    ahead: bool = False


def read_said(body: Any) -> Said | None:
    """The message in the body of a request; None when it isn't one."""
    if not isinstance(body, dict):
        return None
    message_id, text, tapped = body.get("id"), body.get("text"), body.get("tapped", False)
    if not isinstance(message_id, str) or not _ID.fullmatch(message_id):
        return None
    ahead = body.get("ahead", False)
    if not isinstance(text, str) or not text.strip():
        return None
    if not isinstance(tapped, bool) or not isinstance(ahead, bool):
        return None
    # What isn't text at all, as half of a surrogate pair, can't be stored.
    text = text.encode("utf-8", "replace").decode().replace("\0", "")
    return Said(message_id, text, tapped, ahead)


def line_json(line: Line) -> MessageJSON:
    """A line of the transcript."""
    return {
        "id": line.id,
        "from": line.speaker,
        "at": line.at.isoformat(),
        "text": line.text,
        "buttons": [{"title": each.title, "payload": each.payload} for each in line.choices],
        "custom": dict(line.custom) if line.custom else None,
    }


def said_by_assistant(reply: Reply, message_id: str, at: datetime) -> MessageJSON:
    """A reply of our own."""
    return replied([reply_json(reply)], message_id, at)[0]


def replied(
    replies: Iterable[Mapping[str, Any]], message_id: str, at: datetime
) -> list[MessageJSON]:
    """Rasa's replies to a message; their ids are those that the transcript will have."""
    return [
        {
            "id": f"{message_id}.{number}",
            "from": "assistant",
            "at": at.isoformat(),
            "text": reply.get("text") or "",
            "buttons": [
                {"title": button["title"], "payload": button["payload"]}
                for button in reply.get("buttons") or ()
            ],
            "custom": reply.get("custom"),
        }
        for number, reply in enumerate(replies, start=1)
    ]


def is_crisis(message: Mapping[str, Any]) -> bool:
    """Whether a message is a crisis reply."""
    return (message.get("custom") or {}).get("type") == "crisis"
