"""Puts the chat together from the settings of a process, for `web/app.py` to mount."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.records.database import Database
from bot.records.encryption import cipher
from bot.records.interim import TurnSpool
from bot.records.spool import ClosingSpool, FlagSpool
from bot.settings import Settings
from web import pages
from web.chat.chat import Chat
from web.chat.crisis import CrisisDesk
from web.chat.downloads import Downloads
from web.chat.metrics import Metrics
from web.chat.rasa import Rasa
from web.chat.rasa_socket import socket_mount
from web.chat.routes import ChatRoutes
from web.chat.stored import Stored
from web.chat.tickets import Tickets
from web.chat.visitor import Origins

_LINK_HOURS = 1 / 60  # for the browser to open it, not to be kept
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True)
class ChatSite:
    """The chat's routes, and what runs beside them."""

    chat: Chat
    routes: list[BaseRoute]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Moves waiting flags into the database meanwhile, and lets go of everything at the end."""
        tending = asyncio.create_task(self.chat.tend())
        try:
            yield
        finally:
            tending.cancel()
            with suppress(asyncio.CancelledError):
                await tending
            await self.chat.close()


def chat_site(
    settings: Settings, database: Database, rasa: httpx.AsyncBaseTransport | None = None
) -> ChatSite:
    """The chat.

    Args:
        rasa: in place of the network to Rasa, for tests.
    """
    metrics = Metrics()
    stored = Stored(database, ClosingSpool(settings.var))
    chat = Chat(
        settings,
        Tickets(cipher().derived("foyer conversation"), settings.chat_hours),
        Rasa(settings.rasa_url, rasa),
        stored,
        CrisisDesk(database, FlagSpool(settings.var), TurnSpool(settings.var)),
        metrics,
    )
    links = Tickets(cipher().derived("foyer summary"), _LINK_HOURS)
    origins = Origins.of(settings)

    async def measures(request: Request) -> Response:
        """For Prometheus on this machine; to anyone else there is nothing here."""
        if not _from_this_machine(request):
            return await pages.missing(request, Exception())
        return Response(await chat.measures(), media_type="text/plain; version=0.0.4")

    routes = [
        ChatRoutes(chat, Downloads(stored), links, origins, metrics).mount(),
        socket_mount(chat, origins, metrics),
        Route("/metrics", measures),
    ]
    return ChatSite(chat, routes)


def _from_this_machine(request: Request) -> bool:
    """Whether it comes from here and through no proxy: one in front is on this machine, too."""
    forwarded = any(name.startswith(("x-forwarded", "forwarded")) for name in request.headers)
    host = request.headers.get("host", "").rsplit(":", 1)[0]
    local = request.client is not None and request.client.host in _LOOPBACK
    return local and not forwarded and host in _LOCAL_NAMES
