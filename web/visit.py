"""A person's own page, by its link: see the appointment, change or cancel it, take the files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from functools import lru_cache
from typing import TypeVar
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.booking.diary import SlotTaken
from bot.booking.fhir.client import Unreachable
from bot.booking.fhir.systems import diaries
from bot.booking.own_page import LinkOver, OwnPage
from bot.knowledge.services import services
from bot.records.database import get_database
from bot.settings import settings
from web.chat.limits import Buckets, network
from web.chat.refusals import Refused, turned_away
from web.chat.visitor import address_of
from web.pages import templates
from web.threads import Threads

T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]
Make = Callable[[OwnPage, str, datetime], "str | bytes"]

_THREADS = 8  # of its own: a slow booking system must not keep the chat from them
_A_MINUTE = 120  # openings and changes from one address
_SECONDS = 90.0  # longer than a slow booking system is asked in all

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
}


@lru_cache(maxsize=1)
def own_page() -> OwnPage:
    """The page over the database and the services of this process."""
    database, known = get_database(), services()
    return OwnPage(database, known, diaries(database, known, settings()))


def routes(page: OwnPage | None = None) -> list[Route]:
    """The routes of the page; of this process's database unless one is given."""
    threads = Threads("visit", _THREADS, _SECONDS)
    asked = Buckets(_A_MINUTE, 60.0)

    def slowed(endpoint: Endpoint) -> Endpoint:
        async def answer(request: Request) -> Response:
            wait = asked.take(network(address_of(request)))
            if wait:
                return turned_away(request, Refused("too-fast", wait))
            return await endpoint(request)

        return answer

    async def run(work: Callable[[OwnPage], T]) -> T:
        return await threads.run(lambda: work(page or own_page()))

    async def show(request: Request) -> Response:
        return await shown(request)

    async def shown(
        request: Request, status: int = 200, *, taken: bool = False, away: bool = False
    ) -> Response:
        token = request.path_params["token"]
        try:
            view = await run(lambda page: page.show(token, _now(), away=away))
        except LinkOver:
            return _over(request)
        context = {"view": view, "here": f"/visit/{token}", "taken": taken}
        return templates.TemplateResponse(
            request, "visit/page.html", context, status_code=status, headers=_HEADERS
        )

    async def change(request: Request) -> Response:
        token, form = request.path_params["token"], await request.form()
        slot, act = str(form.get("slot", "")), str(form.get("act", ""))
        try:
            if act == "cancel":
                link = await run(lambda page: page.cancel(token, _now()))
            elif act == "stop":
                link = await run(lambda page: page.stop_messages(token, _now()))
            else:
                link = await run(lambda page: page.take(token, slot, _now()))
        except SlotTaken:
            return await shown(request, 409, taken=True)
        except Unreachable:
            return await shown(request, 503, away=True)
        except LinkOver:
            return _over(request)
        # To the same place as seen from outside, whatever PUBLIC_URL says
        return RedirectResponse(urlsplit(link).path, status_code=303, headers=_HEADERS)

    async def file(request: Request, make: Make, kind: str, name: str) -> Response:
        token = request.path_params["token"]
        try:
            content = await run(lambda page: make(page, token, _now()))
        except LinkOver:
            return _over(request)
        headers = {**_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=kind, headers=headers)

    async def calendar(request: Request) -> Response:
        return await file(
            request, OwnPage.calendar, "text/calendar; charset=utf-8", "appointment.ics"
        )

    async def summary_pdf(request: Request) -> Response:
        return await file(request, OwnPage.summary_pdf, "application/pdf", "my-summary.pdf")

    async def summary_text(request: Request) -> Response:
        return await file(request, OwnPage.summary, "text/plain; charset=utf-8", "my-summary.txt")

    return [
        Route("/visit/{token}", slowed(show)),
        Route("/visit/{token}", slowed(change), methods=["POST"]),
        Route("/visit/{token}/appointment.ics", slowed(calendar)),
        Route("/visit/{token}/my-summary.pdf", slowed(summary_pdf)),
        Route("/visit/{token}/my-summary.txt", slowed(summary_text)),
    ]


def _over(request: Request) -> Response:
    return templates.TemplateResponse(request, "visit/over.html", status_code=404, headers=_HEADERS)


def _now() -> datetime:
    return datetime.now(timezone.utc)
