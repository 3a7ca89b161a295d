"""Which service a conversation is about, on Rasa's side."""

from __future__ import annotations

from rasa.shared.core.trackers import DialogueStateTracker

from bot.knowledge.services import services


def service_of(tracker: DialogueStateTracker) -> str | None:
    """The service the person named last, else that of the page the chat stands on."""
    stated: str | None = tracker.get_slot("service")
    if stated:
        return stated
    message = tracker.latest_message
    named = (message.metadata or {}).get("service") if message else None
    return named if named in services() else None
