"""How the console keeps its pace as it fills: `python -m scripts.benchmark_queue`.

Makes 1,000 and then 100,000 made-up referrals in a database of its own, and times the first page
of the queue, a search by name, and a person's record with each. Not a test: times depend on the
machine. The ratio is what to look at.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from random import Random
from statistics import median
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bot.knowledge.services import services
from bot.records.cases import NO_FLAG, UNACKNOWLEDGED
from bot.records.database import Database
from bot.records.encryption import cipher
from bot.records.migrate import migrate
from bot.records.models import Answer, Case, Flag, Referral, SearchTerm, StaffUser, new_id
from bot.records.references import new_reference
from bot.records.search_terms import terms
from bot.review import queue
from bot.review.person import person
from bot.review.queue import Filters

_AT_ONCE = 5_000
_TIMES = 30
_FLAGGED = range(0, 1000, 40)  # flags are worked off: they don't grow with what is kept
_SOUGHT = 990  # whose name is looked for; nobody else has both of its parts
_NOW = datetime(2026, 12, 1, 10, 30, tzinfo=timezone.utc)


def main() -> None:
    """Prints a line for each thing timed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="an empty one; else SQLite in a temporary folder")
    parser.add_argument("--sizes", type=int, nargs=2, default=(1_000, 100_000))
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.database or f"sqlite:///{folder}/benchmark.db"
        migrate(url)
        database = Database(url)
        small, large = (_measure(database, size) for size in chosen.sizes)
        database.dispose()
    for name in small:
        ratio = large[name] / small[name]
        print(f"{name:12} {small[name]:8.2f} ms  {large[name]:8.2f} ms   ratio {ratio:.2f}")


def _measure(database: Database, size: int) -> dict[str, float]:
    """The median milliseconds of each thing, with `size` referrals there."""
    _fill(database, size)
    user = StaffUser(id=new_id(), name="A", role="lead", services=sorted(services()))
    with database.reading() as session:
        first = queue.page(session, user, Filters(), after=None, size=25, now=_NOW)
        case = first.rows[0].case
        found = Filters(find="name", text=_name(_SOUGHT), state="all")
        return {
            "first page": _timed(lambda: _page(session, user, Filters())),
            "counts": _timed(lambda: queue.counts(session, user)),
            "search": _timed(lambda: _page(session, user, found)),
            "record": _timed(lambda: person(session, user, case, _NOW)),
        }


def _page(session: Session, user: StaffUser, filters: Filters) -> Any:
    return queue.page(session, user, filters, after=None, size=25, now=_NOW)


def _timed(run: Callable[[], Any]) -> float:
    run()
    times = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        run()
        times.append((time.perf_counter() - began) * 1000)
    return median(times)


def _fill(database: Database, size: int) -> None:
    """Adds referrals until there are `size`."""
    with database.session() as session:
        present = session.execute(text("SELECT count(*) FROM cases")).scalar_one()
    for first in range(present, size, _AT_ONCE):
        with database.session() as session:
            _add(session, range(first, min(size, first + _AT_ONCE)))
    with database.session() as session:
        session.execute(text("ANALYZE"))


def _name(number: int) -> str:
    """The first name of one in 5,000 and the last name of one in 977."""
    return f"{_word(number % 5000)} {_word(number % 977)}"


def _word(number: int) -> str:
    """A name of its own for each number: digits would be no part of a name."""
    return "m" + "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _add(session: Session, numbers: range) -> None:
    rows: dict[Any, list[dict[str, Any]]] = {
        model: [] for model in (Referral, Case, Answer, SearchTerm, Flag)
    }
    for number in numbers:
        pick = Random(number)
        referral_id, case_id = new_id(), new_id()
        at = _NOW - timedelta(minutes=pick.randint(10, 500_000))
        service_id = pick.choice(sorted(services()))
        flagged = number in _FLAGGED
        closed = number % 10 > 2 and not flagged  # most records of a service are closed ones
        conversation_id = f"demonstration-{number}"
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
                "state": "closed" if closed else "incoming",
                "rank": UNACKNOWLEDGED if flagged else NO_FLAG,
                "live": not closed,
                "arrived_at": at,
                "waiting_since": at,
                "read_at": at if closed else None,
                "version": 1,
            }
        )
        answers = {
            "about.name": _name(number),
            "about.date_of_birth": f"{pick.randint(1940, 2005)}-{pick.randint(1, 12):02}-11",
            "about.phone": f"+447700{number:06}",
        }
        rows[Answer] += [
            {
                "id": new_id(),
                "referral_id": referral_id,
                "question_id": question_id,
                "value": value,
                "answered_at": at,
            }
            for question_id, value in answers.items()
        ]
        rows[SearchTerm] += [
            {
                "id": new_id(),
                "referral_id": referral_id,
                "kind": kind,
                "fingerprint": cipher().fingerprint(f"{kind}:{value}"),
            }
            for kind, value in terms(answers)
        ]
        if flagged:
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
                    "words": "made up",
                    "text": "made up",
                    "at": at,
                    "case_id": case_id,
                }
            )
    for model, made in rows.items():
        if made:
            session.execute(insert(model.__table__), made)


if __name__ == "__main__":
    main()
