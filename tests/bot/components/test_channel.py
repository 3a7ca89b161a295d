from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from sanic.response import HTTPResponse
from sqlalchemy import select

from bot.components.channel import FoyerInput
from bot.crisis.help_replies import failure
from bot.records.database import Database
from bot.records.models import Flag
from bot.records.spool import FlagSpool
from bot.settings import settings

Handle = Callable[[UserMessage], Awaitable[None]]


class Engine:
    """Stands where Rasa's agent does: `do` handles a message."""

    def __init__(self) -> None:
        self.heard: list[UserMessage] = []
        self.do: Handle = self.echo

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append(message)
        await self.do(message)

    async def echo(self, message: UserMessage) -> None:
        reply = {"text": f"{message.text}!", "buttons": [], "custom": {"n": len(self.heard)}}
        await message.output_channel.send_response(message.sender_id, reply)

    async def fail(self, message: UserMessage) -> None:
        raise RuntimeError(message.text)

    async def say_nothing(self, message: UserMessage) -> None:
        pass


@pytest.fixture
def engine() -> Engine:
    return Engine()


Channel = Callable[[dict[str, Any]], Awaitable[HTTPResponse]]


@pytest.fixture
def channel(engine: Engine) -> Channel:
    """What the channel does with the body of a request to its webhook."""
    routes = FoyerInput().blueprint(engine)._future_routes
    (receive,) = [route.handler for route in routes if route.uri == "/webhook"]
    return lambda body: receive(SimpleNamespace(json=body, args={}))


async def say(channel: Channel, text: Any, **metadata: Any) -> list[dict[str, Any]]:
    response = await channel({"sender": "c", "message": text, "metadata": metadata})
    return json.loads(response.body)


async def test_parts_of_a_message_come_together(channel, engine) -> None:
    (reply,) = await say(channel, "hello", message_id="m")
    assert reply == {"recipient_id": "c", "text": "hello!", "custom": {"n": 1}}
    assert engine.heard[0].message_id == "m"


@pytest.mark.parametrize("message_id", [7, "", "x" * 65, None])
async def test_an_id_that_is_none_is_replaced(channel, engine, message_id) -> None:
    await say(channel, "hello", message_id=message_id)
    assert len(engine.heard[0].message_id) == 32


async def test_the_same_message_twice_is_handled_once(channel, engine) -> None:
    first, second = await asyncio.gather(
        say(channel, "hello", message_id="m"), say(channel, "hello", message_id="m")
    )
    assert first == second == await say(channel, "hello", message_id="m")
    assert len(engine.heard) == 1
    await say(channel, "hello", message_id="n")
    assert len(engine.heard) == 2


async def test_a_turn_is_finished_though_the_caller_went(channel, engine) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(message: UserMessage) -> None:
        begun.set()
        await go.wait()
        await engine.echo(message)

    engine.do = slow
    impatient = asyncio.create_task(say(channel, "hello", message_id="m"))
    await begun.wait()
    impatient.cancel()
    go.set()
    (reply,) = await say(channel, "hello", message_id="m")
    assert reply["text"] == "hello!"
    assert len(engine.heard) == 1


@pytest.mark.parametrize("failing", ["fail", "say_nothing"])
async def test_a_failure_is_never_silence_and_can_be_tried_again(channel, engine, failing) -> None:
    engine.do = getattr(engine, failing)
    (reply,) = await say(channel, "my private words", message_id="m")
    assert (reply["text"], reply["custom"]["type"]) == (failure().text, "failure")
    engine.do = engine.echo
    (reply,) = await say(channel, "my private words", message_id="m")
    assert reply["text"] == "my private words!"


async def test_where_rasa_fails_a_crisis_is_answered_and_flagged(
    channel, engine, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    own = settings().copy(update={"var": tmp_path})
    monkeypatch.setattr("bot.components.channel.settings", lambda: own)
    engine.do = engine.fail
    (reply,) = await say(channel, "I took 30 paracetamol", message_id="m", service="berkshire")
    assert reply["custom"]["category"] == "overdose"
    assert FlagSpool(tmp_path).drain(database) == 1
    with database.reading() as session:
        flag = session.execute(select(Flag)).scalar_one()
    assert (flag.conversation_id, flag.message_id, flag.service_id) == ("c", "m", "berkshire")


async def test_text_that_is_none_is_answered(channel, engine) -> None:
    (reply,) = await say(channel, None)
    assert reply["text"] == "!"
