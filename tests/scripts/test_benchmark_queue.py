"""The console does no more work with three times the people: it is counted, not timed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from bot.records.database import Database
from bot.records.models import Base
from scripts.benchmark_queue import Look, fill, looks
from tests.missing import missing

SIZES = (1_500, 4_500)
PAGE = 3  # as many as of each service are found in both, so that both have full pages to read
MOST = 1.3
KINDS = ("sqlite", "postgresql")
# A few thousand rows PostgreSQL reads in whichever way: let it choose as if each cost a lot.
FEW_STAND_FOR_MANY = (
    "enable_seqscan = off",
    "enable_bitmapscan = off",
    "cpu_tuple_cost = 1",
    "cpu_index_tuple_cost = 1",
)


@pytest.fixture(scope="module", params=KINDS)
def filled(request, tmp_path_factory, postgres) -> Iterator[list[Database]]:
    """A database of each size."""
    if request.param == "postgresql" and postgres is None:
        missing("PostgreSQL", "postgresql")
    databases = []
    for size in SIZES:
        path = tmp_path_factory.mktemp("filled") / "foyer.db"
        url = postgres.new_database() if request.param == "postgresql" else f"sqlite:///{path}"
        databases.append(Database(url))
        Base.metadata.create_all(databases[-1].engine)
        fill(databases[-1], size)
    yield databases
    for database in databases:
        database.dispose()


def test_what_staff_do_all_day_costs_no_more_with_more_people(filled, monkeypatch) -> None:
    monkeypatch.setattr("bot.review.queue.COUNTED", PAGE)
    small, large = (
        {name: work(each, look) for name, look in looks(each, PAGE).items()} for each in filled
    )
    del small["search: both"]  # nobody among so few has both
    more = {name: (small[name], large[name]) for name in small if large[name] > MOST * small[name]}
    assert more == {}


def work(database: Database, look: Look) -> int:
    """How much the database does for a look: steps of SQLite's machine, rows PostgreSQL reads."""
    with database.reading() as session:
        count = _steps if session.get_bind().dialect.name == "sqlite" else _rows
        return count(session, look)


def _steps(session: Session, look: Look) -> int:
    done = 0

    def step() -> None:
        nonlocal done
        done += 1

    connection = session.connection().connection.connection
    connection.set_progress_handler(step, 1)
    look(session)
    connection.set_progress_handler(None, 0)
    return done


def _rows(session: Session, look: Look) -> int:
    asked: list[tuple[str, Any]] = []

    def keep(_connection, _cursor, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(session.get_bind(), "before_cursor_execute", keep)
    look(session)
    event.remove(session.get_bind(), "before_cursor_execute", keep)
    rows = 0
    for setting in FEW_STAND_FOR_MANY:
        session.execute(text(f"SET LOCAL {setting}"))
    for statement, parameters in asked:
        explained = session.connection().exec_driver_sql(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters
        )
        rows += _read(explained.scalar_one()[0]["Plan"])
    return rows


def _read(plan: dict[str, Any]) -> int:
    rows = sum(_read(part) for part in plan.get("Plans", ()))
    if "Scan" in plan["Node Type"]:
        thrown = plan.get("Rows Removed by Filter", 0) + plan.get(
            "Rows Removed by Index Recheck", 0
        )
        rows += int((plan["Actual Rows"] + thrown) * plan["Actual Loops"])
    return rows
