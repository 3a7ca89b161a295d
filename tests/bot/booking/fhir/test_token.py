from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any, NoReturn
from urllib.parse import parse_qs

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.jwk import RSAKey

from bot.booking.fhir import client as client_module
from bot.booking.fhir.client import FhirClient, Unreachable
from bot.booking.fhir.token import Tokens
from bot.knowledge.services import Service
from tests.bot.booking.conftest import race
from tests.fhir.fixtures import booking_at


class Authority:
    """An authorisation server: it gives tokens for assertions, and a resource for tokens."""

    def __init__(self) -> None:
        self.url = ""
        self.assertions: list[str] = []
        self.good = "token-1"
        self.answer: Any = None
        self.lasts = 300
        self.fails = 0  # so often, before it answers
        self.hangs: Event | None = None  # until that is set


@pytest.fixture
def authority() -> Iterator[Authority]:
    state = Authority()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            assert form["grant_type"] == ["client_credentials"]
            state.assertions += form["client_assertion"]
            given = {"access_token": f"token-{len(state.assertions)}", "expires_in": state.lasts}
            if state.hangs is not None:
                state.hangs.wait(60)
            if state.fails:
                state.fails -= 1
                return self._say(503, {})
            self._say(200, given if state.answer is None else state.answer)

        def do_GET(self) -> None:
            right = self.headers["authorization"] == f"Bearer {state.good}"
            self._say(200 if right else 401, {"resourceType": "Slot", "id": "x"})

        def _say(self, status: int, body: Any) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def client(
    authority: Authority,
    key: rsa.RSAPrivateKey,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[FhirClient]:
    monkeypatch.setattr(client_module, "LONGEST_WAIT_SECONDS", 0.02)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "berkshire.pem").write_bytes(pem)
    service: Service = booking_at(
        authority.url, token=f"{authority.url}/token", client_id="foyer", key_id="key-1"
    )
    made = FhirClient(service, tmp_path)
    yield made
    made.close()


def test_the_assertion_is_signed_as_nhs_england_asks(
    client: FhirClient, authority: Authority, key: rsa.RSAPrivateKey
) -> None:
    client.read("Slot", "x")
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    token = jwt.decode(authority.assertions[0], RSAKey.import_key(public), algorithms=["RS512"])
    assert (token.header["alg"], token.header["kid"]) == ("RS512", "key-1")
    assert token.claims["iss"] == token.claims["sub"] == "foyer"
    assert token.claims["aud"] == f"{authority.url}/token"
    assert token.claims["exp"] - token.claims["iat"] == 300
    assert len(token.claims["jti"]) == 36


def test_a_token_is_kept_while_it_lasts(client: FhirClient, authority: Authority) -> None:
    client.read("Slot", "x")
    client.read("Slot", "x")
    assert len(authority.assertions) == 1


def test_one_that_has_ended_is_renewed_with_another_assertion(
    client: FhirClient, authority: Authority
) -> None:
    authority.lasts = 10
    client.read("Slot", "x")
    authority.good = "token-2"
    client.read("Slot", "x")
    assert len(set(authority.assertions)) == 2


def test_one_that_is_refused_is_renewed_at_once(client: FhirClient, authority: Authority) -> None:
    authority.good = "token-2"
    assert client.read("Slot", "x").resource["id"] == "x"


@pytest.mark.parametrize(
    "answer", [[], {}, {"access_token": 3}, {"access_token": "x", "expires_in": []}]
)
def test_without_a_token_the_system_is_unreachable(
    client: FhirClient, authority: Authority, answer: Any
) -> None:
    authority.answer = answer
    with pytest.raises(Unreachable, match="token"):
        client.read("Slot", "x")


def test_an_authority_that_fails_is_asked_again(client: FhirClient, authority: Authority) -> None:
    authority.fails, authority.good = 2, "token-3"
    assert client.read("Slot", "x").resource["id"] == "x"
    assert len(set(authority.assertions)) == 3


@pytest.mark.parametrize("fault", ["hangs", "is down"])
def test_a_token_server_that_gives_none_keeps_nobody_waiting(
    client: FhirClient, authority: Authority, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(client_module, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(client_module, "PATIENCE_SECONDS", 0.2)
    people, again = 30, Event()
    if fault == "hangs":
        authority.hangs = again
    else:
        authority.fails = 10 * people

    def ask(_number: int) -> bool:
        began = monotonic()
        with pytest.raises(Unreachable):
            client.read("Slot", "x")
        return monotonic() - began < 5

    try:
        assert all(race(ask, people))
    finally:
        again.set()


def test_what_the_token_took_is_not_added_to_what_the_answer_may_take(
    client: FhirClient, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def note(*_: object, seconds: float, **__: object) -> NoReturn:
        asked.append(seconds)
        raise httpx.ReadTimeout("no answer")

    def slowly(*_: object) -> str:
        sleep(0.3)
        return "token-1"

    monkeypatch.setattr(client_module, "ATTEMPTS", 1)
    monkeypatch.setattr(client_module, "ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(client_module, "exchange", note)
    monkeypatch.setattr(Tokens, "get", slowly)
    with pytest.raises(Unreachable):
        client.read("Slot", "x")
    (seconds,) = asked
    assert seconds <= 0.7


def test_a_missing_key_is_told_of_without_a_path(
    client: FhirClient, authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "berkshire.pem").unlink()
    with pytest.raises(Unreachable) as error:
        client.read("Slot", "x")
    assert str(tmp_path) not in str(error.value)


def test_a_key_that_cannot_sign_any_more_makes_the_system_unreachable(
    client: FhirClient, key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (tmp_path / "berkshire.pem").write_bytes(public)
    with pytest.raises(Unreachable, match="token"):
        client.read("Slot", "x")
