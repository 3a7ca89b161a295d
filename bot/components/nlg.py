"""Speaks the crisis reply, and every other response as the domain has it.

Rasa's way of speaking inside its own process is its language generator: so a crisis reply needs
no action server.
"""

from __future__ import annotations

from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.components.crisis_policy import UTTER_CRISIS


class CrisisAwareGenerator(TemplatedNaturalLanguageGenerator):
    """Rasa's templated generator, with `utter_crisis` filled by the crisis policy."""

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        super().__init__(domain.responses)

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """The response for `utter_action`."""
        reply = tracker.get_slot("crisis_reply") if utter_action == UTTER_CRISIS else None
        return (
            dict(reply)
            if reply
            else await super().generate(utter_action, tracker, output_channel, **kwargs)
        )
