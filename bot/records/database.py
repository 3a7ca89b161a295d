"""Opens the one database, and gives sessions that commit whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import QueuePool, StaticPool

from bot.settings import settings

_BUSY_SECONDS = 10
_CONNECT_SECONDS = 3


class Database:
    """An engine and its sessions."""

    def __init__(self, url: str) -> None:
        """Args:
        url: an SQLAlchemy URL of a SQLite or PostgreSQL database.
        """
        self.engine = _engine(url)
        self._sessions = sessionmaker(self.engine, future=True, expire_on_commit=False)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session to write in: committed at the end, undone if anything is raised."""
        with self._sessions() as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to read in: it never waits for a writer on SQLite."""
        with self._sessions() as session:
            session.connection(execution_options={"foyer_reads": True})
            yield session

    def check(self) -> None:
        """Raises an SQLAlchemy error when the database doesn't answer or isn't migrated."""
        with self.reading() as session:
            session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()

    def dispose(self) -> None:
        """Closes its connections."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    # hide_parameters: what people wrote must not get into an error's text, and so into a log
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            url,
            future=True,
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={"connect_timeout": _CONNECT_SECONDS},
        )
    in_memory = parsed.database in {None, ":memory:"}
    if not in_memory:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        future=True,
        hide_parameters=True,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        # Connections are kept open, as SQLAlchemy 2 does by itself: closing the last one makes
        # SQLite write its log back, which takes longer than all else in a turn.
        poolclass=StaticPool if in_memory else QueuePool,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    # A writer takes the lock at once: waiting is safe then, upgrading a read lock is not.
    reads = connection.get_execution_options().get("foyer_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@lru_cache(maxsize=1)
def get_database() -> Database:
    """The database of this process, by its settings."""
    return Database(settings().database_url)
