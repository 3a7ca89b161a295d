"""Lets a request through to its page, or not: session, second factor, role, form token."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from bot.records.database import Database
from bot.records.models import Case
from bot.review.access import may_open
from bot.review.workflow import NotPossible
from bot.staff import sessions
from bot.staff.accounts import ROLES, Role, may
from bot.staff.words import words
from web.staff.visit import FORM_COOKIE, SESSION_COOKIE, Handler, Refused, Visit

Need = Literal["anyone", "password"] | Role  # "password": the first factor was given

_SEEN_EVERY = timedelta(seconds=60)
_FORM_FIELDS = 40
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
        "worker-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True)
class Page:
    """One address with one method, who may use it, and what it does.

    `quiet`: asked by a script over and over, which doesn't count as the person being there.
    """

    method: Literal["GET", "POST"]
    path: str
    needs: Need
    handler: Handler
    quiet: bool = False


class Gate:
    """Serves the pages of a console."""

    def __init__(self, database: Callable[[], Database], clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """What Starlette calls for a page."""

        async def serve(request: Request) -> Response:
            form = FormData()
            if page.method == "POST":
                form = await request.form(max_fields=_FORM_FIELDS, max_files=0)
            return with_headers(await run_in_threadpool(self._serve, page, request, form))

        return serve

    def anonymous(self, request: Request) -> Visit:
        """The request without asking who it is from, for pages that must not fail."""
        return Visit(request, self._database(), self._clock())

    def _visit(self, request: Request, form: FormData) -> Visit:
        """The request with whoever is signed in."""
        visit = Visit(request, self._database(), self._clock(), form)
        token = request.cookies.get(SESSION_COOKIE)
        if token:
            with visit.reading() as session:
                found = sessions.find(session, token, visit.now)
            if found is not None:
                visit.current, visit.user = found
        return visit

    def _serve(self, page: Page, request: Request, form: FormData) -> Response:
        visit = self._visit(request, form)
        barred = self._barred(page, visit)
        if barred is not None:
            return barred
        current = visit.current
        if current and not page.quiet and current.seen_at < visit.now - _SEEN_EVERY:
            with visit.writing() as session:
                sessions.seen(session, current, visit.now)
        try:
            return page.handler(visit)
        except Refused as refused:
            if refused.status == 404 and not page.quiet:
                _note_refused(visit)
            return refusal(visit, refused.status)
        except NotPossible as error:
            said = words().said("refused", str(error.args[0]))
            return visit.render("refused.html", {"said": said}, 409)

    def _barred(self, page: Page, visit: Visit) -> Response | None:
        if page.needs != "anyone":
            if visit.current is None or visit.user is None:
                return _sign_in_first(page, visit)
            if page.needs != "password" and not visit.current.complete:
                return visit.go("/second-factor")
        if page.method == "POST" and not _meant(page, visit):
            return refusal(visit, 403)
        if page.needs in ROLES and not may(visit.me, page.needs):
            return refusal(visit, 403)
        return None


def with_headers(response: Response) -> Response:
    """The response with the console's headers, where it hasn't its own."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def refusal(visit: Visit, status: int) -> Response:
    """The page that says that something can't be had."""
    return visit.render("error.html", {"status": status}, status)


def _note_refused(visit: Visit) -> None:
    """Keeps that someone asked for a record that isn't theirs, or isn't there."""
    case_id = visit.request.path_params.get("case_id")
    if case_id is None:
        return
    with visit.writing() as session:
        case = session.get(Case, case_id)
        if case is None or not may_open(visit.me, case):
            visit.audit(session, "record-refused", case)


def _meant(page: Page, visit: Visit) -> bool:
    """Whether a form was sent from a page of ours, and not by another site."""
    if visit.request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    expected = (
        visit.request.cookies.get(FORM_COOKIE, "")
        if page.needs == "anyone" or visit.current is None
        else visit.current.csrf
    )
    given = visit.text("csrf").encode()
    return bool(expected) and secrets.compare_digest(given, str(expected).encode())


def _sign_in_first(page: Page, visit: Visit) -> Response:
    if page.quiet:
        return Response(status_code=401)
    if page.method == "POST":
        # Somebody may have written a note before the session ended: give it back.
        written = {label: visit.text(name) for name, label in words().written.items()}
        return visit.render("signed_out.html", {"written": written}, 401)
    return visit.go("/sign-in")
