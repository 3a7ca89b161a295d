"""Puts the console together: every address it has, and who may use it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.records.database import Database, get_database
from web.staff import (
    diary,
    organisation,
    out,
    outbox,
    oversight,
    people,
    person,
    signing_in,
    unanswered,
    work,
)
from web.staff.gate import Gate, Page, refusal, with_headers
from web.staff.visit import templates

PERSON = "/people/{case_id:str}"

PAGES = (
    Page("GET", "/sign-in", "anyone", signing_in.form),
    Page("POST", "/sign-in", "anyone", signing_in.password),
    Page("GET", "/organisation", "anyone", organisation.begin),
    Page("GET", "/organisation/return", "anyone", organisation.come_back),
    Page("GET", "/second-factor", "password", signing_in.second_factor),
    Page("POST", "/second-factor", "password", signing_in.code),
    Page("POST", "/second-factor/set-up", "password", signing_in.set_up),
    Page("GET", "/session", "reviewer", signing_in.time_left, quiet=True),
    Page("POST", "/session", "reviewer", signing_in.stay),
    Page("POST", "/sign-out", "password", signing_in.sign_out),
    Page("GET", "/", "reviewer", people.people),
    Page("POST", "/search", "reviewer", people.search),
    Page("GET", "/worker.js", "anyone", people.worker, quiet=True),
    Page("GET", "/live", "reviewer", people.live, quiet=True),
    Page("GET", "/refresh", "reviewer", people.refresh, quiet=True),
    Page("GET", "/people.csv", "lead", out.csv),
    Page("GET", PERSON, "reviewer", person.show),
    Page("GET", PERSON + "/here", "reviewer", person.here, quiet=True),
    Page("POST", PERSON + "/step", "reviewer", work.step),
    Page("POST", PERSON + "/undo", "reviewer", work.undo),
    Page("POST", PERSON + "/assign", "reviewer", work.assign),
    Page("POST", PERSON + "/notes", "reviewer", work.note),
    Page("POST", PERSON + "/merge", "reviewer", work.merge),
    Page("POST", PERSON + "/appointment/move", "reviewer", work.move),
    Page("POST", PERSON + "/appointment/cancel", "reviewer", work.cancel),
    Page("POST", PERSON + "/callbacks/{callback_id:str}/done", "reviewer", work.phoned),
    Page("POST", PERSON + "/flags/{flag_id:str}/acknowledge", "reviewer", work.acknowledge),
    Page("POST", PERSON + "/flags/{flag_id:str}/take-back", "reviewer", work.take_back),
    Page("POST", PERSON + "/flags/{flag_id:str}/resolve", "reviewer", work.resolve),
    Page("POST", PERSON + "/flags/{flag_id:str}/reopen", "reviewer", work.reopen),
    Page("GET", PERSON + "/print", "reviewer", out.print_view),
    Page("GET", PERSON + "/record.pdf", "reviewer", out.pdf),
    Page("GET", PERSON + "/transcript.txt", "reviewer", out.text),
    Page("GET", PERSON + "/referral.fhir.json", "reviewer", out.fhir),
    Page("POST", PERSON + "/erase", "lead", oversight.ask_erase),
    Page("GET", "/diary", "reviewer", diary.week),
    Page("POST", "/diary", "lead", diary.open_slots),
    Page("POST", "/diary/{slot_id:str}/close", "lead", diary.close),
    Page("POST", "/diary/{slot_id:str}/reopen", "lead", diary.reopen),
    Page("GET", "/numbers", "lead", oversight.numbers_page),
    Page("GET", "/numbers/{table_id:str}.svg", "lead", oversight.plot),
    Page("GET", "/unanswered", "lead", unanswered.show),
    Page("GET", "/unanswered.svg", "lead", unanswered.plot),
    Page("GET", "/outbox", "lead", outbox.undelivered),
    Page("POST", "/outbox/{message_id:str}/again", "lead", outbox.send_again),
    Page("GET", "/requests", "lead", oversight.requests_page),
    Page("POST", "/requests/purge", "administrator", oversight.ask_purge),
    Page("POST", "/requests/{request_id:str}", "lead", oversight.decide),
    Page("GET", "/audit", "administrator", oversight.audit_page),
    Page("POST", "/audit/verify", "administrator", oversight.verify),
)


def utc_now() -> datetime:
    """The time, by the clock of this machine."""
    return datetime.now(timezone.utc)


def create_staff(
    database: Callable[[], Database] = get_database, clock: Callable[[], datetime] = utc_now
) -> Starlette:
    """The console as an application to mount at /staff."""
    gate = Gate(database, clock)

    async def missing(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return with_headers(refusal(gate.anonymous(request), 404 if status == 405 else status))

    async def broken(request: Request, _error: Exception) -> Response:
        return with_headers(templates.TemplateResponse(request, "broken.html", status_code=500))

    handlers: dict[Any, Any] = {HTTPException: missing, Exception: broken}
    return Starlette(
        routes=[Route(p.path, gate.endpoint(p), methods=[p.method]) for p in PAGES],
        exception_handlers=handlers,
    )
