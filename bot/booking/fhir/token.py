"""Access tokens by OAuth2 client credentials, with an assertion signed by the service's own key.

The assertion is a JWT as NHS England's APIs ask for it: RS512, `kid`, `jti`, five minutes.
"""

from __future__ import annotations

import time
from pathlib import Path
from threading import Lock
from uuid import uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from bot.booking.fhir.exchange import exchange
from bot.knowledge.services import Fhir

_ASSERTION_SECONDS = 300
_EARLY_SECONDS = 30  # a token is renewed so long before it ends
_LEAST_SECONDS = 0.01
_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Tokens:
    """The access token of one service, asked for when needed and kept while it lasts."""

    def __init__(self, system: Fhir, key: Path) -> None:
        """Args:
        key: the private key, as PEM.
        """
        self._system = system
        self._key = key
        self._lock = Lock()
        self._token = ""
        self._ends = 0.0

    def get(self, client: httpx.Client, seconds: float) -> str:
        """A token that is good for now.

        Args:
            seconds: how long it may take, also where others are asking for one already.

        Raises:
            httpx.HTTPError: there is none.
            ValueError, TypeError: what came isn't one.
            OSError, JoseError: the key can't be read, or can't sign.
        """
        until = time.monotonic() + seconds
        if not self._lock.acquire(timeout=seconds):
            raise httpx.PoolTimeout("others wait for the token server")
        try:
            now = time.monotonic()
            if now >= self._ends:
                self._renew(client, max(until - now, _LEAST_SECONDS))
            return self._token
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Asks for a new one next time: this one was refused."""
        self._ends = 0.0

    def assertion(self, now: float) -> str:
        """The signed JWT. Args: now: seconds since 1970."""
        header = {"alg": "RS512", "typ": "JWT", "kid": self._system.key_id}
        claims = {
            "iss": self._system.client_id,
            "sub": self._system.client_id,
            "aud": str(self._system.token),
            "jti": str(uuid4()),
            "iat": int(now),
            "exp": int(now) + _ASSERTION_SECONDS,
        }
        key = RSAKey.import_key(self._key.read_bytes())
        return jwt.encode(header, claims, key, algorithms=["RS512"])

    def _renew(self, client: httpx.Client, seconds: float) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _TYPE,
            "client_assertion": self.assertion(time.time()),
        }
        url = str(self._system.token)
        answer = exchange(client, "POST", url, seconds=seconds, data=form)
        answer.raise_for_status()
        content = answer.json()
        token = content.get("access_token") if isinstance(content, dict) else None
        if not isinstance(token, str) or not token:
            raise ValueError("the answer holds no access token")
        self._token = token
        lasts = float(content.get("expires_in") or _ASSERTION_SECONDS)
        self._ends = time.monotonic() + max(lasts - _EARLY_SECONDS, 0.0)
