"""How the console keeps its pace as it fills: `python -m scripts.benchmark_queue`.

Fills one database with 1,000 made-up referrals and another with 100,000, and times what staff do
all day in both by turns: pages of the queue, searches, a person's record. Times depend on the
machine; the ratio is what to look at. tests/scripts/test_benchmark_queue.py holds how much is read.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from itertools import accumulate, pairwise
from random import Random
from statistics import median
from typing import Any

from sqlalchemy import column, insert, select, table, text
from sqlalchemy.orm import Session
from sqlalchemy.types import String, TypeEngine

from bot.knowledge.services import services
from bot.records.cases import NO_FLAG, UNACKNOWLEDGED
from bot.records.columns import EncryptedText
from bot.records.database import Database
from bot.records.encryption import cipher
from bot.records.migrate import migrate
from bot.records.models import (
    Answer,
    Case,
    CaseStep,
    Conversation,
    Event,
    Flag,
    Referral,
    SearchTerm,
    StaffUser,
    new_id,
)
from bot.records.references import new_reference
from bot.records.search_terms import terms
from bot.review import queue
from bot.review.demonstration import MARK, demonstration, make_people
from bot.review.person import person
from bot.review.queue import Filters
from bot.staff.rules import rules

SIZES = (1_000, 100_000)
_AT_ONCE = 5_000
_TIMES = 40
_STAFF = 8
_FLAGGED = range(0, 1000, 40)  # flags are worked off: they don't grow with what is kept
_WHOLE = 10  # every tenth has a conversation and all answers; the others who they are
_WAY = ("incoming", "accepted", "contacted", "closed")
_SOUGHT = 990  # whose record is opened, and who is looked for
_NOW = datetime(2026, 12, 1, 10, 30, tzinfo=timezone.utc)
_MONTH_AGO = (_NOW - timedelta(days=30)).date()

Look = Callable[[Session], Any]


def main() -> None:
    """Prints a line for each thing timed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--databases", nargs=2, metavar="URL", help="two empty ones; else SQLite, in a folder"
    )
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        urls = chosen.databases or [f"sqlite:///{folder}/{size}.db" for size in chosen.sizes]
        databases = []
        for url, size in zip(urls, chosen.sizes, strict=True):
            migrate(url)
            databases.append(Database(url))
            fill(databases[-1], size)
        for name, look in looks(databases[0], rules().page_size).items():
            other = looks(databases[1], rules().page_size)[name]
            small, large = _timed((databases[0], look), (databases[1], other))
            shown = [_shown(databases[0], look), _shown(databases[1], other)]
            people = f"   shows {shown[0]} and {shown[1]} people" if any(shown) else ""
            ratio = large / small
            print(f"{name:20} {small:8.2f} ms  {large:8.2f} ms   ratio {ratio:.2f}{people}")
        for database in databases:
            database.dispose()


def looks(database: Database, size: int) -> Mapping[str, Look]:
    """What staff do, by its name: someone of every service, on pages of `size` people."""
    with database.reading() as session:
        user = session.execute(select(StaffUser).order_by(StaffUser.email).limit(1)).scalar_one()
        sought = session.execute(
            select(Case).where(Case.conversation_id == f"{MARK}{_SOUGHT}")
        ).scalar_one()
        reference = session.get(Referral, sought.referral_id).reference
        middle = queue.page(session, user, Filters(), after=None, size=4 * size, now=_NOW).next_key
    who = _identity(_SOUGHT)

    def page(after: str | None = None, **filters: Any) -> Look:
        wanted = Filters(**filters)
        return lambda session: queue.page(session, user, wanted, after=after, size=size, now=_NOW)

    def search(find: Any, text: str) -> Look:
        return page(find=find, text=text, state="all")

    first, last = (_names(kind)[0][0] for kind in ("first", "last"))
    return {
        "first page": page(),
        "fifth page": page(after=middle),
        "all states": page(state="all"),
        "closed": page(state="closed"),
        "last month": page(since=_MONTH_AGO),
        "last month, all": page(state="all", since=_MONTH_AGO),
        "mine": page(mine=True),
        "mine, all states": page(mine=True, state="all"),
        "unread": page(unread=True),
        "counts": lambda session: queue.counts(session, user),
        "mark": lambda session: queue.mark(session, user, Filters(), after=None, size=size),
        "search: full name": search("name", who["about.name"]),
        "search: first name": search("name", first),
        "search: last name": search("name", last),
        "search: both": search("name", f"{first} {last}"),
        "search: phone": search("phone", who["about.phone"]),
        "search: birth": search("born", who["about.date_of_birth"]),
        "search: reference": search("reference", reference),
        "record": lambda session: person(session, user, session.get(Case, sought.id), _NOW),
    }


