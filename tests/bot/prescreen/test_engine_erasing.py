"""Erasing everything, and starting again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.dialogue import Turn
from bot.prescreen.engine import Prescreen
from bot.records.conversations import append_events, conversation
from bot.records.database import Database
from bot.records.models import Answer, Consent, Conversation, Erasure, Event, Flag, Referral
from tests.bot.prescreen.conftest import count


def test_erasing_asks_first_and_then_really_erases(person: Any, database: Database) -> None:
    person.go_to("phq-9.9")
    person.say("several days")
    with database.session() as session:
        owner = conversation(session, "conversation", person.now)
        append_events(session, owner, [{"event": "user", "timestamp": 0, "text": "hello"}])
    person.start()
    person.say("erase everything")
    assert count(database, Answer) > 0
    assert person.say("no").ended is None
    assert person.at == "gad-7.1"
    person.say("erase everything")
    assert person.say("Yes, erase everything").ended == "erased"
    for table in (Referral, Answer, Consent, Event):
        assert count(database, table) == 0
    with database.reading() as session:
        owner = session.execute(select(Conversation)).scalar_one()
        assert (owner.retention, owner.state, owner.event_count) == ("declined", None, 0)
        flag = session.execute(select(Flag)).scalar_one()
        assert (flag.words, flag.text) == (None, None)
        assert session.execute(select(Erasure.by)).scalar_one() == "person"


def test_erasing_after_sending(person: Any, prescreen: Prescreen, database: Database) -> None:
    person.go_to("check.send")
    person.say("send")
    reference = person.kept().reference
    assert prescreen.erase("conversation", person.now).ended is None
    assert "own records" in person.question().text
    assert person.say("yes").ended == "erased"
    with database.reading() as session:
        assert session.execute(select(Erasure.reference)).scalar_one() == reference


def test_erasing_a_chat_without_a_form(
    prescreen: Prescreen, database: Database, now: datetime
) -> None:
    with database.session() as session:
        owner = conversation(session, "chat", now)
        append_events(session, owner, [{"event": "user", "timestamp": 0, "text": "hello"}])
    prescreen.erase("chat", now)
    assert not prescreen.in_progress("chat")
    assert prescreen.answer(Turn("chat", "no", now, "1")).ended == "kept"
    assert count(database, Event) == 1
    prescreen.erase("chat", now)
    assert prescreen.answer(Turn("chat", "yes", now, "2")).ended == "erased"
    assert [count(database, table) for table in (Event, Referral)] == [0, 0]


def test_erasing_reaches_the_conversation_it_was_paused_in(
    person: Any, prescreen: Prescreen, database: Database
) -> None:
    with database.session() as session:
        owner = conversation(session, "conversation", person.now)
        append_events(session, owner, [{"event": "user", "timestamp": 0, "text": "hello"}])
    code = person.say("pause").replies[0].custom["code"]
    prescreen.resume("elsewhere", code, person.now)
    prescreen.erase("elsewhere", person.now)
    prescreen.answer(Turn("elsewhere", "yes", person.now, "x"))
    assert count(database, Event) == 0


def test_starting_again_asks_first_and_keeps_the_service(person: Any) -> None:
    person.go_to("about.phone")
    person.say("start again")
    assert person.question().custom == {"type": "confirm", "confirm": "start_again"}
    person.say("no")
    assert person.at == "about.phone"
    person.say("start again")
    person.say("yes")
    assert person.at == "safety.ready"
    assert person.answers() == {"place.service": "berkshire"}
