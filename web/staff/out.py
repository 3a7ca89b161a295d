"""What leaves the console: print view, PDF, text, FHIR, CSV. Each is noted in the log first."""

from __future__ import annotations

from starlette.responses import Response

from bot.review import queue
from bot.review.out import list_as_csv, referral_as_fhir, transcript_as_text
from bot.review.pdf import record_as_pdf
from bot.review.person import Person, person
from bot.staff.rules import rules
from web.staff.people import noted, read_filters
from web.staff.person import open_case, page, title
from web.staff.visit import Refused, Visit


def print_view(visit: Visit) -> Response:
    """The record on one page, to print."""
    _note(visit, "printed")
    with visit.reading() as session:
        return page(visit, session, open_case(visit, session), template="print.html")


def pdf(visit: Visit) -> Response:
    """The record as PDF."""
    _note(visit, "exported-pdf")
    record = _record(visit)
    content = record_as_pdf(record, title(record), by=visit.me.name, now=visit.now)
    return _file(content, "application/pdf", _name(record, "pdf"))


def text(visit: Visit) -> Response:
    """The conversation as text."""
    _note(visit, "exported-text")
    record = _record(visit)
    content = transcript_as_text(record).encode()
    return _file(content, "text/plain; charset=utf-8", _name(record, "txt"))


def fhir(visit: Visit) -> Response:
    """The referral as FHIR R4."""
    with visit.reading() as session:
        record = person(session, visit.me, open_case(visit, session), visit.now)
        if record.referral is None or record.service is None:
            raise Refused(404)
        content = referral_as_fhir(session, record.referral, record.service)
    _note(visit, "exported-fhir")
    return _file(content.encode(), "application/fhir+json", _name(record, "fhir.json"))


def csv(visit: Visit) -> Response:
    """The list as filtered, as CSV."""
    filters = read_filters(visit.request.query_params)
    with visit.reading() as session:
        found = queue.page(
            session, visit.me, filters, after=None, size=rules().csv_rows, now=visit.now
        )
        cut = found.next_key is not None
        content = list_as_csv(session, found.rows, cut=cut)
    with visit.writing() as session:
        details = {**noted(filters), "shown": len(found.rows), **({"cut": True} if cut else {})}
        visit.audit(session, "exported-csv", **details)
    # With a byte order mark, so that spreadsheets read it as UTF-8.
    return _file(content.encode("utf-8-sig"), "text/csv; charset=utf-8", "people.csv")


def _note(visit: Visit, action: str) -> None:
    with visit.writing() as session:
        visit.audit(session, action, open_case(visit, session))


def _record(visit: Visit) -> Person:
    with visit.reading() as session:
        return person(session, visit.me, open_case(visit, session), visit.now)


def _name(record: Person, ending: str) -> str:
    return f"{record.referral.reference if record.referral else record.case.id[:8]}.{ending}"


def _file(content: bytes, kind: str, name: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=disposition)
