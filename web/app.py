"""The web process: the only one the public reaches."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from bot.records.database import get_database
from bot.settings import settings
from web import pages, visit
from web.body import BoundedBody
from web.chat.site import ChatSite, chat_site
from web.health import Check, SharedHealth, check_crisis, part_checks
from web.security import SecurityHeaders
from web.staff.app import create_staff
from web.widget import script as widget

# At lower levels they write the address of whoever opens a socket, or asks for anything.
_LOGGERS = ("uvicorn.error", "uvicorn.access", "uvicorn.asgi", "websockets", "engineio.server")


def create_app(checks: Mapping[str, Check], chat: ChatSite | None = None) -> ASGIApp:
    """The web application.

    Args:
        checks: what `/healthz` asks, by part.
        chat: the chat, where there is one.
    """

    health = SharedHealth(checks)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        if chat is None:
            yield
        else:
            async with chat.running():
                yield

    async def healthz(_request: Request) -> Response:
        state = await health.now()
        return JSONResponse(
            state,
            status_code=200 if state["status"] == "ready" else 503,
            headers={"Cache-Control": "no-store"},
        )

    pages_and_health = Starlette(
        routes=[
            *pages.ROUTES,
            Route("/widget.js", widget.serve),
            Route("/healthz", healthz),
            Mount("/staff", create_staff()),
            *visit.routes(),
            Mount("/static", StaticFiles(directory=pages.HERE / "static")),
            *(chat.routes if chat else ()),
        ],
        lifespan=lifespan,
        exception_handlers=pages.ERRORS,
    )
    bounded = BoundedBody(pages_and_health)
    return SecurityHeaders(bounded)  # outermost, so that error pages have them too


def app() -> ASGIApp:
    """The application by the settings of this process: `uvicorn --factory web.app:app`."""
    with suppress(Exception):  # loads it now, not at the first question; /healthz tells of a fault
        check_crisis()
    current = settings()
    made = create_app(part_checks(current), chat_site(current, get_database()))
    _keep_addresses_out_of_the_log()
    return made


def _keep_addresses_out_of_the_log() -> None:
    for logger in map(logging.getLogger, _LOGGERS):
        logger.setLevel(max(logger.getEffectiveLevel(), logging.WARNING))
