"""Turns with Rasa: one at a time in a conversation, and each message once."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timezone

from bot.crisis.help_replies import is_failure
from bot.once import Once
from web.chat.gate import Gate
from web.chat.rasa import Rasa, RasaError
from web.chat.refusals import Refused
from web.chat.stored import Stored, StoredError
from web.chat.talks import Talk
from web.chat.tickets import Ticket
from web.chat.wire import MessageJSON, Said, line_json, replied

logger = logging.getLogger(__name__)

_REMEMBERED = 1_000
_KEEPING_SECONDS = 2.0
_AGAIN_SECONDS = 2


class Turns:
    """The turns of all conversations. One that is begun is finished, whoever waits for it."""

    def __init__(self, rasa: Rasa, stored: Stored, gate: Gate) -> None:
        self._rasa = rasa
        self._stored = stored
        self._gate = gate
        self._once: Once[list[MessageJSON]] = Once(_REMEMBERED)

    async def answer(
        self, talk: Talk, ticket: Ticket, said: Said, seconds: float
    ) -> list[MessageJSON]:
        """Rasa's answers to a message, or those it gave before.

        Raises:
            Refused: there are none within so many seconds, or too much is in hand.
        """
        key = (ticket.conversation_id, said.id)
        if not self._once.known(key):
            self._gate.room(talk, self._once.running())
            talk.waiting += 1  # until the turn is over
        turn = self._once.start(key, lambda: self._turn(talk, ticket, said))
        done, _ = await asyncio.wait({turn}, timeout=seconds)
        if not done:
            raise Refused("unavailable", _AGAIN_SECONDS)
        try:
            return turn.result()
        except RasaError as error:
            logger.warning("Rasa did not answer (%s).", error)
            raise Refused("unavailable", _AGAIN_SECONDS) from None

    async def _turn(self, talk: Talk, ticket: Ticket, said: Said) -> list[MessageJSON]:
        """One turn, after those that came before it. It is finished, whoever waits for it."""
        earlier = set(talk.keeping)  # what we said ourselves comes before what is said now
        try:
            async with talk.turn:
                if earlier:
                    await asyncio.wait(earlier, timeout=_KEEPING_SECONDS)
                known = await self._known_replies(ticket.conversation_id, said.id)
                if known:
                    return known
                replies = await self._rasa.send(ticket.conversation_id, said, ticket.service_id)
                talk.crisis = None  # Rasa goes on from here
                return replied(replies, said.id, datetime.now(timezone.utc))
        finally:
            talk.waiting -= 1

    async def _known_replies(self, conversation_id: str, message_id: str) -> list[MessageJSON]:
        """The stored replies to a message that was handled before this process knew of it."""
        try:
            lines = await self._stored.replies_to(conversation_id, message_id)
        except StoredError:
            return []  # Rasa knows, for as long as it runs
        messages = [line_json(line) for line in lines or ()]
        return [] if any(map(is_failure, messages)) else messages

    async def was_answered(self, ticket: Ticket, said: Said) -> bool:
        """Whether Rasa, which may only be slow, answered a message in the end."""
        begun = self._once.known((ticket.conversation_id, said.id))
        if begun is None:
            return False
        try:
            await asyncio.shield(begun)
        except RasaError:
            return False
        return True

    async def close(self) -> None:
        """Lets go of the connections to Rasa."""
        await self._rasa.close()
