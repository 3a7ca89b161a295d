"""For leads and administrators: numbers, the audit log, erasure and retention."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select
from starlette.responses import Response

from bot.records.models import AuditEntry, Case, Referral, StaffUser
from bot.records.retention import retention
from bot.review import plots, requests
from bot.review.access import case_for, services_of
from bot.review.numbers import numbers, one_of_them
from bot.review.workflow import NotPossible
from bot.staff import audit
from bot.staff.rules import rules
from web.staff.person import open_case
from web.staff.visit import PICTURE, Refused, Visit, number, record_id

_entries: Any = AuditEntry


def numbers_page(visit: Visit) -> Response:
    """Every table with its plot."""
    with visit.reading() as session:
        tables = numbers(session, visit.me, visit.now)
    with visit.writing() as session:
        visit.audit(session, "numbers-viewed")
    return visit.render("numbers.html", {"tables": tables})


def plot(visit: Visit) -> Response:
    """The picture of one table."""
    with visit.reading() as session:
        table = one_of_them(session, visit.me, visit.path("table_id"), visit.now)
    if table is None:
        raise Refused(404)
    return Response(plots.draw(table), media_type="image/svg+xml", headers=PICTURE)


def audit_page(visit: Visit) -> Response:
    """The audit log, newest first, of this person's services and of no service.

    With a record in the address it is what was done with that one, and who opened it.
    """
    query = visit.request.query_params
    before, case_id = number(query.get("before", "")), record_id(query.get("case", ""))
    wanted = [or_(_entries.service_id.in_(services_of(visit.me)), _entries.service_id.is_(None))]
    if before is not None:
        wanted.append(_entries.position < before)
    if case_id is not None:
        wanted.append(_entries.case_id == case_id)
    with visit.reading() as session:
        found = session.execute(
            select(AuditEntry)
            .where(*wanted)
            .order_by(_entries.position.desc())
            .limit(rules().page_size * 2 + 1)
        )
        entries = found.scalars().all()
        staff = dict(session.execute(select(StaffUser.id, StaffUser.name)).all())
        ids = {entry.case_id for entry in entries if entry.case_id}
        references = dict(
            session.execute(
                select(Case.id, Referral.reference)
                .outerjoin(Referral, Referral.id == Case.referral_id)
                .where(Case.id.in_(ids))
            ).all()
        )
        case = case_for(session, visit.me, case_id) if case_id else None
    with visit.writing() as session:
        visit.audit(session, "audit-viewed", case)
    shown = entries[: rules().page_size * 2]
    context = {
        "entries": shown,
        "staff": staff,
        "references": references,
        "case_id": case_id,
        "older": shown[-1].position if len(entries) > len(shown) else None,
        "verified": None,
    }
    return visit.render("audit.html", context)


def verify(visit: Visit) -> Response:
    """Checks the whole chain, and says how it stands."""
    verified = audit.verify(visit.database)
    with visit.writing() as session:
        visit.audit(session, "audit-verified", intact=verified.wrong is None)
    context: dict[str, Any] = {
        "entries": [],
        "staff": {},
        "references": {},
        "older": None,
        "verified": verified,
    }
    return visit.render("audit.html", context)


def requests_page(visit: Visit) -> Response:
    """What waits for a second person, and the retention periods."""
    with visit.reading() as session:
        found = requests.open_requests(session, visit.me)
        staff = dict(session.execute(select(StaffUser.id, StaffUser.name)).all())
        flagged = {case.id for _, case in found if case and requests.flag_open(session, case)}
        together = {case.id: requests.together(session, case) for _, case in found if case}
        ids = {each.referral_id for cases in together.values() for each in cases}
        references = dict(
            session.execute(
                select(Referral.id, Referral.reference).where(Referral.id.in_(ids))
            ).all()
        )
    with visit.writing() as session:
        visit.audit(session, "requests-viewed", shown=len(found))
    context = {
        "requests": found,
        "together": together,
        "flagged": flagged,
        "staff": staff,
        "references": references,
        "periods": retention().dict(),
    }
    return visit.render("requests.html", context)


def ask_erase(visit: Visit) -> Response:
    """Asks for a person to be erased."""
    with visit.writing() as session:
        case = open_case(visit, session, lock=True)
        requests.ask(
            session, kind="erase", case=case, reason=visit.text("why"), user=visit.me, now=visit.now
        )
        visit.audit(session, "erasure-asked", case)
    return visit.go("/requests", done="asked")


def ask_purge(visit: Visit) -> Response:
    """Asks for a retention run."""
    with visit.writing() as session:
        requests.ask(session, kind="purge", case=None, reason="", user=visit.me, now=visit.now)
        visit.audit(session, "purge-asked")
    return visit.go("/requests", done="asked")


def decide(visit: Visit) -> Response:
    """Confirms or refuses what somebody else asked for."""
    answer = visit.text("answer")
    if answer not in ("confirm", "refuse"):
        raise NotPossible("no_step")
    with visit.writing() as session:
        kind, cases, purged = requests.decide(
            session,
            visit.path("request_id"),
            confirm=answer == "confirm",
            user=visit.me,
            now=visit.now,
        )
        action = "request-refused"
        if answer == "confirm":
            action = "erasure-confirmed" if kind == "erase" else "purge-confirmed"
        about: list[Case | None] = [*cases] or [None]
        for case in about:
            visit.audit(session, action, case, **(vars(purged) if purged else {}))
    return visit.go("/requests", done="confirmed" if answer == "confirm" else "refused")
