"""The web application over a stand-in for Rasa: it stores its turns as Rasa does."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.testclient import TestClient

from bot.crisis.conversation import respond
from bot.crisis.help_replies import failure
from bot.records.conversations import append_events, conversation
from bot.records.database import Database
from bot.reply import reply_json
from bot.settings import Settings
from web.app import create_app
from web.chat.site import ChatSite, chat_site

MENU = {"title": "Refer myself", "payload": "I'd like to refer myself"}
OTHER_SITE = "https://www.practice.example"


class RasaStandIn:
    """Answers as Rasa's channel does, and can be down, slow or failing."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.heard: list[dict[str, Any]] = []
        self.before: Callable[[], Awaitable[None]] | None = None
        self.failing = False
        self.stores = True

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.heard.append(body)
        if self.before:
            await self.before()
        replies = [reply_json(failure())] if self.failing else self._replies(body)
        if self.stores:
            await asyncio.to_thread(self._store, body, replies)
        return httpx.Response(200, json=replies)

    @property
    def texts(self) -> list[str]:
        """What it heard, without the greetings."""
        return [body["message"] for body in self.heard if body["message"] != "hi"]

    def down(self) -> None:
        """From now on nothing listens."""

        async def refuse() -> None:
            raise httpx.ConnectError("refused")

        self.before = refuse

    def slow(self, seconds: float = 30.0) -> None:
        """From now on every turn takes so long."""

        async def wait() -> None:
            await asyncio.sleep(seconds)

        self.before = wait

    def back(self) -> None:
        """It is well again."""
        self.before, self.failing = None, False

    def _replies(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        turn = respond(body["message"], None, service_id=body["metadata"]["service"])
        if turn:
            return [reply_json(turn.reply)]
        return [{"text": f"You said: {body['message']}", "buttons": [MENU]}, {"text": "And?"}]

    def _store(self, body: dict[str, Any], replies: list[dict[str, Any]]) -> None:
        now = datetime.now(timezone.utc)
        said = {
            "event": "user",
            "text": body["message"],
            "message_id": body["metadata"]["message_id"],
        }
        events = [said] + [
            {
                "event": "bot",
                "text": reply["text"],
                "data": {"buttons": reply.get("buttons"), "custom": reply.get("custom")},
            }
            for reply in replies
        ]
        with self.database.session() as session:
            owner = conversation(session, body["sender"], now)
            timed = [{**event, "timestamp": now.timestamp()} for event in events]
            append_events(session, owner, timed)


def eventually(check: Callable[[], object], seconds: float = 20.0) -> None:
    """Waits until `check` gives something true, as what happens in the background does."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


@pytest.fixture
def rasa(database: Database) -> RasaStandIn:
    return RasaStandIn(database)


@pytest.fixture
def make_site(database: Database, rasa: RasaStandIn, tmp_path: Path) -> Callable[..., ChatSite]:
    """Makes the chat, with some settings of its own."""

    def make(**environ: str) -> ChatSite:
        own = {"FOYER_VAR": str(tmp_path), "CHAT_ORIGINS": OTHER_SITE}
        own["CHAT_GREETING_SECONDS"] = "6"  # tests share their machine
        return chat_site(Settings.read(own | environ), database, httpx.MockTransport(rasa))

    return make


@pytest.fixture
def make_visitor(make_site: Callable[..., ChatSite]) -> Iterator[Callable[..., Visitor]]:
    """Makes a visitor of a website with some settings of its own."""
    visitors = []

    def make(**environ: str) -> Visitor:
        visitors.append(Visitor(TestClient(create_app({}, make_site(**environ)))))
        return visitors[-1]

    yield make
    for each in visitors:
        each.stop()


@pytest.fixture
def visitor(make_visitor: Callable[..., Visitor]) -> Visitor:
    return make_visitor()


class Visitor:
    """A browser on the own site, with the web process behind it."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self._running = ExitStack()
        self._running.enter_context(client)

    def stop(self) -> None:
        """Stops the web process."""
        self._running.close()

    def start(self, service: str | None = None, **headers: str) -> httpx.Response:
        return self.client.post("/chat/start", json={"service": service}, headers=headers)

    def say(
        self,
        text: str,
        message_id: str | None = None,
        *,
        tapped: bool = False,
        ahead: bool = False,
        **headers: str,
    ) -> httpx.Response:
        body = {"id": message_id or str(uuid4()), "text": text, "tapped": tapped, "ahead": ahead}
        return self.client.post("/chat/messages", json=body, headers=headers)

    def history(self, **headers: str) -> httpx.Response:
        return self.client.get("/chat/messages", headers=headers)
