"""Talks FHIR R4 to one service's booking system: safely again where it may, and not for ever.

Whatever goes wrong comes out as one of three errors; their texts hold nothing personal. Every
request may be sent again: reading changes nothing, an update names the version it changes
(`If-Match`), and a creation what it must not find (`If-None-Exist`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, NoReturn
from uuid import uuid4

import httpx
from joserfc.errors import JoseError
from tenacity import (
    RetryError,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

from bot.booking.fhir.breaker import Breaker
from bot.booking.fhir.exchange import exchange
from bot.booking.fhir.keys import signer, tls
from bot.booking.fhir.token import Tokens
from bot.knowledge.services import Service

ANSWER_SECONDS = 4.0  # with a second attempt still less than a chat waits for its answer
MESSAGE_SECONDS = 30.0  # nobody waits for the outbox
ATTEMPTS = 3
PATIENCE_SECONDS = 1.5  # after so long there is no further attempt
LONGEST_WAIT_SECONDS = 0.5
_FHIR = "application/fhir+json"
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})

Resource = dict[str, Any]
Parameters = list[tuple[str, str | int | float | bool | None]]


class Unreachable(Exception):
    """The system doesn't answer, or not with what FHIR says. Trying later may help."""


class Conflict(Exception):
    """Someone was faster: what was to be changed is not as it was."""


class Rejected(Exception):
    """The system will never take this request."""


class _Passing(Exception):
    """A fault that may pass."""


@dataclass(frozen=True)
class Found:
    """A resource with the version it was read in."""

    resource: Resource
    etag: str


