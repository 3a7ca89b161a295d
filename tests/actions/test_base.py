from __future__ import annotations

import asyncio
import logging
from threading import Event
from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.base import FoyerAction, Say, own_service_words, page_service
from bot.reply import Button, Reply
from tests.actions.conftest import tracker


class Speaks(FoyerAction):
    def name(self) -> str:
        return "action_speaks"

    def act(self, say: Say, tracker: Tracker) -> None:
        say(Reply("hello", (Button("Yes", "yes please"),), {"type": "answer"}))


class Fails(FoyerAction):
    def name(self) -> str:
        return "action_fails"

    def act(self, say: Say, tracker: Tracker) -> None:
        say(Reply("half of it"))
        raise RuntimeError(tracker.latest_message["text"])


async def test_a_reply_is_said_whole(run: Any) -> None:
    (said,), slots = await run(Speaks(), "hi")
    assert said["text"] == "hello"
    assert said["buttons"] == [{"title": "Yes", "payload": "yes please"}]
    assert said["custom"] == {"type": "answer"}
    assert slots == {}


async def test_a_failure_is_told_with_urgent_help_and_logs_no_words(
    run: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        (said,), slots = await run(Fails(), "my private words")
    for number in ("999", "111", "116 123"):
        assert number in said["text"]
    assert slots == {}
    assert "action_fails failed (RuntimeError)" in caplog.text
    assert "my private words" not in caplog.text


async def test_those_who_wait_hold_up_nobody_else(run: Any) -> None:
    goes_on = Event()

    class Waits(Speaks):
        waits = True

        def act(self, say: Say, tracker: Tracker) -> None:
            assert goes_on.wait(60)

    many = [asyncio.create_task(run(Waits(), "hi")) for _ in range(100)]
    try:
        await asyncio.sleep(0)  # all of them have begun
        (said,), _ = await asyncio.wait_for(run(Speaks(), "hi"), 30)
    finally:
        goes_on.set()
    assert said["text"] == "hello"
    assert not any(done for done, _ in await asyncio.gather(*many))


@pytest.mark.parametrize(
    ("named", "known"), [("berkshire", "berkshire"), ("nowhere", None), (None, None)]
)
def test_a_page_can_only_name_a_service_there_is(named: str | None, known: str | None) -> None:
    assert page_service(tracker("hi", metadata={"service": named})) == known


def test_the_words_by_which_a_service_is_known_to_be_theirs() -> None:
    def said(text: str, *services: str, **read: Any) -> dict[str, Any]:
        return {"event": "user", "text": text, "parse_data": {"services": list(services), **read}}

    own = {"entities": [{"entity": "own_service"}]}
    here = tracker("refer me", slots={"service": "lewisham", "service_stated": True})
    here.events = [
        said("im with lewisham", "lewisham", **own),
        {"event": "bot", "text": "Thank you."},
        said("how long is it at lewisham", "lewisham", intent={"name": "faq"}),
        said("and at xyla", "xyla", intent={"name": "inform_service"}),
        {"event": "user", "text": "refer me"},
    ]
    assert own_service_words(here) == "im with lewisham"
    assert own_service_words(tracker("refer me")) is None
