from __future__ import annotations

import pytest
from starlette.testclient import TestClient

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


@pytest.mark.parametrize("path", ["/", "/healthz", "/static/page.css", "/nowhere"])
def test_every_response_has_the_security_headers(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
