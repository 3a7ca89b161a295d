"""Signing in through an organisation, against an issuer that signs real tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.common.encoding import to_unicode, urlsafe_b64encode
from joserfc import jwt
from joserfc.jwk import RSAKey

from bot.settings import Settings
from web.staff import organisation

RETURN = "https://testserver/staff/organisation/return"
KEY = RSAKey.generate_key(2048, parameters={"kid": "k"})


@dataclass
class Issuer:
    """An organisation's sign-in. `instead` changes what its tokens say."""

    url: str
    now: float
    email: str = ""
    key: RSAKey = KEY
    asked: dict[str, list[str]] = field(default_factory=dict)
    instead: dict[str, Any] = field(default_factory=dict)

    def answer(self, path: str, form: dict[str, list[str]]) -> tuple[int, Any]:
        if path.endswith("openid-configuration"):
            ends = {"authorization": "authorize", "token": "token"}
            return 200, {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/keys",
                **{f"{name}_endpoint": f"{self.url}/{end}" for name, end in ends.items()},
            }
        if path == "/keys":
            return 200, {"keys": [KEY.as_dict(private=False)]}
        challenge = to_unicode(
            urlsafe_b64encode(sha256(form["code_verifier"][0].encode()).digest())
        )
        if form["code"] != ["the code"] or [challenge] != self.asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.url,
            "aud": "foyer",
            "sub": "1",
            "iat": int(self.now),
            "exp": int(self.now) + 300,
            "nonce": self.asked["nonce"][0],
            "email": self.email,
            **self.instead,
        }
        token = jwt.encode({"alg": "RS256", "kid": "k"}, claims, self.key)
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": token}


@pytest.fixture
def issuer(now, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    holder: list[Issuer] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._send(parse_qs(body))

        def _send(self, form: dict[str, list[str]]) -> None:
            status, content = holder[0].answer(self.path, form)
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    holder.append(Issuer(f"http://127.0.0.1:{server.server_port}", now.timestamp()))
    thread = Thread(target=server.serve_forever)
    thread.start()
    read = Settings.read(
        {
            "STAFF_OIDC_ISSUER": holder[0].url,
            "STAFF_OIDC_CLIENT": "foyer",
            "STAFF_OIDC_SECRET": "secret",
            "PUBLIC_URL": "https://testserver",
        }
    )
    for module in ("organisation", "signing_in"):
        monkeypatch.setattr(f"web.staff.{module}.settings", lambda: read)
    yield holder[0]
    server.shutdown()
    thread.join()
    server.server_close()


def go(browser, issuer: Issuer) -> str:
    """Goes to the organisation; gives the state it would come back with."""
    response = browser.client.get("/staff/organisation", follow_redirects=False)
    issuer.asked = parse_qs(urlsplit(response.headers["location"]).query)
    return issuer.asked["state"][0]


def come_back(browser, state: str, code: str = "the code"):
    return browser.get(f"/organisation/return?state={state}&code={code}")


@pytest.fixture
def browser(console, issuer: Issuer):
    browser = console.staff()
    issuer.email = browser.email.upper()
    return browser


def test_someone_with_an_account_gets_in(console, browser, issuer: Issuer) -> None:
    assert "Sign in through your organisation" in browser.get("/sign-in").text
    state = go(browser, issuer)
    assert issuer.asked["redirect_uri"] == [RETURN]
    assert issuer.asked["code_challenge_method"] == ["S256"]
    page = come_back(browser, state)
    assert page.url.path == "/staff/"
    assert console.audited()[0].action == "signed-in-organisation"


@pytest.mark.parametrize(
    "instead",
    [
        {"email": "nobody@example.nhs.uk"},
        {"email_verified": False},
        {"nonce": "another"},
        {"aud": "another"},
        {"iss": "https://another.example"},
        {"exp": 1},
        {"email": None},
    ],
)
def test_an_answer_that_isnt_sound_lets_nobody_in(
    console, browser, issuer: Issuer, instead: dict[str, Any]
) -> None:
    issuer.instead = instead
    page = come_back(browser, go(browser, issuer))
    assert page.status_code == 401
    assert "You are not signed in" in page.text
    assert browser.get("/").url.path == "/staff/sign-in"
    assert console.audited()[0].details == {"factor": "organisation"}


def test_a_token_signed_by_someone_else(browser, issuer: Issuer) -> None:
    issuer.key = RSAKey.generate_key(2048, parameters={"kid": "k"})
    assert come_back(browser, go(browser, issuer)).status_code == 401


def test_an_answer_to_another_question(browser, issuer: Issuer) -> None:
    go(browser, issuer)
    assert come_back(browser, "another").status_code == 401


def test_a_wrong_code_and_no_cookie(browser, issuer: Issuer) -> None:
    assert come_back(browser, go(browser, issuer), "another").status_code == 401
    state = go(browser, issuer)
    browser.client.cookies.clear()
    assert come_back(browser, state).status_code == 401


def test_coming_back_too_late(console, browser, issuer: Issuer) -> None:
    state = go(browser, issuer)
    console.clock.forward(minutes=11)
    assert come_back(browser, state).status_code == 401


def test_someone_whose_account_is_shut(console, browser, issuer: Issuer) -> None:
    with console.database.session() as session:
        session.merge(console.user(browser.email)).active = False
    assert come_back(browser, go(browser, issuer)).status_code == 401


def test_an_organisation_that_doesnt_answer(browser, issuer: Issuer, monkeypatch) -> None:
    gone = organisation.settings().copy(update={"staff_oidc_issuer": "http://127.0.0.1:9"})
    monkeypatch.setattr(organisation, "settings", lambda: gone)
    assert browser.get("/organisation").status_code == 502


def test_without_the_settings_there_is_no_such_page(console) -> None:
    browser = console.staff()
    assert browser.get("/organisation").status_code == 404
    assert browser.get("/organisation/return").status_code == 404
    assert "organisation" not in browser.get("/sign-in").text
