"""Asks the database about conversations, for a bounded time each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.records import conversations
from bot.records.database import Database
from bot.records.encryption import DecryptionError
from bot.records.interim import Standing, standing
from bot.records.spool import ClosingSpool
from bot.records.transcript import Line, replies_to, transcript
from web.threads import Threads

logger = logging.getLogger(__name__)

T = TypeVar("T")

_THREADS = 6
_SECONDS = 1.0


class StoredError(Exception):
    """The database didn't answer, or not in time."""


class Stored:
    """What the database knows of conversations. Every question may raise StoredError."""

    def __init__(self, database: Database, closings: ClosingSpool) -> None:
        self._database = database
        self._closings = closings
        self._threads = Threads("database", _THREADS, _SECONDS)

    async def transcript(self, conversation_id: str) -> list[Line]:
        """What was said."""
        return await self.read(lambda session: transcript(session, conversation_id))

    async def replies_to(self, conversation_id: str, message_id: str) -> list[Line] | None:
        """The replies to a message; None when it isn't known."""
        return await self.read(lambda session: replies_to(session, conversation_id, message_id))

    async def standing(self, conversation_id: str) -> Standing:
        """Where it stands, as far as a crisis reply depends on it."""
        return await self.read(lambda session: standing(session, conversation_id))

    async def is_closed(self, conversation_id: str) -> bool:
        """Whether its person has left it."""
        return await self.read(lambda session: conversations.is_closed(session, conversation_id))

    async def close_conversation(self, conversation_id: str, now: datetime) -> None:
        """Closes it for good: at once, or when the database answers again."""

        def work() -> None:
            with self._database.session() as session:
                conversations.close(session, conversation_id, now)

        try:
            await self._run(work)
        except StoredError as error:
            logger.warning("A chat was left; that waits on disk (%s).", error)
            try:
                # Not in our own threads: the database may hold up all of them.
                await asyncio.to_thread(self._closings.hold, conversation_id, now)
            except OSError as full:
                logger.error("A chat was left, but only in memory (%s).", type(full).__name__)

    async def drain(self) -> None:
        """Closes in the database what was left while it was away, if it answers."""
        try:
            await self._run(lambda: self._closings.drain(self._database))
        except (StoredError, OSError) as error:
            logger.warning("Chats that were left wait on disk (%s).", type(error).__name__)

    async def read(self, query: Callable[[Session], T]) -> T:
        """What `query` gives, in a session to read in."""

        def work() -> T:
            with self._database.reading() as session:
                return query(session)

        return await self._run(work)

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await self._threads.run(work)
        except (SQLAlchemyError, DecryptionError, asyncio.TimeoutError) as error:
            raise StoredError(type(error).__name__) from None

    def close(self) -> None:
        """Lets its threads end."""
        self._threads.close()
