"""Nobody sends more than is read, whoever they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from web.app import create_app
from web.body import BYTES, BoundedBody

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def client() -> TestClient:
    return TestClient(create_app({}))


def pieces(total: int) -> Iterator[bytes]:
    """So many bytes of a form, without its length told beforehand."""
    yield b"note="
    for _ in range(total // 1_000):
        yield b"x" * 1_000


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/visit/made-up", "Please go back and make it shorter"),
        ("/staff/sign-in", "nothing was saved"),
        ("/staff/people/1/notes", "nothing was saved"),
    ],
)
def test_a_form_that_is_too_long_is_refused_kindly(
    client: TestClient, path: str, says: str
) -> None:
    for body in (b"note=" + b"x" * BYTES, pieces(2 * BYTES)):
        response = client.post(path, content=body, headers=FORM)
        assert response.status_code == 413
        assert says in response.text


async def test_no_more_is_read_than_that() -> None:
    asked = 0

    async def endless() -> dict[str, Any]:
        nonlocal asked
        asked += 1
        return {"type": "http.request", "body": b"x" * 1_000, "more_body": True}

    async def reads_all(_scope: Any, receive: Any, _send: Any) -> None:
        while (await receive())["more_body"]:
            pass

    with pytest.raises(HTTPException):
        await BoundedBody(reads_all)({"type": "http"}, endless, endless)
    assert asked == BYTES // 1_000 + 1


def test_what_is_long_but_not_too_long_is_read(client: TestClient) -> None:
    form = b"csrf=" + b"x" * (BYTES - 5)
    assert client.post("/staff/sign-in", content=form, headers=FORM).status_code == 403