def _timed(*runs: tuple[Database, Look]) -> list[float]:
    """The median milliseconds of each, run by turns, so that a busy machine slows all alike."""
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(_TIMES):
        for taken, (database, look) in zip(times, runs, strict=True):
            with database.reading() as session:
                began = time.perf_counter()
                look(session)
                taken.append((time.perf_counter() - began) * 1000)
    return [median(taken) for taken in times]


def _shown(database: Database, look: Look) -> int:
    """How many people a page shows; 0 where it is none."""
    with database.reading() as session:
        return len(getattr(look(session), "rows", ()))


def fill(database: Database, size: int) -> None:
    """Puts `size` made-up referrals into an empty database."""
    with database.session() as session:
        staff = [
            StaffUser(
                id=new_id(),
                email=f"{number:02}@demonstration.example",
                name=f"Colleague {number}",
                role="lead",
                services=sorted(services()),
                created_at=_NOW,
            )
            for number in range(_STAFF)
        ]
        session.add_all(staff)
        session.flush()
        make_people(session, staff[0], _NOW, 1)
        filler = _Filler(session, [each.id for each in staff])
    for first in range(1, size, _AT_ONCE):
        with database.session() as session:
            filler.add(session, range(first, min(size, first + _AT_ONCE)))
    if database.engine.dialect.name == "postgresql":
        # As it does by itself, sooner or later: from then on its plans stay the same.
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                text("VACUUM ANALYZE")
            )


