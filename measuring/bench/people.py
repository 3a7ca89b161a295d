"""The people of the benchmark: each says one thing after another, and hears the replies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import count, cycle
from time import perf_counter
from typing import Any
from uuid import uuid4

from bot.datafile import load_yaml
from bot.settings import ROOT

MESSAGES: dict[str, list[str]] = load_yaml(ROOT / "measuring" / "bench" / "messages.yml")
ANSWERS: dict[str, str] = load_yaml(ROOT / "tests" / "conversations" / "person.yml")
TIMEOUT_SECONDS = 60
TURNS_OF_A_CONVERSATION = 10

Replies = list[dict[str, Any]]


class Silence(Exception):
    """A message got no answer, so nothing was measured."""


class Person:
    """Someone in a conversation with one assistant, over Rasa's REST channel."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        self.leave()

    def leave(self) -> None:
        """What is said next begins another conversation."""
        self.sender = uuid4().hex
        self.turns = 0

    def say(self, text: str) -> tuple[float, Replies]:
        """Says it; gives the milliseconds that the answer took, and the answer.

        Raises:
            Silence: there was none.
        """
        body = json.dumps({"sender": self.sender, "message": text})
        began = perf_counter()
        self._connection.request(
            "POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"}
        )
        answer = self._connection.getresponse()
        content = answer.read()
        took = 1000 * (perf_counter() - began)
        replies: Replies = json.loads(content) if answer.status == 200 else []
        if not replies:
            raise Silence(f"no answer to “{text}” (status {answer.status})")
        self.turns += 1
        return took, replies

    def close(self) -> None:
        """Hangs up."""
        self._connection.close()


def saying(kind: str, person: Person, start: int = 0) -> Iterator[float]:
    """Says messages of one kind without end; yields the milliseconds of each turn.

    A conversation has ten turns, then the next begins.
    """
    texts = cycle(MESSAGES[kind][start % len(MESSAGES[kind]) :] + MESSAGES[kind])
    for text in texts:
        if person.turns >= TURNS_OF_A_CONVERSATION:
            person.leave()
        yield person.say(text)[0]


def answering(person: Person) -> Iterator[float]:
    """Answers the pre-screen again and again; yields the milliseconds of each answer."""
    while True:
        person.leave()
        _, replies = person.say("I'd like to refer myself")
        while (question := asked(replies)) in ANSWERS:
            took, replies = person.say(ANSWERS[question])
            yield took


def everything(person: Person, start: int = 0) -> Iterator[float]:
    """A bit of all: small talk, questions, a pre-screen, danger; without end."""
    for round_ in count(start):
        person.leave()
        for kind in ("small_talk", "question", "question", "question"):
            yield person.say(MESSAGES[kind][round_ % len(MESSAGES[kind])])[0]
        took, replies = person.say("I'd like to refer myself")
        yield took
        for _ in range(TURNS_OF_A_CONVERSATION):
            question = asked(replies)
            if question not in ANSWERS:
                break
            took, replies = person.say(ANSWERS[question])
            yield took
        yield person.say(MESSAGES["danger"][round_ % len(MESSAGES["danger"])])[0]


def asked(replies: Replies) -> str:
    """The id of the pre-screen's question in the replies, or nothing."""
    found = ((reply.get("custom") or {}).get("question") for reply in replies)
    return next((question for question in found if question), "")
