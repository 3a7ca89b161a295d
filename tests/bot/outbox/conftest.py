"""A clock that a test moves, and settings that a test makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.outbox import announce
from bot.records.database import Database
from bot.records.models import OutboxMessage
from bot.settings import Settings

SECRET = "a secret of more than 24 letters"


@dataclass
class Clock:
    """Says what time it is; time stands still until the test moves it."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def ahead(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Makes these the settings by which staff are told."""

    def use(**variables: str) -> Settings:
        current = Settings.read(variables)
        monkeypatch.setattr(announce, "settings", lambda: current)
        return current

    return use


def messages(database: Database) -> list[OutboxMessage]:
    """All of the outbox, in order."""
    with database.reading() as session:
        found: list[OutboxMessage] = (
            session.execute(select(OutboxMessage).order_by(OutboxMessage.id)).scalars().all()
        )
        return found
