"""Shared fixtures: settings and a database of the tests' own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

# Before anything reads the settings: no test touches the project's own data or keys.
os.environ["FOYER_VAR"] = tempfile.mkdtemp(prefix="foyer-test-")
os.environ["FOYER_ENV_FILE"] = os.devnull
for _name in ("DATABASE_URL", "FOYER_ENV", "FOYER_ENCRYPTION_KEYS", "FOYER_DEMO"):
    os.environ.pop(_name, None)

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402
from sqlalchemy import event  # noqa: E402

from bot.records.database import Database  # noqa: E402
from bot.records.models import Base  # noqa: E402
from tests.missing import missing  # noqa: E402
from tests.postgres import PostgresServer  # noqa: E402

settings.register_profile("foyer", deadline=None)  # no test is about speed
settings.load_profile("foyer")

TESTS = Path(__file__).parent
# These share one running assistant between the files of their folder.
TOGETHER = (TESTS / "browser", TESTS / "conversations")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps on one worker, where there are several, the tests that share what is slow to start."""
    for item in items:
        folder = next((folder for folder in TOGETHER if folder in item.path.parents), item.path)
        item.add_marker(pytest.mark.xdist_group(str(folder.relative_to(TESTS))))


@pytest.fixture
def now() -> datetime:
    """A Tuesday in winter, mid-morning."""
    return datetime(2026, 12, 1, 10, 30, tzinfo=timezone.utc)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer | None]:
    """A PostgreSQL server of this run's own, or None where there is no PostgreSQL."""
    server = PostgresServer.start()
    yield server
    if server:
        server.stop()


@pytest.fixture(scope="session")
def blank_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with every table, to be copied: quicker than making them for each test."""
    path = tmp_path_factory.mktemp("blank") / "foyer.db"
    _make_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_url(postgres: PostgresServer | None) -> str:
    """The same on PostgreSQL, one for all tests, to be emptied for each."""
    if postgres is None:
        missing("PostgreSQL", "postgresql")
    url = postgres.new_database()
    _make_tables(url)
    return url


def _forgo_the_disk(connection: Any, _record: Any) -> None:
    # No test pulls the plug: waiting for the disk at each commit would be most of their time.
    connection.execute("PRAGMA synchronous=OFF")


def _make_tables(url: str) -> None:
    database = Database(url)
    Base.metadata.create_all(database.engine)
    database.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, postgres: PostgresServer | None
) -> Iterator[Database]:
    """An empty database with every table, on each kind of server that is there."""
    if request.param == "postgresql":
        if request.node.get_closest_marker("alters_tables"):
            _make_tables(url := postgres.new_database())
        else:
            url = request.getfixturevalue("postgres_url")
            postgres.empty(url, Base.metadata.tables)
        database = Database(url)
    else:
        path = tmp_path / "foyer.db"
        shutil.copy(request.getfixturevalue("blank_file"), path)
        database = Database(f"sqlite:///{path}")
        event.listen(database.engine, "connect", _forgo_the_disk)
    yield database
    database.dispose()
