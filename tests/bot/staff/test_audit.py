from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from bot.records.database import Database
from bot.staff.audit import BEGINNING, record, verify


def add(database: Database, now, count: int = 3) -> None:
    for number in range(count):
        with database.session() as session:
            record(session, action="viewed", user_id="u", now=now, details={"n": number})


def unlock(session) -> None:
    """What someone with the run of the database could do."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER audit_entries_no_UPDATE"))
        session.execute(text("DROP TRIGGER audit_entries_no_DELETE"))
    else:
        session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER ALL"))


def test_an_empty_log_is_sound(database) -> None:
    verified = verify(database)
    assert (verified.entries, verified.head, verified.wrong) == (0, BEGINNING, None)


def test_a_log_that_nobody_touched_is_sound(database, now) -> None:
    add(database, now)
    verified = verify(database)
    assert (verified.entries, verified.wrong) == (3, None)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries"]
)
def test_the_database_refuses_to_change_it(database, now, statement: str) -> None:
    add(database, now)

    def change() -> None:
        with database.session() as session:
            session.execute(text(statement))

    with pytest.raises(DatabaseError):
        change()
    assert verify(database).entries == 3


@pytest.mark.alters_tables
@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("UPDATE audit_entries SET action = 'x' WHERE position = 2", 2),
        ("UPDATE audit_entries SET user_id = NULL WHERE position = 1", 1),
        ("DELETE FROM audit_entries WHERE position = 2", 2),
        ("DELETE FROM audit_entries WHERE position = 1", 1),
    ],
)
def test_a_change_behind_its_back_is_found(database, now, statement: str, wrong: int) -> None:
    add(database, now)
    with database.session() as session:
        unlock(session)
        session.execute(text(statement))
    assert verify(database).wrong == wrong


@pytest.mark.alters_tables
def test_an_end_cut_off_is_found_by_what_was_noted(database, now) -> None:
    add(database, now)
    noted = verify(database)
    with database.session() as session:
        unlock(session)
        session.execute(text("DELETE FROM audit_entries WHERE position = 3"))
    assert verify(database).wrong is None
    assert verify(database, (noted.entries, noted.head)).wrong == 3


def test_a_log_written_anew_is_found_by_what_was_noted(database, now) -> None:
    add(database, now)
    assert verify(database, (2, "f" * 64)).wrong == 2


def test_entries_at_the_same_moment_make_one_chain(database, now) -> None:
    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(lambda _: add(database, now, 5), range(4)):
            pass
    verified = verify(database)
    assert (verified.entries, verified.wrong) == (20, None)
