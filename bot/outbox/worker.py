"""Delivers what waits in the outbox, until told to stop."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread
from typing import Any, Protocol, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.outbox import queue
from bot.records.database import Database

POLL_SECONDS = 2.0
SHARED_THREADS = 2

T = TypeVar("T")

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


@dataclass(frozen=True)
class Chore:
    """Something else to be done every so often."""

    act: Callable[[datetime], object]
    every: timedelta = timedelta(minutes=1)


def deliver_next(
    database: Database,
    senders: Mapping[str, Sender],
    now: datetime,
    kinds: Collection[str] | None = None,
) -> bool:
    """Tries to deliver one message, of these kinds if given; False when none may go now."""
    with database.session() as session:
        message = queue.claim(session, now, kinds)
        if message is None:
            return False
        message_id, kind, key = message.id, message.kind, message.key
        payload, attempt = message.payload, message.attempts
    problem, for_good = _attempt(senders.get(kind), payload, key, now)
    with database.session() as session:
        if problem is None:
            queue.delivered(session, message_id, now, attempt=attempt)
        else:
            logger.warning("Message %d (%s) was not delivered: %s.", message_id, kind, problem)
            queue.failed(session, message_id, now, problem, attempt=attempt, for_good=for_good)
    return True


def run(
    database: Database,
    senders: Mapping[str, Sender],
    clock: Callable[[], datetime],
    stop: Event,
    chores: Sequence[Chore] = (),
) -> None:
    """Delivers, and does each of the `chores` when it is due, until `stop` is set.

    A few threads take whatever comes next, and each kind of message has one of its own: receivers
    that hang, however many messages are for them, hold up no other kind. Nor do they hold up a
    chore, or one chore another.
    """
    takes: list[Collection[str] | None] = [None] * SHARED_THREADS
    takes += [(kind,) for kind in senders]
    parts = [partial(work, database, senders, clock, stop, kinds) for kinds in takes]
    parts += [partial(repeat, chore, clock, stop) for chore in chores]
    threads = [Thread(target=part, daemon=True) for part in parts]
    for thread in threads:
        thread.start()
    stop.wait()
    for thread in threads:
        thread.join()


def work(
    database: Database,
    senders: Mapping[str, Sender],
    clock: Callable[[], datetime],
    stop: Event,
    kinds: Collection[str] | None = None,
) -> None:
    """Delivers messages, of these kinds if given, until `stop` is set. Outlives any failure."""
    while not stop.is_set():
        if not _outlived(lambda: deliver_next(database, senders, clock(), kinds)):
            stop.wait(POLL_SECONDS)


def repeat(chore: Chore, clock: Callable[[], datetime], stop: Event) -> None:
    """Does a chore as often as it is due, until `stop` is set. Outlives any failure."""
    due = clock()
    while not stop.is_set():
        if clock() >= due:
            due = clock() + chore.every
            _outlived(lambda: chore.act(clock()))
        stop.wait(POLL_SECONDS)


def _outlived(step: Callable[[], T]) -> T | None:
    """What a step gives; None where it failed, which the log says: the next one may do better."""
    try:
        return step()
    except SQLAlchemyError as error:
        logger.error("The database does not answer (%s).", type(error).__name__)
    except Exception as error:
        logger.error("The outbox stumbled (%s).", type(error).__name__)
    return None


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
