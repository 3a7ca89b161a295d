from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from bot.settings import Settings
from scripts.plainly import Failure
from scripts.wait_ready import parts_down, public_address, wait


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Health(BaseHTTPRequestHandler):
    """Answers /healthz with what the server holds."""

    def do_GET(self) -> None:
        code, body = self.server.answer  # type: ignore[attr-defined]
        self.send_response(code)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def web() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Health)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def address(web: HTTPServer) -> str:
    return f"http://127.0.0.1:{web.server_port}"


UP = {"state": "up", "detail": "answers"}


def test_nothing_is_down_when_all_is_ready(web: HTTPServer) -> None:
    web.answer = (200, {"status": "ready", "parts": {"rasa": UP}})  # type: ignore[attr-defined]
    assert parts_down(address(web)) == {}


def test_what_is_down_is_named(web: HTTPServer) -> None:
    parts = {"web": UP, "rasa": {"state": "down", "detail": "not running"}}
    web.answer = (503, {"status": "degraded", "parts": parts})  # type: ignore[attr-defined]
    assert parts_down(address(web)) == {"rasa": "not running"}


def test_a_failing_web_process_is_down(web: HTTPServer) -> None:
    web.answer = (500, "oh no")  # type: ignore[attr-defined]
    assert parts_down(address(web)) == {"web": "answers wrongly"}


def test_no_web_process_is_down() -> None:
    assert parts_down("http://127.0.0.1:9") == {"web": "not running"}


def test_waiting_says_what_it_waits_for(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    wait(lambda: {"rasa": "not running"} if clock.now < 12 else {}, clock, clock.sleep)
    assert capsys.readouterr().out == "  … 10 seconds; waiting for rasa (not running)\n"


def test_waiting_ends_with_what_is_down() -> None:
    clock = Clock()
    with pytest.raises(Failure, match=r"^Not ready after 300 seconds: rasa \(not running\)"):
        wait(lambda: {"rasa": "not running"}, clock, clock.sleep)


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("foyer.example", "http://foyer.example:8000"),
    ],
)
def test_the_address_is_one_that_can_be_opened(host: str, shown: str) -> None:
    assert public_address(Settings.read({"WEB_HOST": host})) == shown
