"""Rasa's Socket.IO protocol, spoken by the independent client `socket.io-client` from npm."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn
from socketio.exceptions import ConnectionRefusedError
from starlette.websockets import WebSocketDisconnect

from tests.conversations.assistant import free_port
from tests.missing import missing
from tests.npm import from_npm
from tests.web.chat.conftest import MENU, OTHER_SITE, eventually
from web.app import create_app
from web.chat import rasa_socket
from web.chat.metrics import Metrics
from web.chat.rasa_socket import RasaSocket
from web.chat.visitor import Origins
from web.health import check_crisis

CLIENT = "4.8.1"
SCRIPT = Path(__file__).with_name("rasa_client.cjs")

Speak = Callable[..., dict[str, Any]]


def _with_menu(text: str) -> dict[str, Any]:
    return {"text": text, "quick_replies": [{"content_type": "text", **MENU}]}


GREETING = [_with_menu("You said: hi"), {"text": "And?"}]  # of the stand-in for Rasa


@pytest.fixture(scope="session")
def client_library() -> Path:
    """The client, installed once."""
    if shutil.which("npm") is None:
        missing("Rasa's Socket.IO protocol", "nodejs and npm")
    return from_npm("socket.io-client", CLIENT)


@pytest.fixture
def website(make_site: Any) -> Iterator[str]:
    """The address of the web process, served as it is for real."""
    check_crisis()  # loads it first, as the real one does
    port = free_port()
    app = create_app({}, make_site())
    # As the real one it doesn't wait for clients that poll.
    config = uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = Thread(target=server.run)
    thread.start()
    eventually(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def speak(client_library: Path, website: str) -> Speak:
    """What the client hears when it says some things."""

    def run(*say: str, **plan: Any) -> dict[str, Any]:
        plan["say"] = [{"message": text, "session_id": plan.get("session")} for text in say]
        done = subprocess.run(
            ["node", str(SCRIPT), website, json.dumps(plan)],
            env={**os.environ, "SOCKET_IO_CLIENT": str(client_library)},
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
        heard: dict[str, Any] = json.loads(done.stdout)
        return heard

    return run


@pytest.mark.parametrize("transports", [["polling"], ["websocket"]])
def test_a_rasa_widget_can_talk(speak: Speak, rasa: Any, transports: list[str]) -> None:
    heard = speak("hello", transports=transports)
    assert heard["uttered"] == [*GREETING, _with_menu("You said: hello"), {"text": "And?"}]
    assert rasa.texts == ["hello"]


def test_it_goes_on_with_its_own_session_only(speak: Speak, rasa: Any) -> None:
    first = speak("hello")
    again = speak("more", session=first["session"])
    assert rasa.heard[-1]["sender"] == rasa.heard[0]["sender"]
    assert again["session"].split(".")[0] == first["session"].split(".")[0]
    assert again["uttered"][0]["text"] == "You said: more", "it greets once"
    for guess in (rasa.heard[0]["sender"], first["session"][:-3] + "AAA", "", 7, {"$ne": 1}):
        heard = speak("let me in", session=guess)
        assert heard["session"] != guess
        assert rasa.heard[-1]["sender"] != rasa.heard[0]["sender"]
    assert rasa.texts.count("let me in") == 5


def test_two_sockets_hear_only_their_own(speak: Speak, rasa: Any) -> None:
    session = speak()["session"]
    rasa.slow(0.5)
    with_private: dict[str, Any] = {}
    thread = Thread(target=lambda: with_private.update(speak("private", session=session)))
    thread.start()
    other = speak("hello")
    thread.join(60)
    assert "private" in str(with_private["uttered"])
    assert "private" not in str(other["uttered"])


def test_a_crisis_is_answered_without_rasa(speak: Speak, rasa: Any) -> None:
    session = speak()["session"]
    rasa.down()
    (reply,) = speak("I took 30 paracetamol", session=session)["uttered"]
    assert "999" in reply["text"]
    assert reply["custom"]["type"] == "crisis"
    sorry, urgent = speak("hello", session=session)["uttered"]
    assert "Please send it again" in sorry["text"]
    assert "116 123" in urgent["text"]


def test_what_is_no_message_is_refused_kindly(speak: Speak, rasa: Any) -> None:
    uttered = speak("", "x" * 5000)["uttered"][len(GREETING) :]
    assert "didn't come through" in uttered[0]["text"]
    assert "116 123" in uttered[1]["text"]
    assert "more than I can read" in uttered[2]["text"]
    assert rasa.texts == []


@pytest.mark.parametrize(
    ("origin", "refused"), [(OTHER_SITE, False), ("https://evil.example", True), (None, False)]
)
def test_only_pages_of_allowed_sites_connect(speak: Speak, origin: str, refused: bool) -> None:
    heard = speak(origin=origin, transports=["websocket"])
    assert bool(heard["refused"]) is refused
    assert bool(heard["session"]) is not refused


def test_what_fails_or_is_refused_on_a_socket_is_counted(
    make_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics = Metrics()
    sockets = RasaSocket(make_site().chat, Origins("https://foyer.example", ()), metrics)
    said: list[Any] = []

    async def emit(_event: str, data: Any, **_to: Any) -> None:
        said.append(data)

    async def stranger(_sid: str) -> dict[str, Any]:
        return {}

    monkeypatch.setattr(sockets, "emit", emit)
    monkeypatch.setattr(sockets, "get_session", stranger)
    asyncio.run(sockets.on_user_uttered("one", {"message": "hello"}))
    monkeypatch.setattr(sockets, "get_session", lambda _sid: 1 / 0)
    asyncio.run(sockets.on_user_uttered("one", {"message": "hello"}))
    counts = metrics.text(0, {}).decode()
    assert 'foyer_refused_total{code="gone"} 1.0' in counts
    assert 'foyer_refused_total{code="failed"} 1.0' in counts
    assert "116 123" in str(said[-1])


def test_one_address_cannot_begin_sockets_without_end(
    make_visitor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasa_socket, "_BEGUN_A_MINUTE", 3)
    client = make_visitor().client
    begin = {"EIO": "4", "transport": "polling"}
    begun = [client.get("/socket.io/", params=begin) for _ in range(3)]
    assert [each.status_code for each in begun] == [200] * 3
    late = client.get("/socket.io/", params=begin)
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) >= 1
    assert "116 123" in str(late.json()["urgent"])
    late_socket = client.websocket_connect("/socket.io/?EIO=4&transport=websocket")
    with pytest.raises(WebSocketDisconnect), late_socket:
        pass
    sid = json.loads(begun[0].text[1:])["sid"]
    going_on = client.post("/socket.io/", params={**begin, "sid": sid}, content="40")
    assert going_on.status_code == 200, "one that was begun goes on"


def test_one_address_cannot_take_every_socket(make_site: Any) -> None:
    sockets = RasaSocket(make_site().chat, Origins("https://foyer.example", ()), Metrics())

    def connect(sid: str, address: str) -> None:
        scope = {"type": "http", "headers": [], "client": (address, 1)}
        asyncio.run(sockets.on_connect(sid, {"asgi.scope": scope}))

    for number in range(50):
        connect(str(number), f"2001:db8::{number}")
    with pytest.raises(ConnectionRefusedError, match="busy"):
        connect("one more", "2001:db8::ff")
    connect("of someone else", "2001:db8:1::1")
    asyncio.run(sockets.on_disconnect("7"))
    connect("one more", "2001:db8::ff")
