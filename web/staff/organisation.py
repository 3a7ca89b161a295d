"""Signing in through the organisation: OpenID Connect, authorization code flow with PKCE.

The organisation says who someone is; what they may do here stays here. What has to be remembered
until they come back is in a cookie that only we can read.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping
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
_AWAY = (httpx.HTTPError, RequestException)
_UNSOUND = (AuthlibBaseError, JoseError, KeyError, TypeError, ValueError)

logger = logging.getLogger(__name__)


class NotSignedIn(Exception):
    """Nobody is signed in. The argument says why, as organisation_failed.html knows it."""


def begin(visit: Visit) -> Response:
    """Sends the browser to the organisation's sign-in page."""
    current = _configured()
    kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    asked = {"acr_values": " ".join(current.staff_oidc_acr)} if current.staff_oidc_acr else {}
    try:
        address, _ = _client(current).create_authorization_url(
            _discover(current)["authorization_endpoint"],
            state=kept["state"],
            nonce=kept["nonce"],
            code_verifier=kept["verifier"],
            **asked,
        )
    except (NotSignedIn, *_AWAY, *_UNSOUND) as error:
        logger.error("The organisation's sign-in can't be used (%s).", type(error).__name__)
        return _failed(visit, "away")
    kept["until"] = str(int(visit.now.timestamp()) + _MINUTES_AWAY * 60)
    response = RedirectResponse(address, status_code=303)
    visit.set_cookie(response, COOKIE, cipher().encrypt(json.dumps(kept)))
    return response


def come_back(visit: Visit) -> Response:
    """Takes the organisation's answer, and signs the person in who it is about."""
    current = _configured()
    email, why = "", "unknown"
    try:
        email = _email(current, visit)
    except NotSignedIn as error:
        why = str(error)
    except _AWAY as error:
        why = "away"
        logger.error("The organisation's sign-in did not answer (%s).", type(error).__name__)
    except _UNSOUND as error:  # what the answer holds is not logged
        why = "unsound"
        logger.warning("A sign-in through the organisation failed (%s).", type(error).__name__)
    with visit.writing() as session:
        user = accounts.by_email(session, email) if email else None
        if user is not None and user.active:
            visit.user = user
            token = sessions.begin(session, user, visit.now, complete=True)
            visit.audit(session, "signed-in-organisation")
        else:
            visit.audit(session, "sign-in-failed", factor="organisation")
    if visit.user is None:
        response = _failed(visit, why)
    else:
        response = visit.go("/")
        visit.set_cookie(response, SESSION_COOKIE, token)
    visit.delete_cookie(response, COOKIE)
    return response


def _failed(visit: Visit, why: str) -> Response:
    context = {"user": None, "why": why, "minutes": _MINUTES_AWAY}
    return visit.render("organisation_failed.html", context, 502 if why == "away" else 401)


def _email(current: Settings, visit: Visit) -> str:
    """Whom a sound answer is about.

    Raises:
        NotSignedIn: it isn't sound, or the organisation signed nobody in.
    """
    query = visit.request.query_params
    try:
        kept = json.loads(cipher().decrypt(visit.request.cookies[COOKIE]))
    except DecryptionError:
        raise NotSignedIn("unsound") from None
    if int(kept["until"]) < visit.now.timestamp():
        raise NotSignedIn("late")
    if not secrets.compare_digest(query["state"].encode(), kept["state"].encode()):
        raise NotSignedIn("unsound")
    if "error" in query:
        raise NotSignedIn("refused")
    provider = _discover(current)
    tokens = _client(current).fetch_token(
        provider["token_endpoint"],
        code=query["code"],
        code_verifier=kept["verifier"],
        timeout=_TIMEOUT_SECONDS,
    )
    claims = _claims(current, provider, tokens["id_token"], kept["nonce"], visit)
    _check_strength(current, claims)
    about = _about(current, provider, claims, tokens["access_token"])
    # Some send the word for the truth value. CIS2 sends none.
    if str(about.get("email_verified", current.staff_oidc_trusts_email)).lower() != "true":
        raise NotSignedIn("unverified")
    return str(about["email"] or "")


def _about(
    current: Settings, provider: Mapping[str, Any], claims: Mapping[str, Any], token: str
) -> Mapping[str, Any]:
    """The claims about someone's email address: CIS2 has them only where one asks for them."""
    known = "email_verified" in claims or current.staff_oidc_trusts_email
    if claims.get("email") and (known or "userinfo_endpoint" not in provider):
        return claims
    about = _fetch(provider["userinfo_endpoint"], token)
    if about["sub"] != claims["sub"]:
        raise NotSignedIn("unsound")
    return about


def _claims(
    current: Settings, provider: Mapping[str, Any], token: str, nonce: str, visit: Visit
) -> CodeIDToken:
    published: Any = _fetch(provider["jwks_uri"])
    read = jwt.decode(token, KeySet.import_key_set(published), algorithms=_ALGORITHMS)
    claims = CodeIDToken(
        read.claims,
        read.header,
        {
            "iss": {"essential": True, "value": current.staff_oidc_issuer},
            "aud": {"essential": True, "value": current.staff_oidc_client},
        },
        {"nonce": nonce, "client_id": current.staff_oidc_client},
    )
    claims.validate(now=int(visit.now.timestamp()), leeway=60)
    return claims


def _check_strength(current: Settings, claims: Mapping[str, Any]) -> None:
    """Holds how someone was signed in against what the settings ask for."""
    wanted, ways = current.staff_oidc_acr, current.staff_oidc_amr
    if wanted and claims.get("acr") not in wanted:
        raise NotSignedIn("weak")
    if ways and not set(ways) & set(claims.get("amr") or ()):
        raise NotSignedIn("weak")


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
        raise NotSignedIn("unsound")
    return provider


def _fetch(address: str, token: str = "") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    response = httpx.get(address, headers=headers, timeout=_TIMEOUT_SECONDS, trust_env=False)
    found: dict[str, Any] = response.raise_for_status().json()
    return found
