"""Talks to Rasa over its REST channel."""

from __future__ import annotations

from typing import Any

import httpx

from bot.crisis.help_replies import is_failure
from web.chat.wire import Said, is_crisis

_SECONDS = 30.0  # longer than any visitor waits: a turn that is begun may finish
_CONNECT_SECONDS = 1.0


class RasaError(Exception):
    """Rasa is away, or could not handle the message: the same message may be sent again."""


class Rasa:
    """Rasa's REST channel (`bot/components/channel.py`)."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Args:
        transport: in place of the network, for tests.
        """
        self._client = httpx.AsyncClient(
            base_url=url,
            timeout=httpx.Timeout(_SECONDS, connect=_CONNECT_SECONDS),
            transport=transport,
            trust_env=False,
        )

    async def send(
        self, conversation_id: str, said: Said, service_id: str | None
    ) -> list[dict[str, Any]]:
        """Rasa's replies to a message.

        Raises:
            RasaError: there are none, or one says that something failed.
        """
        metadata = {"message_id": said.id, "service": service_id, "tapped": said.tapped}
        body = {"sender": conversation_id, "message": said.text, "metadata": metadata}
        try:
            response = await self._client.post("/webhooks/rest/webhook", json=body)
            response.raise_for_status()
            replies: list[dict[str, Any]] = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise RasaError(type(error).__name__) from None
        if not replies:
            raise RasaError("silence")
        if any(map(is_failure, replies)) and not any(map(is_crisis, replies)):
            raise RasaError("failure")
        return replies

    async def close(self) -> None:
        """Closes its connections."""
        await self._client.aclose()
