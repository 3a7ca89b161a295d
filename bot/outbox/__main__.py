"""For operators: `python -m bot.outbox run | list | resend | drop`.

`list` shows what waits and the dead letters: what could not be delivered, and why. Nothing of
their content is shown.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from datetime import datetime, timedelta, timezone
from threading import Event

from sqlalchemy import select

from bot.booking.fhir.following import follow
from bot.booking.fhir.systems import systems
from bot.booking.waiting import offer_free_times
from bot.knowledge.services import services
from bot.operating import exit_status
from bot.outbox import plainly, queue
from bot.outbox.senders import senders
from bot.outbox.worker import Chore, run
from bot.records.database import get_database
from bot.records.models import OutboxMessage
from bot.records.spool import FlagSpool
from bot.settings import settings

_FOLLOWED_EVERY = timedelta(minutes=5)  # the other system is asked about each appointment


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bot.outbox", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, runs, text in (
        ("run", _run, "deliver what waits, until stopped"),
        ("list", _list, "list what waits and what could not be delivered"),
        ("resend", _resend, "send dead letters again"),
        ("drop", _drop, "give a dead letter up, so that what waits behind it goes"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=runs)
        if name in {"resend", "drop"}:
            command.add_argument(
                "number", help="its number in the list" + ", or `all`" * (name == "resend")
            )
    chosen = parser.parse_args(arguments)
    return exit_status(lambda: chosen.run(chosen))


def _run(_chosen: argparse.Namespace) -> int:
    current, stop = settings(), Event()
    logging.basicConfig(level=current.log_level, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log every address
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    database, spool = get_database(), FlagSpool(current.var)
    connected = systems(database, services(), current)
    remotes = {name: each.diary for name, each in connected.items()}
    chores = (
        Chore(lambda _now: spool.drain(database)),
        Chore(lambda moment: offer_free_times(database, services(), moment)),
        Chore(lambda moment: follow(database, services(), remotes, moment), _FOLLOWED_EVERY),
    )
    run(database, senders(current, connected), _now, stop, chores)
    return 0


def _list(_chosen: argparse.Namespace) -> int:
    query = select(OutboxMessage).where(OutboxMessage.state.in_(("waiting", "dead")))
    with get_database().reading() as session:
        for message in session.execute(query.order_by(OutboxMessage.id)).scalars():
            when = message.finished_at or message.claimed_until or message.due_at
            print(
                f"{message.id:8}  {message.state:8}  {when:%Y-%m-%d %H:%M} UTC"
                f"  tried {message.attempts} times  {plainly.about(message.key, message.kind)}"
                f"  {plainly.problem(message.problem)}".rstrip()
            )
    return 0


def _resend(chosen: argparse.Namespace) -> int:
    with get_database().session() as session:
        numbers = (
            [message.id for message in queue.dead_letters(session)]
            if chosen.number == "all"
            else _numbers(chosen.number)
        )
        done = sum(queue.resend(session, number, _now()) for number in numbers)
    if chosen.number != "all" and not done:
        return _not_found(chosen.number)
    print(f"Will be sent again: {done}. What is over by now is not.")
    return 0


def _drop(chosen: argparse.Namespace) -> int:
    with get_database().session() as session:
        done = any(queue.drop(session, number, _now()) for number in _numbers(chosen.number))
    if not done:
        return _not_found(chosen.number)
    print("Given up.")
    return 0


def _numbers(text: str) -> list[int]:
    return [int(text)] if text.isdigit() else []


def _not_found(number: str) -> int:
    print(
        f"There is no dead letter {number}, or its time is over: see `python -m bot.outbox list`",
        file=sys.stderr,
    )
    return 1


def _now() -> datetime:
    return datetime.now(timezone.utc)


if __name__ == "__main__":
    sys.exit(main())