class _Filler:
    """Adds people like the one who is there, a name, a number and a birthday to each."""

    def __init__(self, session: Session, staff: list[str]) -> None:
        self.staff = staff
        self.answers = _all(session, Answer)
        self.events = _all(session, Event)

    def add(self, session: Session, numbers: range) -> None:
        models = (Conversation, Referral, Case, CaseStep, Answer, Event, SearchTerm, Flag)
        rows: dict[Any, list[dict[str, Any]]] = {model: [] for model in models}
        for number in numbers:
            self._add(rows, number)
        for model, made in rows.items():
            if made:
                session.execute(insert(_raw(model)), made)

    def _add(self, rows: dict[Any, list[dict[str, Any]]], number: int) -> None:
        pick = Random(number)
        conversation_id, referral_id, case_id = f"{MARK}{number}", new_id(), new_id()
        at = _NOW - timedelta(minutes=pick.randint(10, 500_000))
        service_id = pick.choice(sorted(services()))
        flagged = number in _FLAGGED
        closed = number % 10 > 2 and not flagged  # most records of a service are closed ones
        whole = number % _WHOLE == 0
        rows[Conversation].append(
            {
                "id": conversation_id,
                "service_id": service_id,
                "retention": "referral",
                "started_at": at,
                "last_message_at": at,
                "event_count": len(self.events) if whole else 0,
                "resume_failures": 0,
            }
        )
        rows[Referral].append(
            {
                "id": referral_id,
                "conversation_id": conversation_id,
                "service_id": service_id,
                "state": "sent",
                "reference": new_reference(),
                "progress": {},
                "started_at": at,
                "updated_at": at,
                "sent_at": at,
            }
        )
        rows[Case].append(
            {
                "id": case_id,
                "conversation_id": conversation_id,
                "referral_id": referral_id,
                "service_id": service_id,
                "state": "closed" if closed else pick.choice(("incoming", "accepted", "contacted")),
                "rank": UNACKNOWLEDGED if flagged else NO_FLAG,
                "live": not closed,
                "arrived_at": at,
                "waiting_since": at,
                "read_at": at if closed or number % 3 else None,
                "assigned_to": pick.choice(self.staff) if number % 4 else None,
                "version": 1,
            }
        )
        who = _identity(number)
        kept = [each for each in self.answers if whole and each["question_id"] not in who]
        kept += [
            {"question_id": question_id, "value": cipher().encrypt(f'"{value}"')}
            for question_id, value in who.items()
        ]
        rows[Answer] += [
            {
                "said": None,
                "message_id": None,
                "replaced_at": None,
                **each,
                "id": new_id(),
                "referral_id": referral_id,
                "answered_at": at,
            }
            for each in kept
        ]
        if whole:
            rows[Event] += [
                {
                    **{name: value for name, value in each.items() if name != "id"},
                    "conversation_id": conversation_id,
                    "occurred_at": at,
                }
                for each in self.events
            ]
        rows[SearchTerm] += [
            {
                "id": new_id(),
                "referral_id": referral_id,
                "service_id": service_id,
                "at": at,
                "kind": kind,
                "fingerprint": cipher().fingerprint(f"{kind}:{value}"),
            }
            for kind, value in terms(who)
        ]
        if closed:
            rows[CaseStep] += [
                {
                    "id": new_id(),
                    "case_id": case_id,
                    "user_id": self.staff[0],
                    "from_state": former,
                    "to_state": state,
                    "reason": None,
                    "version": version,
                    "at": at,
                    "undone_at": None,
                }
                for version, (former, state) in enumerate(pairwise(_WAY), start=1)
            ]
        if flagged or (closed and number % 20 == 5):
            rows[Flag].append(
                {
                    "id": new_id(),
                    "conversation_id": conversation_id,
                    "message_id": "m",
                    "service_id": service_id,
                    "source": "message",
                    "tier": "alert",
                    "category": "suicidal-thoughts",
                    "qualifiers": [],
                    "layer": "match",
                    "words": cipher().encrypt("made up"),
                    "text": cipher().encrypt("made up"),
                    "at": at,
                    "case_id": case_id,
                    "resolved_at": None if flagged else at,
                }
            )


def _identity(number: int) -> dict[str, str]:
    """Who someone is. One in 25 came before; one in ten has somebody else's telephone."""
    if number % 25 == 24:
        return _identity(number - 24)
    pick = Random(f"who {number}")
    names = [_name(pick, "first"), _name(pick, "last")]
    if number % 12 == 0:
        names.insert(1, _name(pick, "first"))
    given = {
        "about.name": " ".join(names),
        "about.date_of_birth": f"{pick.randint(1940, 2006)}-{pick.randint(1, 12):02}-"
        f"{pick.randint(1, 28):02}",
        "about.phone": f"+447700{number - (number % 10 == 9):06}",
    }
    if number % 3 == 0:
        given["about.nhs_number"] = f"9{number:09}"
    return given


def _name(pick: Random, kind: str) -> str:
    names, weights = _names(kind)
    return pick.choices(names, cum_weights=weights)[0]


@lru_cache(maxsize=2)
def _names(kind: str) -> tuple[list[str], list[float]]:
    """Names, and weights summed up: as in England the first is 3%, or 1.2% of last names."""
    known = demonstration().first_names if kind == "first" else demonstration().last_names
    count, shift = (600, 7) if kind == "first" else (4000, 14)
    rest = [_word(number) for number in range(count - len(known))]
    return [*known, *rest], list(accumulate(1 / (place + shift) for place in range(1, count + 1)))


def _word(number: int) -> str:
    """A word of its own for each number: digits would be no part of a name."""
    return "M" + "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _all(session: Session, model: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(select(_raw(model))).mappings()]


def _raw(model: Any) -> Any:
    """The table with what is encrypted as it is stored: a hundred thousand cost too long."""
    columns = [column(each.name, _plain(each.type)) for each in model.__table__.columns]
    return table(model.__tablename__, *columns)


def _plain(kind: TypeEngine) -> TypeEngine:
    return String() if isinstance(kind, EncryptedText) else kind


if __name__ == "__main__":
    main()
