from __future__ import annotations

from datetime import datetime

import pytest

from bot.records.conversations import (
    append_events,
    close,
    conversation,
    is_closed,
    latest_events,
)
from bot.records.database import Database


def event(kind: str, text: str, now: datetime) -> dict[str, object]:
    return {"event": kind, "text": text, "timestamp": now.timestamp()}


@pytest.fixture
def talk(database: Database, now) -> Database:
    """A conversation of four turns, each with a question, a slot and an answer."""
    for turn in range(4):
        with database.session() as session:
            positions = append_events(
                session,
                conversation(session, "c", now),
                [event(kind, f"{kind}{turn}", now) for kind in ("user", "slot", "bot")],
            )
            assert positions == [3 * turn, 3 * turn + 1, 3 * turn + 2]
    return database


def texts(database: Database, turns: int, at_most: int) -> list[str]:
    with database.reading() as session:
        return [each.data["text"] for each in latest_events(session, "c", turns, at_most)]


def test_the_latest_turns_are_read_in_order(talk: Database) -> None:
    assert texts(talk, 2, 50) == ["user2", "slot2", "bot2", "user3", "slot3", "bot3"]


def test_more_turns_than_there_are_read_all(talk: Database) -> None:
    assert len(texts(talk, 9, 50)) == 12


def test_no_more_events_than_allowed_are_read(talk: Database) -> None:
    assert texts(talk, 2, 2) == ["slot3", "bot3"]


def test_another_conversation_is_not_read(talk: Database, now) -> None:
    with talk.session() as session:
        append_events(session, conversation(session, "other", now), [event("user", "else", now)])
    assert "else" not in texts(talk, 9, 50)


def test_nothing_is_added_for_no_events(talk: Database, now) -> None:
    with talk.session() as session:
        assert append_events(session, conversation(session, "c", now), []) == []


def test_a_conversation_is_closed_for_good(database: Database, now) -> None:
    with database.session() as session:
        conversation(session, "open", now)
        close(session, "left", now)
    with database.reading() as session:
        assert [is_closed(session, each) for each in ("open", "left", "never")] == [
            False,
            True,
            False,
        ]
