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
    """An organisation's sign-in.

    `instead` changes what its tokens say (None leaves it out), `userinfo` is said when asked
    for more, `broken` the path that it answers with no JSON.
    """

    url: str
    now: float
    email: str = ""
    key: RSAKey = KEY
    asked: dict[str, list[str]] = field(default_factory=dict)
    instead: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    broken: str = ""

    def answer(self, path: str, form: dict[str, list[str]]) -> tuple[int, Any]:
        if path.endswith("openid-configuration"):
            ends = {"authorization": "authorize", "token": "token"}
            ends |= {"userinfo": "userinfo"} if self.userinfo else {}
            return 200, {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/keys",
                **{f"{name}_endpoint": f"{self.url}/{end}" for name, end in ends.items()},
            }
        if path == "/keys":
            return 200, {"keys": [KEY.as_dict(private=False)]}
        if path == "/userinfo":
            return (200, self.userinfo) if form["token"] == ["Bearer a"] else (401, {})
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
            "email_verified": True,
            **self.instead,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode({"alg": "RS256", "kid": "k"}, claims, self.key)
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": token}


@pytest.fixture
def issuer(now, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    holder: list[Issuer] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send({"token": [self.headers.get("authorization", "")]})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._send(parse_qs(body))

        def _send(self, form: dict[str, list[str]]) -> None:
            status, content = holder[0].answer(self.path, form)
            body = "<h1>Sorry</h1>" if self.path == holder[0].broken else json.dumps(content)
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(body.encode())

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


def wants(monkeypatch, **settings: Any) -> None:
    """Changes what the settings ask of the organisation."""
    changed = organisation.settings().copy(update=settings)
    monkeypatch.setattr(organisation, "settings", lambda: changed)


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
    ("instead", "said"),
    [
        ({"email": "nobody@example.nhs.uk"}, "there is no account here"),
        ({"email_verified": False}, "did not say that your email address is verified"),
        ({"email_verified": "false"}, "did not say that your email address is verified"),
        ({"email_verified": None}, "did not say that your email address is verified"),
        ({"nonce": "another"}, "can't be relied on"),
        ({"aud": "another"}, "can't be relied on"),
        ({"iss": "https://another.example"}, "can't be relied on"),
        ({"exp": 1}, "can't be relied on"),
        ({"email": None}, "can't be relied on"),
    ],
)
def test_an_answer_that_isnt_sound_lets_nobody_in(
    console, browser, issuer: Issuer, instead: dict[str, Any], said: str
) -> None:
    issuer.instead = instead
    page = come_back(browser, go(browser, issuer))
    assert page.status_code == 401
    assert "You are not signed in" in page.text
    assert said in page.text
    assert browser.get("/").url.path == "/staff/sign-in"
    assert console.audited()[0].details == {"factor": "organisation"}


def test_the_address_may_be_where_one_has_to_ask_for_it_as_with_cis2(
    console, browser, issuer: Issuer, monkeypatch
) -> None:
    issuer.instead = {"email": None, "email_verified": None}
    issuer.userinfo = {"sub": "1", "email": issuer.email}
    page = come_back(browser, go(browser, issuer))
    assert "did not say that your email address is verified" in page.text
    wants(monkeypatch, staff_oidc_trusts_email=True)
    assert come_back(browser, go(browser, issuer)).url.path == "/staff/"
    assert "signed-in-organisation" in [entry.action for entry in console.audited()]


def test_a_trusted_organisation_can_still_say_that_an_address_isnt_verified(
    browser, issuer: Issuer, monkeypatch
) -> None:
    wants(monkeypatch, staff_oidc_trusts_email=True)
    issuer.instead = {"email": None, "email_verified": None}
    issuer.userinfo = {"sub": "1", "email": issuer.email, "email_verified": False}
    assert come_back(browser, go(browser, issuer)).status_code == 401


def test_what_is_said_about_someone_else_lets_nobody_in(browser, issuer: Issuer) -> None:
    issuer.instead = {"email": None}
    issuer.userinfo = {"sub": "2", "email": issuer.email, "email_verified": True}
    page = come_back(browser, go(browser, issuer))
    assert (page.status_code, "be relied on" in page.text) == (401, True)


@pytest.mark.parametrize(
    ("instead", "enough"),
    [
        ({}, False),
        ({"acr": "AAL2_OR_AAL3_ANY"}, False),
        ({"amr": ["pwd", "otp"]}, False),
        ({"acr": "AAL1_USERPASS", "amr": ["otp"]}, False),
        ({"acr": "AAL3_ANY", "amr": ["pwd"]}, False),
        ({"acr": "AAL3_ANY", "amr": ["pwd", "otp"]}, True),
        ({"acr": "AAL2_OR_AAL3_ANY", "amr": ["hwk"]}, True),
    ],
)
def test_the_second_factor_is_held_against_the_settings(
    browser, issuer: Issuer, monkeypatch, instead: dict[str, Any], enough: bool
) -> None:
    wants(
        monkeypatch, staff_oidc_acr=("AAL2_OR_AAL3_ANY", "AAL3_ANY"), staff_oidc_amr=("otp", "hwk")
    )
    issuer.instead = instead
    page = come_back(browser, go(browser, issuer))
    assert issuer.asked["acr_values"] == ["AAL2_OR_AAL3_ANY AAL3_ANY"]
    assert (page.url.path == "/staff/") is enough
    assert ("not with the second factor" in page.text) is not enough


def test_someone_who_stopped_on_the_way_is_told_so(browser, issuer: Issuer) -> None:
    state = go(browser, issuer)
    page = browser.get(f"/organisation/return?state={state}&error=access_denied")
    assert (page.status_code, "stopped on the way" in page.text) == (401, True)


def test_an_organisation_that_talks_nonsense_is_no_fault_of_ours(browser, issuer: Issuer) -> None:
    issuer.broken = "/.well-known/openid-configuration"
    page = browser.get("/organisation")
    assert (page.status_code, "can't be reached just now" in page.text) == (502, True)


@pytest.mark.parametrize("path", ["/keys", "/token"])
def test_one_that_talks_nonsense_later_lets_nobody_in(browser, issuer: Issuer, path: str) -> None:
    state = go(browser, issuer)
    issuer.broken = path
    page = come_back(browser, state)
    assert (page.status_code, "can't be relied on" in page.text) == (401, True)


def test_an_organisation_that_is_another(browser, issuer: Issuer, monkeypatch) -> None:
    wants(monkeypatch, staff_oidc_issuer=f"{issuer.url}/")
    assert browser.get("/organisation").status_code == 502


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
    page = come_back(browser, state)
    assert (page.status_code, "more than 10 minutes" in page.text) == (401, True)


def test_someone_whose_account_is_shut(console, browser, issuer: Issuer) -> None:
    with console.database.session() as session:
        session.merge(console.user(browser.email)).active = False
    assert come_back(browser, go(browser, issuer)).status_code == 401


def test_an_organisation_that_doesnt_answer(browser, issuer: Issuer, monkeypatch) -> None:
    state = go(browser, issuer)
    wants(monkeypatch, staff_oidc_issuer="http://127.0.0.1:9")
    assert browser.get("/organisation").status_code == 502
    assert come_back(browser, state).status_code == 502


def test_without_the_settings_there_is_no_such_page(console) -> None:
    browser = console.staff()
    assert browser.get("/organisation").status_code == 404
    assert browser.get("/organisation/return").status_code == 404
    assert "organisation" not in browser.get("/sign-in").text
