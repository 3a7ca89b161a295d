"""A person's page, and whom else it is open with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response

from bot.records.models import Case, StaffUser
from bot.review import presence, requests
from bot.review.access import case_for, may_open
from bot.review.appointments import booking
from bot.review.flags import can_reopen, can_take_back
from bot.review.person import Person, person
from bot.staff.rules import rules
from web.staff.visit import Refused, Visit


def show(visit: Visit) -> Response:
    """The page."""
    with visit.writing() as session:
        case = open_case(visit, session)
        case.read_at = case.read_at or visit.now
        presence.visit(session, case, visit.me, visit.now)
        visit.audit(session, "opened", case)
    with visit.reading() as session:
        return page(visit, session, open_case(visit, session))


def here(visit: Visit) -> Response:
    """Says that the page is still open, and who else has it open; for its script."""
    with visit.writing() as session:
        case = open_case(visit, session)
        presence.visit(session, case, visit.me, visit.now)
        visitors = presence.others(session, case, visit.me, visit.now)
        version = case.version
    names = [visitor.name for visitor in visitors if visitor.here]
    return JSONResponse({"here": names, "version": version})


def page(
    visit: Visit,
    session: Session,
    case: Case,
    *,
    status: int = 200,
    problem: str | None = None,
    written: Mapping[str, str] | None = None,
    template: str = "person.html",
) -> Response:
    """The page as it is now.

    Args:
        problem: why what was asked for could not be done.
        written: what the person had typed, by field, to be put back.
    """
    record = person(session, visit.me, case, visit.now)
    context: dict[str, Any] = {
        "p": record,
        "booking": booking(session, case, visit.now),
        "colleagues": _colleagues(session, case),
        "problem": problem,
        "written": written or {},
        "take_back": {flag.id for flag in record.flags if can_take_back(flag, visit.me, visit.now)},
        "reopen": {flag.id for flag in record.flags if can_reopen(flag, visit.me, visit.now)},
        "erasure_asked": requests.asked(session, case),
        "poll_seconds": rules().here_poll_seconds,
        "title": title(record),
    }
    return visit.render(template, context, status)


def title(record: Person) -> str:
    """What to call a record: the name, else the reference, else what it is."""
    if record.name:
        return record.name
    if record.referral is not None:
        return f"Referral {record.referral.reference}"
    return "Someone who gave no name"


def open_case(visit: Visit, session: Session, *, lock: bool = False) -> Case:
    """The case in the address.

    Raises:
        Refused: there is none, or it isn't of this person's services: the two look alike.
    """
    case = case_for(session, visit.me, visit.path("case_id"), lock=lock)
    if case is None:
        raise Refused(404)
    return case


def _colleagues(session: Session, case: Case) -> list[StaffUser]:
    found = session.execute(select(StaffUser).where(StaffUser.active).order_by(StaffUser.name))
    return [user for user in found.scalars() if may_open(user, case)]
