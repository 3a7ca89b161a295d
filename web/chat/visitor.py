"""Who sends a request: from which website, with which ticket."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from bot.settings import Settings
from web.chat.refusals import Refused

COOKIE = "foyer_chat"
LEFT = "foyer_left"  # set by the page: we may not have heard that the chat was left


@dataclass(frozen=True)
class Origins:
    """Where pages with the chat may be: `own` is the address at which people reach us."""

    own: str
    others: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings) -> Origins:
        """Those of the settings."""
        public = urlsplit(settings.public_url.lower())
        return cls(f"{public.scheme}://{public.netloc}", settings.chat_origins)


@dataclass(frozen=True)
class Visitor:
    """The sender of one request.

    `left` is the ticket of a chat that was left on this device, "" when there is none any more, and
    None when the device tells of none. `embedded`: the chat stands on another website.
    """

    ticket: str | None
    left: str | None
    embedded: bool
    address: str
    secure: bool

    def give(self, response: Response, ticket: str) -> None:
        """Puts a ticket in the cookie of the own site; an embedded page gets it in the body."""
        if not self.embedded:
            # No max_age: a shared computer forgets it when the browser is closed.
            response.set_cookie(
                COOKIE, ticket, path="/", httponly=True, secure=self.secure, samesite="lax"
            )
            self._unmark(response)

    def forget(self, response: Response) -> None:
        """Takes the cookie away."""
        response.delete_cookie(COOKIE, path="/", httponly=True, secure=self.secure, samesite="lax")
        self._unmark(response)

    def _unmark(self, response: Response) -> None:
        if self.left is not None:
            response.delete_cookie(LEFT, path="/", secure=self.secure, samesite="lax")


def visitor(request: Request, origins: Origins) -> Visitor:
    """Who sends a request.

    Raises:
        Refused: "forbidden", for a page of another website that isn't allowed, or a request that
            any website could have made its visitors send.
    """
    from_elsewhere = embedded(request, origins)
    if request.method != "GET":
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refused("forbidden")
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    ticket = bearer.strip() if scheme.lower() == "bearer" else None
    left = None
    if ticket is None and not from_elsewhere:
        ticket = request.cookies.get(COOKIE)
        if LEFT in request.cookies:
            ticket, left = None, ticket or ""
    public = request.headers.get("origin", "").lower() == origins.own
    secure = request.url.scheme == "https" or (public and origins.own.startswith("https:"))
    return Visitor(ticket, left, from_elsewhere, address_of(request), secure)


def embedded(connection: HTTPConnection, origins: Origins) -> bool:
    """Whether the page is on another website.

    Raises:
        Refused: "forbidden", if it is one that isn't allowed.
    """
    origin = connection.headers.get("origin")
    if origin is None or origin.lower() in (_own_origin(connection), origins.own):
        return False
    if origin.lower() not in origins.others:
        raise Refused("forbidden")
    return True


def address_of(connection: HTTPConnection) -> str:
    """The visitor's address, as far as the proxy in front tells it."""
    return connection.client.host if connection.client else "unknown"


def _own_origin(connection: HTTPConnection) -> str:
    scheme = {"ws": "http", "wss": "https"}.get(connection.url.scheme, connection.url.scheme)
    return f"{scheme}://{connection.headers.get('host', '')}".lower()
