"""The people of the benchmark, talking to a server that only answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from threading import Thread
from typing import Any

import pytest

from measuring.bench import people
from measuring.bench.people import ANSWERS, MESSAGES, Person, Silence


class Server(ThreadingHTTPServer):
    """Answers every message; asks the first question of the pre-screen when asked to refer."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.heard: list[tuple[str, str]] = []
        self.silent = False


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.heard.append((body["sender"], body["message"]))
        reply: dict[str, Any] = {"text": "well"}
        if "refer" in body["message"]:
            reply["custom"] = {"question": next(iter(ANSWERS))}
        content = json.dumps([] if self.server.silent else [reply]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def person(server: Server) -> Iterator[Person]:
    person = Person(server.server_port)
    yield person
    person.close()


def test_a_message_is_answered_and_timed(person: Person, server: Server) -> None:
    took, replies = person.say("hello")
    assert took > 0
    assert replies == [{"text": "well"}]
    assert server.heard == [(person.sender, "hello")]


def test_silence_is_no_figure(person: Person, server: Server) -> None:
    server.silent = True
    with pytest.raises(Silence, match="hello"):
        person.say("hello")


def test_a_conversation_has_ten_turns(person: Person, server: Server) -> None:
    list(islice(people.saying("small_talk", person), 25))
    senders = [sender for sender, _ in server.heard]
    assert [senders.count(sender) for sender in dict.fromkeys(senders)] == [10, 10, 5]
    said = [text for _, text in server.heard]
    assert len(set(said[: len(MESSAGES["small_talk"])])) == len(MESSAGES["small_talk"])


def test_the_pre_screen_is_begun_and_answered(person: Person, server: Server) -> None:
    list(islice(people.answering(person), 1))
    assert [text for _, text in server.heard][1] == next(iter(ANSWERS.values()))


def test_everything_is_talked_about(person: Person, server: Server) -> None:
    list(islice(people.everything(person), 12))
    said = {text for _, text in server.heard}
    for kind in MESSAGES:
        assert said & set(MESSAGES[kind])


def test_the_open_question_is_found() -> None:
    assert people.asked([{"text": "a"}, {"custom": {"question": "about.name"}}]) == "about.name"
    assert people.asked([{"text": "a", "custom": None}]) == ""
