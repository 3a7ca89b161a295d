"""Delivers what waits in the outbox, until told to stop."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Event
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from bot.outbox import queue
from bot.records.database import Database

POLL_SECONDS = 2.0
CHORES_EVERY = timedelta(minutes=1)

logger = logging.getLogger(__name__)


class Refused(Exception):
    """The receiver will never take this message. The text is its kind; nothing personal."""


class Sender(Protocol):
    """Delivers one kind of message."""

    def __call__(self, payload: Mapping[str, Any], key: str, now: datetime) -> None:
        """Returns once the receiver has it.

        Raises:
            Refused: it never will.
            Exception: it hasn't; try again later.
        """


def deliver_next(database: Database, senders: Mapping[str, Sender], now: datetime) -> bool:
    """Tries to deliver one message; False when none may go now."""
    with database.session() as session:
        message = queue.claim(session, now)
        if message is None:
            return False
        message_id, kind, key = message.id, message.kind, message.key
        payload = message.payload
    problem, for_good = _attempt(senders.get(kind), payload, key, now)
    with database.session() as session:
        if problem is None:
            queue.delivered(session, message_id, now)
        else:
            logger.warning("Message %d (%s) was not delivered: %s.", message_id, kind, problem)
            queue.failed(session, message_id, now, problem, for_good=for_good)
    return True


def work(
    database: Database,
    senders: Mapping[str, Sender],
    clock: Callable[[], datetime],
    stop: Event,
    chores: Sequence[Callable[[datetime], Any]] = (),
) -> None:
    """Delivers until `stop` is set; does `chores` every minute. Goes on after any failure."""
    chores_due = clock()
    while not stop.is_set():
        busy = False
        try:
            if clock() >= chores_due:
                chores_due = clock() + CHORES_EVERY
                for chore in chores:
                    chore(clock())
            busy = deliver_next(database, senders, clock())
        except SQLAlchemyError as error:
            logger.error("The database does not answer (%s).", type(error).__name__)
        except Exception as error:
            logger.error("The outbox stumbled (%s).", type(error).__name__)
        if not busy:
            stop.wait(POLL_SECONDS)


def _attempt(
    sender: Sender | None, payload: Mapping[str, Any], key: str, now: datetime
) -> tuple[str | None, bool]:
    """What went wrong, None if nothing did; and whether it always will."""
    if sender is None:
        return "nothing is set up to send this kind", False
    try:
        sender(payload, key, now)
    except Refused as refused:
        return str(refused), True
    except Exception as error:  # its text may hold an address, so only its kind is kept
        return type(error).__name__, False
    return None, False
