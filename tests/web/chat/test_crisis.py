"""A crisis is answered whatever else is down, refused or slow, and its flag is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.records.conversations import conversation
from bot.records.database import Database
from bot.records.models import Base, Conversation, Flag
from bot.records.spool import FlagSpool
from bot.records.transcript import transcript
from bot.settings import Settings
from tests.web.chat.conftest import eventually
from web.chat import crisis as crisis_module
from web.chat import gate
from web.chat.tickets import Tickets

OVERDOSE = "I took 30 paracetamol"


def flags(database) -> list[Flag]:
    with database.reading() as session:
        return session.execute(select(Flag)).scalars().all()


def crisis(response: Any) -> dict[str, Any]:
    """The crisis reply in a response."""
    assert response.status_code == 200, response.text
    (message,) = response.json()["messages"]
    assert message["custom"]["type"] == "crisis"
    return message


def test_while_all_is_well_rasa_answers_and_the_flag_is_kept_once(visitor, rasa, database) -> None:
    visitor.start("berkshire")
    reply = crisis(visitor.say("I want to kill myself", "message-1"))
    assert "0800 129 9999" in reply["text"]
    assert rasa.texts == ["I want to kill myself"]
    eventually(lambda: flags(database))
    (flag,) = flags(database)
    assert (flag.message_id, flag.service_id, flag.tier) == ("message-1", "berkshire", "alert")


@pytest.mark.parametrize("trouble", ["down", "slow", "failing"])
def test_without_rasa_the_reply_comes_within_two_seconds(
    visitor, rasa, database, trouble, tmp_path
) -> None:
    visitor.start("berkshire")
    if trouble == "failing":
        rasa.failing = True
    else:
        getattr(rasa, trouble)()
    started = time.monotonic()
    reply = crisis(visitor.say(OVERDOSE, "message-1"))
    assert time.monotonic() - started < 2
    assert "999" in reply["text"]
    assert reply["custom"]["category"] == "overdose"
    eventually(lambda: flags(database))
    assert flags(database)[0].text == OVERDOSE
    assert crisis(visitor.say(OVERDOSE, "message-1")) == reply, "the same again"
    assert len(flags(database)) == 1


def hang(database: Database, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Lets the database hang, until the event is set."""
    answers = threading.Event()

    @contextmanager
    def wait() -> Iterator[None]:
        answers.wait(20)
        raise OperationalError("", {}, Exception())
        yield

    monkeypatch.setattr(database, "reading", wait)
    monkeypatch.setattr(database, "session", wait)
    return answers


@pytest.mark.parametrize("trouble", ["down", "slow"])
def test_while_the_database_hangs_the_reply_comes_within_two_seconds(
    make_visitor, rasa, database, tmp_path, monkeypatch: pytest.MonkeyPatch, trouble
) -> None:
    visitor = make_visitor()
    visitor.start()
    ticket = visitor.client.cookies["foyer_chat"]
    restarted = make_visitor()  # it knows nothing of the chat
    answers = hang(database, monkeypatch)
    getattr(rasa, trouble)()
    try:
        started = time.monotonic()
        crisis(restarted.say(OVERDOSE, "message-1", Authorization=f"Bearer {ticket}"))
        assert time.monotonic() - started < 2
        assert FlagSpool(tmp_path).waiting() == 1
    finally:
        answers.set()


