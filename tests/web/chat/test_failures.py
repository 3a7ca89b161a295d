"""When the rest is away: an apology, urgent help, and a retry that neither loses nor doubles."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.crisis.help_replies import failure
from bot.records.models import Base
from bot.reply import reply_json


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    """What a refusal tells; it always shows urgent help."""
    assert response.status_code == status, response.text
    told = response.json()
    assert told["error"]["code"] == code
    assert told["error"]["text"]
    assert told["urgent"]["from"] == "assistant"
    numbers = str(told["urgent"]["custom"]["help_lines"])
    for number in ("999", "111", "116 123"):
        assert number in numbers
    return told


@pytest.mark.parametrize("trouble", ["down", "failing"])
def test_a_failed_message_is_handled_once_when_it_is_sent_again(visitor, rasa, trouble) -> None:
    visitor.start()
    if trouble == "down":
        rasa.down()
    else:
        rasa.failing = True
    response = visitor.say("hello", "message-1")
    refused(response, 503, "unavailable")
    assert int(response.headers["retry-after"]) > 0
    rasa.back()
    assert visitor.say("hello", "message-1").json()["messages"][0]["text"] == "You said: hello"
    told = [m["text"] for m in visitor.history().json()["messages"]]
    assert told[2:] == ["hello", "You said: hello", "And?"]


def test_a_slow_turn_is_given_up_and_found_again(make_visitor, rasa) -> None:
    visitor = make_visitor(CHAT_ANSWER_SECONDS="0.2")
    rasa.stores = False
    visitor.start()
    rasa.slow(1.0)
    refused(visitor.say("hello", "message-1"), 503, "unavailable")
    while visitor.say("hello", "message-1").status_code != 200:
        pass
    assert rasa.texts == ["hello"]


def test_the_same_message_twice_at_once_is_handled_once(visitor, rasa) -> None:
    visitor.start()
    rasa.slow(0.3)
    both = together(visitor, ("hello", "message-1"), ("hello", "message-1"))
    assert both[0].json() == both[1].json()
    assert rasa.texts == ["hello"]


def test_one_turn_at_a_time_in_a_conversation(visitor, rasa) -> None:
    visitor.start()
    at_once = most = 0

    async def count() -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.1)
        at_once -= 1

    rasa.before = count
    answers = together(visitor, *((f"hello {n}", f"message-{n}") for n in range(3)))
    assert [each.status_code for each in answers] == [200] * 3
    assert most == 1


@pytest.mark.alters_tables
def test_while_the_database_is_down_the_chat_goes_on(visitor, rasa, database) -> None:
    visitor.start()
    rasa.stores = False
    Base.metadata.drop_all(database.engine)
    assert visitor.say("hello").status_code == 200
    refused(visitor.history(), 503, "unavailable")
    assert visitor.start().json()["messages"][0]["custom"]["type"] == "failure"


def test_a_message_left_without_an_answer_has_an_apology_after_it(visitor, rasa) -> None:
    visitor.start()
    rasa._replies = lambda body: []  # as when the action server is down
    refused(visitor.say("hello", "message-1"), 503, "unavailable")
    person, sorry = visitor.history().json()["messages"][2:]
    assert (person["text"], sorry["custom"]["type"]) == ("hello", "failure")


@pytest.mark.parametrize("replies", [[], [reply_json(failure())]])
def test_the_apology_and_the_answer_are_two_messages(visitor, rasa, monkeypatch, replies) -> None:
    visitor.start()
    with monkeypatch.context() as trouble:
        trouble.setattr(rasa, "_replies", lambda body: replies)
        refused(visitor.say("hello", "message-1"), 503, "unavailable")
    _, sorry = visitor.history().json()["messages"][2:]
    assert sorry["custom"]["type"] == "failure"
    visitor.say("hello", "message-1")
    told = [message["id"] for message in visitor.history().json()["messages"][2:]]
    assert told == ["message-1", "message-1.1", "message-1.2"]
    assert sorry["id"] not in told, "or a page that has it would not show the answer"
    assert sorry["id"].startswith("message-1."), "it goes with the message"


def test_an_error_of_our_own_gives_nothing_away(visitor, caplog, monkeypatch) -> None:
    visitor.start()

    def fail(_value: object) -> None:
        raise RuntimeError("marigold")

    monkeypatch.setattr("web.chat.routes.read_said", fail)
    refused(visitor.say("marigold"), 503, "unavailable")
    assert "/chat/messages failed (RuntimeError)" in caplog.text
    assert "marigold" not in caplog.text


def together(visitor: Any, *messages: tuple[str, str]) -> list[Any]:
    """Sends messages at the same time."""
    with ThreadPoolExecutor(len(messages)) as pool:
        return list(pool.map(lambda message: visitor.say(*message), messages))
