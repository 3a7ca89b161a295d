"""The routes of the chat under /chat, as docs/decisions/0006-edge-protocol.md has them."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import Any

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from web.chat.chat import Chat
from web.chat.downloads import Downloads
from web.chat.metrics import Metrics
from web.chat.refusals import Refused, response, turned_away
from web.chat.tickets import Ticket, TicketError, Tickets
from web.chat.visitor import Origins, Visitor, address_of, visitor
from web.chat.wire import read_said

logger = logging.getLogger(__name__)

_BODY_SECONDS = 10.0
_RENEWED_AFTER_SECONDS = 3600.0
_CORS_SECONDS = 600

Endpoint = Callable[[Request], Awaitable[Response]]


class ChatRoutes:
    """The routes over one Chat."""

    def __init__(
        self,
        chat: Chat,
        downloads: Downloads,
        links: Tickets,
        origins: Origins,
        metrics: Metrics,
    ) -> None:
        """`links` signs the links to a summary; `origins` may have pages with the chat."""
        self._chat = chat
        self._downloads = downloads
        self._links = links
        self._origins = origins
        self._metrics = metrics

    def mount(self) -> BaseRoute:
        """All of them."""
        return Mount(
            "/chat",
            routes=[
                Route("/start", self._guarded(self.start), methods=["POST"]),
                Route("/messages", self._guarded(self.history), methods=["GET"]),
                Route("/messages", self._guarded(self.say), methods=["POST"]),
                Route("/leave", self._guarded(self.leave), methods=["POST"]),
                Route("/calendar/{appointment}.ics", self._guarded(self.calendar)),
                Route("/summary", self._guarded(self.summary)),
                Route("/summary/link", self._guarded(self.summary_link)),
                Route("/summary/{link}", self._guarded(self.linked_summary)),
            ],
            middleware=[
                Middleware(
                    CORSMiddleware,
                    allow_origins=self._origins.others,
                    allow_methods=["GET", "POST"],
                    allow_headers=["Authorization", "Content-Type"],
                    expose_headers=["Retry-After"],
                    max_age=_CORS_SECONDS,
                )
            ],
        )

    async def start(self, request: Request) -> Response:
        """Goes on with the visitor's conversation, or begins one."""
        sender = visitor(request, self._origins)
        body = await _json(request)
        if sender.left:
            await self._chat.leave(sender.left)
        service = body.get("service") if isinstance(body, dict) else None
        opened = await self._chat.open(
            sender.ticket, service if isinstance(service, str) else None, sender.address
        )
        token = {"token": opened.ticket} if sender.embedded else {}
        answer = JSONResponse(_conversation(opened.service_id, opened.messages) | token)
        sender.give(answer, opened.ticket)
        return answer

    async def history(self, request: Request) -> Response:
        """All that was said so far."""
        ticket = await self._admitted(request)
        messages = await self._chat.history(ticket)
        return JSONResponse(_conversation(ticket.service_id, messages))

    async def say(self, request: Request) -> Response:
        """Takes a message in and answers it."""
        sender = visitor(request, self._origins)
        said = read_said(await _json(request))
        try:
            ticket = self._chat.signed(sender.ticket)
        except Refused:
            if said is None:
                raise
            refused = await self._chat.refuse_stranger(sender.ticket, said, sender.address)
            raise refused from None
        if said is None:
            raise Refused("bad-request")
        try:
            messages = await self._chat.say(ticket, said, sender.address)
        except Refused as refused:
            self._metrics.refused(refused.code)
            return response(refused, ticket.service_id)
        answer: dict[str, Any] = {"messages": messages}
        return self._renewing(sender, ticket, answer)

    async def leave(self, request: Request) -> Response:
        """Ends the conversation on this device."""
        sender = visitor(request, self._origins)
        answer = Response(status_code=204)
        await self._chat.leave(sender.ticket or sender.left)
        sender.forget(answer)
        return answer

    async def calendar(self, request: Request) -> Response:
        """The calendar file of an appointment of this conversation."""
        ticket = await self._admitted(request)
        return await self._downloads.calendar(ticket, request.path_params["appointment"])

    async def summary(self, request: Request) -> Response:
        """What this conversation sent, as a page to print."""
        ticket = await self._admitted(request)
        return await self._downloads.summary(ticket, request)

    async def summary_link(self, request: Request) -> Response:
        """Where that page can be opened for a moment without cookie or token."""
        ticket = await self._admitted(request)
        link = self._links.issue(ticket.conversation_id, ticket.service_id)
        return JSONResponse({"path": f"/chat/summary/{link}"})

    async def linked_summary(self, request: Request) -> Response:
        """That page, in a tab that a chat on another website has opened."""
        try:
            link = self._links.read(request.path_params["link"])
        except TicketError:
            raise Refused("missing") from None
        renewed = self._chat.renewed(link)
        ticket = await self._chat.admit(renewed, address_of(request))  # unless it was left
        page = await self._downloads.summary(ticket, request, linked=True)
        page.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"  # the chat closes it on leaving
        return page

    async def _admitted(self, request: Request) -> Ticket:
        sender = visitor(request, self._origins)
        return await self._chat.admit(sender.ticket, sender.address)

    def _renewing(self, sender: Visitor, ticket: Ticket, answer: dict[str, Any]) -> Response:
        """The answer, with a new ticket when this one has been used for a while."""
        age = (datetime.now(timezone.utc) - ticket.issued_at).total_seconds()
        if age < _RENEWED_AFTER_SECONDS:
            return JSONResponse(answer)
        renewed = self._chat.renewed(ticket)
        if sender.embedded:
            answer["token"] = renewed
        made = JSONResponse(answer)
        sender.give(made, renewed)
        return made

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint; what it refuses or fails at comes back with urgent help beside it."""

        async def guarded(request: Request) -> Response:
            try:
                answer = await endpoint(request)
            except Refused as refused:
                self._metrics.refused(refused.code)
                answer = turned_away(request, refused)
            except ClientDisconnect:
                answer = Response(status_code=400)
            except Exception as error:  # its message may hold what the person wrote
                self._metrics.failed()
                logger.error("%s failed (%s).", request.url.path, type(error).__name__)
                answer = response(Refused("unavailable", wait=2))
            answer.headers.setdefault("Cache-Control", "no-store")
            return answer

        return guarded


async def _json(request: Request) -> Any:
    """The body of a request.

    Raises:
        Refused: it is too long, too slow, or not JSON.
    """
    body = b""

    async def read() -> None:
        nonlocal body
        async for chunk in request.stream():
            body += chunk

    try:
        await asyncio.wait_for(read(), _BODY_SECONDS)
        return json.loads(body)
    except HTTPException:  # of web/body.py
        raise Refused("too-long") from None
    except (ValueError, RecursionError, asyncio.TimeoutError):
        raise Refused("bad-request") from None


def _conversation(service_id: str | None, messages: list[dict[str, Any]]) -> dict[str, Any]:
    now = datetime.now(timezone.utc).isoformat()
    return {"service": service_id, "messages": messages, "now": now}
