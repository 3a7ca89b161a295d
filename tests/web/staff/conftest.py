"""A console over an empty database, whose clock stands still until it is moved."""

from __future__ import annotations

from datetime import datetime

import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.records.database import Database
from bot.staff import accounts
from tests.bot.booking.conftest import mailing  # noqa: F401
from tests.fhir.fixtures import packages, r4  # noqa: F401
from tests.web.staff.console import Browser, Clock, Console
from web.staff.app import create_staff


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Password hashes that cost next to nothing: their strength is not what is tested here."""
    monkeypatch.setattr(
        accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )


@pytest.fixture
def console(database: Database, now: datetime) -> Console:
    """An empty console on each kind of database."""
    clock = Clock(now)
    app = Starlette(routes=[Mount("/staff", create_staff(lambda: database, clock))])
    return Console(database, clock, app)


@pytest.fixture
def reviewer(console: Console) -> Browser:
    """A reviewer of Berkshire, signed in."""
    return console.staff().sign_in()