class FhirClient:
    """The booking system of one service."""

    def __init__(self, service: Service, keys: Path, breaker: Breaker | None = None) -> None:
        """Args:
        keys: the folder of keys (setting FHIR_KEYS).

        Raises:
            KeyFault: one of them can't be used.
        """
        system = service.handover.fhir
        if system is None:
            raise ValueError(f"{service.id} has no FHIR system")
        self._system = system
        self._base = str(system.base).rstrip("/")
        self._breaker = breaker or Breaker()
        self._tokens = signer(service, keys)
        self._client = httpx.Client(
            headers={"Accept-Encoding": "identity"},
            trust_env=False,
            verify=tls(service, keys, mutual=system.mutual_tls),
        )

    def close(self) -> None:
        """Ends its connections."""
        self._client.close()

    def read(self, kind: str, resource_id: str) -> Found:
        """One resource."""
        return self._ask(kind, "GET", f"{kind}/{resource_id}")

    def search(self, kind: str, parameters: Parameters) -> Resource:
        """A page of what is found: a searchset Bundle."""
        return self._ask("Bundle", "GET", f"{kind}?{httpx.QueryParams(parameters)}").resource

    def page(self, url: str) -> Resource:
        """The page of a search that a link names, which must be of the same system."""
        try:
            base, page = httpx.URL(self._base), httpx.URL(f"{self._base}/").join(url)
        except httpx.InvalidURL:
            raise Unreachable("the address of a page is not one") from None
        if (page.scheme, page.host, page.port) != (base.scheme, base.host, base.port):
            raise Unreachable("a page is elsewhere")
        return self._ask("Bundle", "GET", str(page)).resource

    def update(self, resource: Resource, etag: str) -> Found:
        """Writes a resource if it is still in that version. Raises Conflict if it isn't."""
        kind = resource["resourceType"]
        path = f"{kind}/{resource['id']}"
        return self._ask(kind, "PUT", path, resource, {"If-Match": etag})

    def create(self, resource: Resource, unless: str) -> Found:
        """Makes a resource, or gives the one that the search `unless` finds."""
        kind = resource["resourceType"]
        return self._ask(kind, "POST", kind, resource, {"If-None-Exist": unless})

    def message(
        self, bundle: Resource, request_id: str, correlation_id: str, *, repeated: bool
    ) -> None:
        """Delivers a message Bundle; a repetition has the same ids.

        Args:
            repeated: it may have arrived before. Then 409 says that it has.
        """
        target = {"system": "https://fhir.nhs.uk/Id/dos-service-id", "value": self._system.target}
        headers = {
            "X-Request-Id": request_id,
            "X-Correlation-Id": correlation_id,
            "NHSD-Target-Identifier": base64.b64encode(json.dumps(target).encode()).decode(),
        }
        with self._watched():
            answer, tries = self._try(
                "POST", self._system.message, bundle, headers, seconds=MESSAGE_SECONDS
            )
            known = answer.status_code == 409 and (repeated or tries > 1)
            if not (answer.is_success or known):
                _refuse(answer)

    def _ask(
        self,
        kind: str,
        method: str,
        path: str,
        body: Resource | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Found:
        """Sends a request whose answer is a resource of that kind."""
        with self._watched():
            return _found(self._send(method, path, body, headers), kind)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Lets the breaker know what comes of a request; raises where it lets none through."""
        if not self._breaker.lets_through():
            raise Unreachable("not asked: it hasn't answered for a while")
        try:
            yield
        except (Conflict, Rejected):
            self._breaker.worked()
            raise
        except BaseException:
            self._breaker.failed()
            raise
        self._breaker.worked()

    def _send(
        self,
        method: str,
        path: str,
        body: Resource | None,
        headers: Mapping[str, str] | None,
    ) -> httpx.Response:
        """The answer to a request, which did what was asked."""
        answer, _ = self._try(method, path, body, headers, seconds=ANSWER_SECONDS)
        if not answer.is_success:
            _refuse(answer)
        return answer

    def _try(
        self,
        method: str,
        path: str,
        body: Resource | None,
        headers: Mapping[str, str] | None,
        *,
        seconds: float,
    ) -> tuple[httpx.Response, int]:
        """The answer to a request, good or bad, and how many tries it took.

        Args:
            seconds: how long each may take, the access token included.
        """
        retrying = Retrying(
            stop=stop_after_attempt(ATTEMPTS) | stop_after_delay(PATIENCE_SECONDS),
            wait=wait_random_exponential(multiplier=0.1, max=LONGEST_WAIT_SECONDS),
            retry=retry_if_exception_type(_Passing),
        )
        ids = {"X-Request-Id": str(uuid4()), "X-Correlation-Id": str(uuid4())}
        all_headers = {"Accept": _FHIR, **ids, **(headers or {})}
        try:
            answer = retrying(self._once, method, path, body, all_headers, seconds)
        except RetryError as error:
            raise Unreachable(str(error.last_attempt.exception())) from None
        return answer, retrying.statistics["attempt_number"]

    def _once(
        self, method: str, path: str, body: Resource | None, headers: dict[str, str], within: float
    ) -> httpx.Response:
        until = monotonic() + within
        url = path if path.startswith("http") else f"{self._base}/{path}"
        if self._tokens is not None:
            headers = {**headers, "Authorization": f"Bearer {self._token(self._tokens, within)}"}
        content = None
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
            headers = {**headers, "Content-Type": _FHIR}
        left = until - monotonic()
        if left <= 0:
            raise _Passing("the access token took all the time")
        try:
            answer = exchange(
                self._client, method, url, seconds=left, content=content, headers=headers
            )
        except httpx.TransportError as error:
            raise _Passing(type(error).__name__) from None
        except (httpx.HTTPError, ValueError) as error:
            raise Unreachable(f"the answer can't be read ({type(error).__name__})") from None
        if answer.status_code == 401 and self._tokens is not None:
            self._tokens.forget()
            raise _Passing("the token was refused")
        if answer.status_code in _PASSING:
            raise _Passing(f"status {answer.status_code}")
        return answer

    def _token(self, tokens: Tokens, within: float) -> str:
        try:
            return tokens.get(self._client, within)
        except httpx.TransportError as error:
            raise _Passing(f"no access token ({type(error).__name__})") from None
        except httpx.HTTPStatusError as error:
            text = f"no access token (status {error.response.status_code})"
            passes = error.response.status_code in _PASSING
            raise (_Passing(text) if passes else Unreachable(text)) from None
        except (httpx.HTTPError, JoseError, ValueError, TypeError, OSError) as error:
            raise Unreachable(f"no access token ({type(error).__name__})") from None


def _found(answer: httpx.Response, kind: str) -> Found:
    """The resource of an answer, if it is one of that kind."""
    try:
        resource = answer.json()
    except ValueError:
        raise Unreachable("the answer is not FHIR") from None
    if not isinstance(resource, dict) or resource.get("resourceType") != kind:
        raise Unreachable(f"the answer is not a {kind}")
    meta = resource.get("meta")
    version = meta.get("versionId") if isinstance(meta, dict) else None
    return Found(resource, answer.headers.get("etag") or f'W/"{version}"')


def _refuse(answer: httpx.Response) -> NoReturn:
    if answer.status_code in {409, 412}:
        raise Conflict(f"status {answer.status_code}")
    raise Rejected(f"status {answer.status_code}")
