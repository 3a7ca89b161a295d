from __future__ import annotations

import logging
from threading import Thread

import pytest
import uvicorn
import websockets
from starlette.testclient import TestClient

from tests.conversations.assistant import free_port
from tests.web.chat.conftest import eventually
from web.app import app, create_app
from web.security import HEADERS


async def up() -> None:
    pass


async def down() -> None:
    raise ConnectionError("http://user:secret@rasa.internal")


@pytest.fixture
def client() -> TestClient:
    return TestClient(create_app({"rasa": up, "database": up}))


def test_healthz_is_200_when_ready(client: TestClient) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json()["status"] == "ready"
    assert response.headers["cache-control"] == "no-store"


def test_healthz_is_503_when_a_part_is_down() -> None:
    response = TestClient(create_app({"rasa": up, "database": down})).get("/healthz")
    assert response.status_code == 503
    assert response.json()["parts"]["database"]["state"] == "down"
    assert "secret" not in response.text


def test_the_app_of_this_process_can_be_made() -> None:
    assert TestClient(app()).get("/").status_code == 200


async def test_no_level_writes_the_addresses_of_visitors(caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    config = uvicorn.Config(app, factory=True, port=port, log_config=None, log_level="debug")
    server = uvicorn.Server(config)
    logging.getLogger("uvicorn.error").addHandler(caplog.handler)
    thread = Thread(target=server.run)
    thread.start()
    try:
        eventually(lambda: server.started, 120)
        address = f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"
        visitor = {"X-Forwarded-For": "203.0.113.7"}
        async with websockets.connect(address, extra_headers=visitor) as socket:
            assert "sid" in str(await socket.recv())
    finally:
        server.should_exit = True
        thread.join(20)
        logging.getLogger("uvicorn.error").removeHandler(caplog.handler)
    assert "203.0.113.7" not in caplog.text


@pytest.mark.parametrize("path", ["/", "/healthz", "/static/page.css", "/nowhere"])
def test_every_response_has_the_security_headers(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
