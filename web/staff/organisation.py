"""Signing in through the organisation: OpenID Connect, authorization code flow with PKCE.

The organisation says who someone is; what they may do here stays here. What has to be remembered
until they come back is in a cookie that only we can read.
"""

from __future__ import annotations

import json
import logging
import secrets
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException
from starlette.responses import RedirectResponse, Response

from bot.records.encryption import DecryptionError, cipher
from bot.settings import Settings, settings
from bot.staff import accounts, sessions
from web.staff.visit import SESSION_COOKIE, Refused, Visit

COOKIE = "foyer_staff_away"
_TIMEOUT_SECONDS = 10
_MINUTES_AWAY = 10
_ALGORITHMS = ["RS256", "PS256", "ES256"]

logger = logging.getLogger(__name__)


class NotSignedIn(Exception):
    """The organisation's answer can't be relied on, or isn't about anybody here."""


def begin(visit: Visit) -> Response:
    """Sends the browser to the organisation's sign-in page."""
    current = _configured()
    kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    try:
        provider = _discover(current)
    except httpx.HTTPError as error:
        logger.error("The organisation's sign-in did not answer (%s).", type(error).__name__)
        return visit.render("organisation_failed.html", {}, 502)
    address, _ = _client(current).create_authorization_url(
        provider["authorization_endpoint"],
        state=kept["state"],
        nonce=kept["nonce"],
        code_verifier=kept["verifier"],
    )
    kept["until"] = str(int(visit.now.timestamp()) + _MINUTES_AWAY * 60)
    response = RedirectResponse(address, status_code=303)
    visit.set_cookie(response, COOKIE, cipher().encrypt(json.dumps(kept)))
    return response


def come_back(visit: Visit) -> Response:
    """Takes the organisation's answer, and signs the person in who it is about."""
    current = _configured()
    try:
        email = _email(current, visit)
    except (
        NotSignedIn,
        AuthlibBaseError,
        JoseError,
        httpx.HTTPError,
        RequestException,
        KeyError,
        ValueError,
    ) as error:  # what the answer holds is not logged
        logger.warning("A sign-in through the organisation failed (%s).", type(error).__name__)
        email = ""
    with visit.writing() as session:
        user = accounts.by_email(session, email) if email else None
        if user is not None and user.active:
            visit.user = user
            token = sessions.begin(session, user, visit.now, complete=True)
            visit.audit(session, "signed-in-organisation")
        else:
            visit.audit(session, "sign-in-failed", factor="organisation")
    if visit.user is None:
        response = visit.render("organisation_failed.html", {"user": None}, 401)
    else:
        response = visit.go("/")
        visit.set_cookie(response, SESSION_COOKIE, token)
    visit.delete_cookie(response, COOKIE)
    return response


def _email(current: Settings, visit: Visit) -> str:
    """Whom a sound answer is about."""
    query = visit.request.query_params
    try:
        kept = json.loads(cipher().decrypt(visit.request.cookies[COOKIE]))
    except DecryptionError:
        raise NotSignedIn from None
    if int(kept["until"]) < visit.now.timestamp():
        raise NotSignedIn
    if not secrets.compare_digest(query["state"], kept["state"]):
        raise NotSignedIn
    provider = _discover(current)
    tokens = _client(current).fetch_token(
        provider["token_endpoint"],
        code=query["code"],
        code_verifier=kept["verifier"],
        timeout=_TIMEOUT_SECONDS,
    )
    published: Any = _fetch(provider["jwks_uri"])
    keys = KeySet.import_key_set(published)
    read = jwt.decode(tokens["id_token"], keys, algorithms=_ALGORITHMS)
    claims = CodeIDToken(
        read.claims,
        read.header,
        {
            "iss": {"essential": True, "value": current.staff_oidc_issuer},
            "aud": {"essential": True, "value": current.staff_oidc_client},
        },
        {"nonce": kept["nonce"], "client_id": current.staff_oidc_client},
    )
    claims.validate(now=int(visit.now.timestamp()), leeway=60)
    if claims.get("email_verified") is False:
        raise NotSignedIn
    return str(claims["email"])


def _configured() -> Settings:
    current = settings()
    if not current.staff_oidc_issuer:
        raise Refused(404)
    return current


def _client(current: Settings) -> Any:
    return OAuth2Session(
        current.staff_oidc_client,
        current.staff_oidc_secret,
        scope="openid email",
        redirect_uri=current.staff_oidc_return,
        code_challenge_method="S256",
    )


def _discover(current: Settings) -> dict[str, Any]:
    issuer = current.staff_oidc_issuer.rstrip("/")
    provider = _fetch(f"{issuer}/.well-known/openid-configuration")
    if provider["issuer"] != current.staff_oidc_issuer:
        raise NotSignedIn
    return provider


def _fetch(address: str) -> dict[str, Any]:
    response = httpx.get(address, timeout=_TIMEOUT_SECONDS, trust_env=False)
    found: dict[str, Any] = response.raise_for_status().json()
    return found
