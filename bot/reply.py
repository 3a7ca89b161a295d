"""What the assistant says, in the one form every part of it and every channel share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Button:
    """A choice to tap. `payload` is sent as the person's own message when it is tapped."""

    title: str
    payload: str

    @classmethod
    def same(cls, title: str) -> Button:
        """A button that sends its own title, so that tapping and typing are one."""
        return cls(title, title)


@dataclass(frozen=True)
class Reply:
    """One message to the person: its text, choices to tap, and data for a richer channel."""

    text: str
    buttons: tuple[Button, ...] = ()
    custom: Mapping[str, Any] | None = None


def buttons(titles: Iterable[str]) -> tuple[Button, ...]:
    """Buttons that each send their own title."""
    return tuple(Button.same(title) for title in titles)


def reply_json(reply: Reply) -> dict[str, Any]:
    """The reply as channels send it: text, and buttons and custom data where it has them."""
    message: dict[str, Any] = {"text": reply.text}
    if reply.buttons:
        message["buttons"] = [
            {"title": button.title, "payload": button.payload} for button in reply.buttons
        ]
    if reply.custom:
        message["custom"] = dict(reply.custom)
    return message
