from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.records.conversations import append_events, conversation
from bot.records.database import Database
from bot.records.transcript import OPENING, Line, replies_to, transcript
from bot.reply import Button

REFER = {"title": "Refer myself", "payload": "I'd like to refer myself"}
CUSTOM = {"type": "answer", "sources": ["the booklet"]}


def user(text: str, message_id: str | None = None, **metadata: Any) -> dict[str, Any]:
    return {"event": "user", "text": text, "message_id": message_id, "metadata": metadata}


def bot(text: str, **data: Any) -> dict[str, Any]:
    return {"event": "bot", "text": text, "data": data}


def store(database: Database, now: datetime, *events: dict[str, Any]) -> None:
    for event in events:
        event["timestamp"] = now.timestamp()
    with database.session() as session:
        append_events(session, conversation(session, "c", now), events)


def read(database: Database) -> list[Line]:
    with database.reading() as session:
        return transcript(session, "c")


def test_it_is_what_was_said_whole(database: Database, now: datetime) -> None:
    store(
        database,
        now,
        {"event": "action", "name": "action_listen"},
        user("hello", "m1"),
        bot("hello to you", buttons=[REFER], custom=CUSTOM),
        bot("and more"),
    )
    assert read(database) == [
        Line("person", "hello", now, "m1"),
        Line(
            "assistant",
            "hello to you",
            now,
            "m1.1",
            (Button("Refer myself", "I'd like to refer myself"),),
            CUSTOM,
        ),
        Line("assistant", "and more", now, "m1.2"),
    ]
    assert read(database)[1].buttons == ("Refer myself",)


def test_a_message_sent_again_stands_once(database: Database, now: datetime) -> None:
    store(database, now, user("a", "m1"), bot("sorry"), user("b", "m2"), bot("b!"))
    store(database, now + timedelta(minutes=1), user("a", "m1"), bot("a!"))
    assert [(line.id, line.text) for line in read(database)] == [
        ("m2", "b"),
        ("m2.1", "b!"),
        ("m1", "a"),
        ("m1.1", "a!"),
    ]


def test_it_knows_what_was_tapped_where_the_channel_said_so(database: Database, now) -> None:
    store(database, now, user("Back", tapped=True), user("Yes", tapped=False), user("No"))
    assert [line.tapped for line in read(database)] == [True, False, None]


def test_the_message_that_opens_a_chat_was_said_by_nobody(database: Database, now) -> None:
    store(database, now, user("hi", OPENING), bot("Hello, I'm Foyer."))
    assert [line.text for line in read(database)] == ["Hello, I'm Foyer."]


def test_messages_without_an_id_each_have_a_turn_of_their_own(database: Database, now) -> None:
    store(database, now, bot("first"), user("a"), bot("a!"), user("a"), bot("again"))
    lines = read(database)
    assert [line.text for line in lines] == ["first", "a", "a!", "a", "again"]
    assert len({line.id for line in lines}) == 5


def test_the_replies_to_a_message_are_found_by_its_id(database: Database, now) -> None:
    store(database, now, user("a", "m1"), bot("sorry"), user("b", "m2"))
    store(database, now, user("a", "m1"), bot("a!"), bot("more"), user("c", "m3"), bot("c!"))
    with database.reading() as session:
        found = {each: replies_to(session, "c", each) for each in ("m1", "m2", "m4")}
        assert replies_to(session, "another", "m1") is None
    assert found["m1"] == read(database)[-4:-2]
    assert [line.text for line in found["m1"] or ()] == ["a!", "more"]
    assert found["m2"] == []
    assert found["m4"] is None


@pytest.mark.parametrize("message_id", ["m1", OPENING])
def test_ids_are_the_same_in_the_transcript_and_by_message(database, now, message_id) -> None:
    store(database, now, user("a", message_id), bot("one"), bot("two"))
    with database.reading() as session:
        found = replies_to(session, "c", message_id)
    assert found == [line for line in read(database) if line.speaker == "assistant"]
