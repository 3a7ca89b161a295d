from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from bot.records.database import Database
from bot.records.migrate import migrate
from bot.records.models import Base, Conversation


def test_a_session_commits_whole(database: Database, now) -> None:
    with database.session() as session:
        session.add(Conversation(id="c", started_at=now, last_message_at=now))
    with database.reading() as session:
        assert session.get(Conversation, "c").started_at == now


def test_a_session_that_fails_leaves_nothing(database: Database, now) -> None:
    def write_and_fail() -> None:
        with database.session() as session:
            session.add(Conversation(id="c", started_at=now, last_message_at=now))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with database.reading() as session:
        assert session.get(Conversation, "c") is None


def test_a_connection_is_kept_for_the_next_session(database: Database) -> None:
    used = []
    for _ in range(2):
        with database.reading() as session:
            used.append(session.connection().connection.dbapi_connection)
    assert used[0] is used[1]


def test_a_database_in_memory_is_one_for_all_threads() -> None:
    database = Database("sqlite://")
    Base.metadata.create_all(database.engine)
    with ThreadPoolExecutor(1) as other_thread:
        names = other_thread.submit(lambda: inspect(database.engine).get_table_names()).result()
    database.dispose()
    assert "conversations" in names


def test_an_unmigrated_database_is_not_ready(database: Database) -> None:
    with pytest.raises(SQLAlchemyError):
        database.check()


def test_migrations_make_the_tables_of_the_models(tmp_path, postgres) -> None:
    urls = [f"sqlite:///{tmp_path}/m.db"] + ([postgres.new_database()] if postgres else [])
    for url in urls:
        migrate(url)
        migrate(url)  # twice is harmless
        database = Database(url)
        database.check()
        made = {
            name: {column["name"] for column in inspect(database.engine).get_columns(name)}
            for name in inspect(database.engine).get_table_names()
            if name != "alembic_version"
        }
        database.dispose()
        assert made == {
            name: {column.name for column in table.columns}
            for name, table in Base.metadata.tables.items()
        }
