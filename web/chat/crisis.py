"""The crisis screen of the edge: its replies, and its flags on disk, need nothing that may be down.

What was found in a message is on disk before Rasa sees the message. The database gets it from
there in its own time (`drain`).
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.crisis.conversation import respond
from bot.crisis.screen import Screening, by_phrases, screen
from bot.crisis.turn import CrisisTurn
from bot.records.database import Database
from bot.records.interim import Standing, TurnSpool, turn_record
from bot.records.spool import FlagSpool
from bot.reply import reply_json
from web.chat.tickets import Ticket
from web.chat.wire import Said
from web.threads import Threads

logger = logging.getLogger(__name__)

_THREADS = 4
_SECONDS = 0.8  # of the two that a crisis reply may take
_AT_ONCE = 4_000  # characters that the event loop reads, at the most
_HOLDING_THREADS = 2  # of their own: screens that hang must not keep a flag from the disk
_HOLDING_SECONDS = 30


class CrisisDesk:
    """Screens messages, and keeps what it finds."""

    def __init__(self, database: Database, flags: FlagSpool, turns: TurnSpool) -> None:
        self._database = database
        self._flags = flags
        self._turns = turns
        self._threads = Threads("crisis", _THREADS, _SECONDS)
        self._holding = Threads("flags", _HOLDING_THREADS, _HOLDING_SECONDS)
        self._draining = Threads("drain", 1, 60)

    async def screen(self, text: str, *, by_phrases_alone: bool = False) -> Screening:
        """What danger a message speaks of. It never raises and never waits long."""
        look = by_phrases if by_phrases_alone else screen
        try:
            return await self._threads.run(lambda: look(text))
        except asyncio.TimeoutError:
            # Everyone else's messages wait while the event loop works, so it does only this.
            logger.error("The crisis screen was slow: the phrases alone have screened a message.")
            return by_phrases(_shortened(text))

    def respond(self, text: str, found: Screening, standing: Standing) -> CrisisTurn | None:
        """The crisis reply to a message in which `found` was found, if one is due."""
        return respond(
            text, standing.crisis, service_id=standing.service_id, age=standing.age, found=found
        )

    async def hold(self, turn: CrisisTurn, ticket: Ticket, said: Said, now: datetime) -> None:
        """Puts the flag of a turn on disk, where it has one."""
        draft = turn.flag
        if draft is None:
            return
        service_id = ticket.service_id
        try:
            await self._holding.run(
                lambda: self._flags.hold(
                    draft,
                    conversation_id=ticket.conversation_id,
                    message_id=said.id,
                    service_id=service_id,
                    now=now,
                )
            )
        except Exception as error:  # its message may hold what the person wrote
            logger.error("A flag could not be put on disk (%s).", type(error).__name__)

    async def keep_turn(self, turn: CrisisTurn, ticket: Ticket, said: Said, now: datetime) -> None:
        """Keeps a turn that Rasa had no part in, once it is sure that it had none."""
        record = turn_record(
            conversation_id=ticket.conversation_id,
            message_id=said.id,
            text=said.text,
            tapped=said.tapped,
            service_id=ticket.service_id,
            reply=reply_json(turn.reply),
            state=turn.state,
            disputed=turn.disputed,
            now=now,
        )
        await self._draining.run(lambda: self._turns.hold(record))
        await self.drain()

    async def drain(self) -> None:
        """Moves what waits on disk into the database, if that answers."""

        def work() -> Any:
            self._flags.drain(self._database)
            self._turns.drain(self._database)

        try:
            await self._draining.run(work)
        except (SQLAlchemyError, OSError, asyncio.TimeoutError) as error:
            logger.warning("Flags wait on disk (%s).", type(error).__name__)

    def waiting(self) -> int:
        """How many flags wait on disk."""
        return self._flags.waiting()

    def close(self) -> None:
        """Lets its threads end."""
        self._threads.close()
        self._holding.close()
        self._draining.close()


def _shortened(text: str) -> str:
    """How a text begins and how it ends, where it is too long to be read at once."""
    half = _AT_ONCE // 2
    return text if len(text) <= _AT_ONCE else f"{text[:half]}\n{text[-half:]}"
