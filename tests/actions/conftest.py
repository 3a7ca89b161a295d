"""Runs an action on a message as the NLU would hand it over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import FoyerAction

Ran = tuple[list[dict[str, Any]], dict[str, Any]]


def tracker(text: str, *, slots: dict[str, Any] | None = None, **latest: Any) -> Tracker:
    """A tracker whose latest message is `text`, with what the NLU found in `latest`."""
    message = {"text": text, "message_id": "m", "intent": {"name": "faq"}, **latest}
    return Tracker("sender", slots or {}, message, [{"event": "user"}], False, None, {}, "action")


@pytest.fixture
def run() -> Callable[..., Any]:
    """Runs an action; gives what it said and the slots it set."""

    async def run(action: FoyerAction, text: str, **given: Any) -> Ran:
        dispatcher = CollectingDispatcher()
        events = await action.run(dispatcher, tracker(text, **given), {})
        return dispatcher.messages, {e["name"]: e["value"] for e in events if e["event"] == "slot"}

    return run
