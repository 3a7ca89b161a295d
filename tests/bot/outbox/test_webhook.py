from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from time import monotonic

import httpx
import pytest

from bot.outbox.webhook import Webhook, signature
from bot.outbox.worker import Refused
from tests.receivers import Receiver, web_server

SECRET = "a secret of more than 24 letters"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with web_server() as server:
        yield server


def post(receiver: Receiver, now: datetime) -> None:
    Webhook(SECRET)({"url": f"{receiver.url}/hook", "body": {"event": "flag"}}, "flag:1", now)


def test_it_is_signed_over_its_key_time_and_body(receiver: Receiver, now: datetime) -> None:
    post(receiver, now)
    (got,) = receiver.got
    assert (got.path, got.json()) == ("/hook", {"event": "flag"})
    assert got.headers["webhook-id"] == "flag:1"
    assert got.headers["webhook-timestamp"] == str(int(now.timestamp()))
    wanted = signature(SECRET, "flag:1", got.headers["webhook-timestamp"], got.body)
    assert got.headers["webhook-signature"] == f"v1,{wanted}"


def test_the_signature_is_the_standards() -> None:
    # Worked out with `openssl dgst -sha256 -hmac key -binary | base64` over "id.1.{}".
    assert signature("key", "id", "1", b"{}") == "5PVmP2AfJGwnp9flV+flrzfukNWA9zyUdqvI+IQalVs="


@pytest.mark.parametrize("status", [400, 404, 410, 302])
def test_a_refusal_is_for_good(receiver: Receiver, now: datetime, status: int) -> None:
    receiver.status = status
    with pytest.raises(Refused, match=str(status)):
        post(receiver, now)


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_trouble_is_for_now(receiver: Receiver, now: datetime, status: int) -> None:
    receiver.status = status
    with pytest.raises(httpx.HTTPStatusError):
        post(receiver, now)


def test_an_answer_that_never_ends_is_one_all_the_same(receiver: Receiver, now: datetime) -> None:
    receiver.status, receiver.goes_on_seconds = 200, 20
    began = monotonic()
    post(receiver, now)
    assert monotonic() - began < 10
    receiver.status = 404
    with pytest.raises(Refused):
        post(receiver, now)