def test_while_all_hangs_the_reply_comes_within_two_seconds(
    make_visitor, rasa, database, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = make_visitor()
    visitor.start()
    ticket = visitor.client.cookies["foyer_chat"]
    restarted = make_visitor()  # it knows nothing of the chat
    answers = hang(database, monkeypatch)
    hold = FlagSpool.hold

    def hold_late(*arguments: Any, **named: Any) -> None:
        answers.wait(20)
        hold(*arguments, **named)

    monkeypatch.setattr(crisis_module, "screen", lambda text: answers.wait(20))
    monkeypatch.setattr(FlagSpool, "hold", hold_late)
    rasa.slow()
    try:
        started = time.monotonic()
        crisis(restarted.say(OVERDOSE, "message-1", Authorization=f"Bearer {ticket}"))
        assert time.monotonic() - started < 2
    finally:
        answers.set()
    eventually(lambda: FlagSpool(tmp_path).waiting() == 1)


def test_danger_in_a_chat_that_was_left_is_answered_once_more(visitor, database) -> None:
    visitor.start()
    ticket = visitor.client.cookies["foyer_chat"]
    visitor.client.post("/chat/leave", json={})
    response = visitor.say(OVERDOSE, Authorization=f"Bearer {ticket}")
    assert response.status_code == 401
    assert response.json()["urgent"]["custom"]["category"] == "overdose"
    assert flags(database) == []


def test_while_the_screen_hangs_the_phrases_alone_screen_and_each_flag_is_kept(
    make_visitor, rasa, database, monkeypatch
) -> None:
    answered = threading.Event()
    monkeypatch.setattr(crisis_module, "_SECONDS", 0.05)
    monkeypatch.setattr(crisis_module, "screen", lambda text: answered.wait(20))
    visitor = make_visitor()
    visitor.start()
    rasa.down()
    for number in range(5):  # more than there are threads to screen in
        crisis(visitor.say(OVERDOSE, f"message-{number}"))
    eventually(lambda: len(flags(database)) == 5)
    answered.set()


def test_danger_at_the_end_of_the_longest_message_is_answered(visitor, rasa) -> None:
    visitor.start()
    rasa.down()
    story = "My week was much like any other, and I kept busy with the garden. " * 59
    crisis(visitor.say(f"{story} {OVERDOSE}", "message-1"))


def test_a_first_visit_while_rasa_is_down(visitor, rasa, database) -> None:
    rasa.down()
    (sorry,) = visitor.start().json()["messages"]
    assert "999" in sorry["text"]
    assert sorry["custom"]["type"] == "failure"
    crisis(visitor.say(OVERDOSE))
    eventually(lambda: flags(database))
    rasa.back()
    assert visitor.say("hello").status_code == 200


def test_a_first_visit_while_rasa_hangs(make_visitor, rasa) -> None:
    default = Settings.read({}).chat_greeting_seconds
    visitor = make_visitor(CHAT_GREETING_SECONDS=str(default))
    rasa.slow(6.0)
    started = time.monotonic()
    (sorry,) = visitor.start().json()["messages"]
    assert time.monotonic() - started < 3
    assert sorry["custom"]["type"] == "failure"
    started = time.monotonic()
    crisis(visitor.say(OVERDOSE))
    assert time.monotonic() - started < 2
    visitor.start()
    rasa.back()
    eventually(lambda: len(visitor.history().json()["messages"]) >= 4)
    texts = [message["text"] for message in visitor.history().json()["messages"]]
    assert texts.count("You said: hi") == 1
    assert [body["message"] for body in rasa.heard].count("hi") == 1


@pytest.mark.alters_tables
def test_without_the_database_the_flag_waits_on_disk(
    visitor, rasa, database, make_visitor, tmp_path
) -> None:
    visitor.start()
    rasa.down()
    Base.metadata.drop_all(database.engine)
    crisis(visitor.say(OVERDOSE, "message-1"))
    eventually(lambda: FlagSpool(tmp_path).waiting() == 1)
    visitor.stop()
    Base.metadata.create_all(database.engine)
    make_visitor()  # another web process
    eventually(lambda: flags(database))
    assert flags(database)[0].message_id == "message-1"
    eventually(lambda: FlagSpool(tmp_path).waiting() == 0)


def test_the_whole_crisis_conversation_is_held_without_rasa(visitor, rasa, database) -> None:
    visitor.start()
    rasa.down()
    first = crisis(visitor.say("I want to kill myself", "message-1"))
    second = crisis(visitor.say("I want to kill myself", "message-2"))
    assert second["text"] != first["text"], "shorter, and a step further"
    safe = crisis(visitor.say("I'm safe for now", "message-3", tapped=True))
    assert "glad" in safe["text"]
    crisis(visitor.say("I didn't mean that", "message-4", tapped=True))
    told = [m["id"] for m in visitor.history().json()["messages"]]

    def stored() -> bool:
        nonlocal told
        # A busy machine may be asked too fast, or too slow to tell.
        told = [m["id"] for m in visitor.history().json().get("messages", [])]
        return "message-4.1" in told

    eventually(stored)
    assert told[2:] == [f"message-{n}{part}" for n in (1, 2, 3, 4) for part in ("", ".1")]
    eventually(lambda: any(flag.disputed_at for flag in flags(database)))
    with database.reading() as session:
        (said,) = session.execute(select(Conversation.id)).scalars()
        how = [line.tapped for line in transcript(session, said) if line.speaker == "person"]
    assert how == [False, False, True, True]


def test_once_rasa_is_back_it_has_its_time_again(make_visitor, rasa) -> None:
    visitor = make_visitor(CHAT_CRISIS_SECONDS="0.3")
    visitor.start()
    rasa.down()
    crisis(visitor.say("I want to kill myself"))
    rasa.slow(1.0)  # it has only just started
    assert visitor.say("What is DIT?").status_code == 200


def test_a_turn_that_rasa_finishes_late_is_there_once(visitor, rasa, database) -> None:
    visitor.start()
    rasa.slow(2.0)
    crisis(visitor.say(OVERDOSE, "message-1"))
    rasa.back()
    visitor.say("hello", "message-2")
    eventually(lambda: len(visitor.history().json()["messages"]) >= 7)
    told = [m["id"] for m in visitor.history().json()["messages"]]
    assert told[2:] == ["message-1", "message-1.1", "message-2", "message-2.1", "message-2.2"]
    assert rasa.texts == [OVERDOSE, "hello"]


def test_ahead_of_its_turn_only_a_crisis_is_answered(visitor, rasa) -> None:
    visitor.start()
    assert visitor.say("What is DIT?", "message-1", ahead=True).json()["messages"] == []
    assert rasa.texts == []
    rasa.down()
    crisis(visitor.say("I want to kill myself", "message-2", ahead=True))
    crisis(visitor.say("I'm safe for now", "message-3", tapped=True, ahead=True))
    rasa.back()
    assert visitor.say("What is DIT?", "message-1").json()["messages"]


def test_the_form_that_rasa_had_open_is_put_aside(visitor, rasa, database, now) -> None:
    visitor.start()
    conversation_id = rasa.heard[0]["sender"]
    with database.session() as session:
        owner = conversation(session, conversation_id, now)
        owner.state = {"slots": {"age": 30}, "active_loop": "prescreen_form"}
    rasa.down()
    crisis(visitor.say("I want to kill myself"))
    reply = crisis(visitor.say("I'm safe for now"))
    assert "Carry on where I was" in [button["title"] for button in reply["buttons"]]


@pytest.mark.parametrize(
    "refused",
    [
        {"text": OVERDOSE + " " + "x" * 5000},
        {"text": OVERDOSE, "tapped": True},
    ],
)
def test_what_would_be_refused_is_answered_if_it_is_a_crisis(visitor, database, refused) -> None:
    visitor.start()
    response = visitor.say(**refused)
    assert response.status_code == 200
    assert response.json()["messages"][0]["custom"]["category"] == "overdose"
    eventually(lambda: flags(database))


def test_who_writes_too_fast_may_be_in_danger(make_visitor, database) -> None:
    visitor = make_visitor(CHAT_MESSAGES_A_MINUTE="1")
    visitor.start()
    visitor.say("hello")
    assert visitor.say("hello").status_code == 429
    crisis(visitor.say(OVERDOSE))
    eventually(lambda: flags(database))


def test_in_a_flood_danger_is_still_heard_by_its_phrases(
    make_visitor, database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "_SCREENED_OVER_LIMIT", 1)
    visitor = make_visitor(CHAT_MESSAGES_A_MINUTE="1")
    visitor.start()
    told = [visitor.say("hello").status_code for _ in range(3)]
    assert told == [200, 429, 429]
    crisis(visitor.say(OVERDOSE, "message-1"))
    eventually(lambda: [flag.message_id for flag in flags(database)] == ["message-1"])
    monkeypatch.setattr(crisis_module, "by_phrases", lambda text: pytest.fail("it was read"))
    monkeypatch.setattr(gate, "_READ_OF_AN_ADDRESS", 100_000)
    flood = visitor.say(OVERDOSE + " " + "x" * 30_000)
    assert (flood.status_code, flood.json()["urgent"]["custom"]["type"]) == (429, "help-lines")


def test_in_a_flood_of_strangers_danger_is_still_heard(
    make_visitor, database, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = make_visitor(CHAT_MESSAGES_A_MINUTE="1")
    visitor.start()
    ticket = visitor.client.cookies["foyer_chat"]
    visitor.client.cookies.clear()
    assert [visitor.say("hello").status_code for _ in range(3)] == [401, 429, 429]
    response = visitor.say(OVERDOSE)
    assert response.status_code == 401
    assert response.json()["urgent"]["custom"]["category"] == "overdose"
    monkeypatch.setattr(Tickets, "now", lambda _self: time.time() + 2 * 24 * 3600)
    expired = visitor.say(OVERDOSE, "message-1", Authorization=f"Bearer {ticket}")
    assert expired.json()["urgent"]["custom"]["category"] == "overdose"
    eventually(lambda: [flag.message_id for flag in flags(database)] == ["message-1"])


def test_a_crisis_of_a_stranger_is_answered_too(visitor, database, tmp_path) -> None:
    response = visitor.say(OVERDOSE)
    assert response.status_code == 401
    assert response.json()["urgent"]["custom"]["category"] == "overdose"
    assert FlagSpool(tmp_path).waiting() == 0, "there is nobody to link a flag to"
    assert flags(database) == []


def test_a_crisis_in_a_chat_that_has_expired_is_flagged(
    visitor, database, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.start()
    ticket = visitor.client.cookies["foyer_chat"]
    monkeypatch.setattr(Tickets, "now", lambda _self: time.time() + 2 * 24 * 3600)
    response = visitor.say(OVERDOSE, "message-1", Authorization=f"Bearer {ticket}")
    assert response.status_code == 401
    assert response.json()["urgent"]["custom"]["category"] == "overdose"
    eventually(lambda: flags(database))
    assert flags(database)[0].message_id == "message-1"


def test_a_crisis_reply_stands_though_rasa_says_something_else(
    visitor, rasa, monkeypatch: pytest.MonkeyPatch, database
) -> None:
    visitor.start()
    monkeypatch.setattr(rasa, "_replies", lambda body: [{"text": "What's your name?"}])
    crisis(visitor.say("I want to kill myself", "message-1"))
    eventually(lambda: flags(database))
    with database.reading() as session:
        assert len(transcript(session, rasa.heard[0]["sender"])) == 4, (
            "the greeting, and this turn once"
        )
