"""Rasa's REST channel, made so that it never answers with silence.

Same address and form as Rasa's own (`POST /webhooks/rest/webhook`), with these differences:

- a message's text, buttons and custom data come together;
- where Rasa fails or says nothing, the person gets the crisis reply if one is due (its flag waits
  on disk), else an apology with the urgent-help lines;
- a turn that is begun is finished, also when the caller has gone, and a message that comes twice
  with the same `message_id` in its metadata is handled once. Metadata may also name the `service`
  of the page, and say whether a button was `tapped`, which the transcript keeps.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.components import action_replies
from bot.crisis.conversation import respond
from bot.crisis.help_replies import failure, is_failure
from bot.knowledge.services import services
from bot.once import Once
from bot.records.spool import FlagSpool
from bot.reply import Reply, reply_json
from bot.settings import settings

logger = logging.getLogger(__name__)

_TURNS_REMEMBERED = 500  # later than that, the stored transcript knows
_LONGEST_ID = 64  # what the database takes


class WholeOutput(CollectingOutputChannel):
    """Collects messages, each whole."""

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keeps the message's parts together."""
        parts = {key: message.get(key) for key in ("text", "image", "buttons", "custom")}
        await self._persist_message(
            self._message(recipient_id, **{key: part or None for key, part in parts.items()})
        )


class FoyerInput(RestInput):
    """The REST channel."""

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Its routes, with `on_new_message` guarded."""
        action_replies.install()
        turns: Once[list[dict[str, Any]]] = Once(_TURNS_REMEMBERED)

        async def once(message: UserMessage) -> None:
            collector = message.output_channel
            message.text = message.text if isinstance(message.text, str) else ""
            message.message_id = _given_id(message) or message.message_id
            key = (message.sender_id, message.message_id)
            replies = await asyncio.shield(turns.start(key, lambda: handled(message)))
            if any(map(is_failure, replies)):
                turns.forget(key)  # so that it can be tried again
            collector.messages.extend(replies)

        async def handled(message: UserMessage) -> list[dict[str, Any]]:
            message.output_channel = whole = WholeOutput()
            try:
                await on_new_message(message)
            except Exception as error:  # whatever it was, the person must get an answer
                logger.error("A message could not be handled (%s).", type(error).__name__)
            if not whole.messages:
                reply = await asyncio.to_thread(_reply_instead, message)
                await whole.send_response(message.sender_id, reply_json(reply))
            replies: list[dict[str, Any]] = whole.messages
            return replies

        routes: Blueprint = super().blueprint(once)

        @routes.route("/ready", methods=["GET"])  # type: ignore[untyped-decorator]
        async def ready(request: Request) -> HTTPResponse:
            """Whether a model is loaded: Rasa's own address says "ok" without one."""
            agent = getattr(request.app.ctx, "agent", None)
            return response.empty(204 if agent and agent.is_ready() else 503)

        return routes


def _given_id(message: UserMessage) -> str | None:
    given = (message.metadata or {}).get("message_id")
    return given if isinstance(given, str) and 0 < len(given) <= _LONGEST_ID else None


def _reply_instead(message: UserMessage) -> Reply:
    """What to say where Rasa said nothing; the flag of a crisis is on disk before it is said."""
    named = (message.metadata or {}).get("service")
    service_id = named if named in services() else None
    turn = respond(message.text, None, service_id=service_id)
    if turn is None:
        return failure()
    if turn.flag:
        FlagSpool(settings().var).hold(
            turn.flag,
            conversation_id=message.sender_id,
            message_id=message.message_id,
            service_id=service_id,
            now=datetime.now(timezone.utc),
        )
    return turn.reply
