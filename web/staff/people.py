"""The queue and the search."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, get_args

from sqlalchemy.orm import Session
from starlette.responses import FileResponse, JSONResponse, Response

from bot.knowledge.services import services
from bot.prescreen.understanding import Understood
from bot.prescreen.understanding.dates import read_date_of_birth
from bot.review import queue
from bot.review.access import services_of
from bot.review.queue import COUNTED, Counts, Filters, Find
from bot.staff.rules import rules
from bot.staff.words import words
from web.staff.visit import HERE, Refused, Visit, day


def people(visit: Visit) -> Response:
    """The queue, filtered as the address says."""
    return _queue(visit, "listed")


def refresh(visit: Visit) -> Response:
    """The same, for the script of an open queue in which something has changed."""
    return _queue(visit, "list-refreshed")


def search(visit: Visit) -> Response:
    """What a search finds.

    It is sent as a form, not in the address: a name has no place in a browser's history.
    """
    find, text = visit.text("find"), visit.text("text")
    if find not in get_args(Find):
        raise Refused(400)
    problem = None
    if find == "born":
        understood = understand_born(text, visit.now.date())
        problem = None if understood else "born"
        text = understood or ""
    if not visit.text("text"):
        problem = "empty"
    filters = Filters(find=find, text=text, state="all")  # type: ignore[arg-type]
    return _list(
        visit,
        filters,
        after=visit.text("after") or None,
        action="searched",
        typed=visit.text("text"),
        problem=problem,
    )


def live(visit: Visit) -> Response:
    """What waits, for the script that keeps an open queue, filtered so, up to date."""
    query = visit.request.query_params
    with visit.reading() as session:
        counts = queue.counts(session, visit.me)
        mark = _mark(visit, session, read_filters(query), query.get("after"))
    return JSONResponse(_state(counts, mark))


def worker(_visit: Visit) -> Response:
    """The script that asks. It is served here because a worker goes by its own headers."""
    return FileResponse(HERE.parent / "static" / "staff" / "worker.js")


def _mark(visit: Visit, session: Session, filters: Filters, after: str | None) -> str:
    """What changes with the page that is shown; nothing does with the results of a search."""
    if filters.find:
        return ""
    try:
        return queue.mark(session, visit.me, filters, after=after, size=rules().page_size)
    except ValueError:
        raise Refused(400) from None


def _state(counts: Counts, mark: str) -> dict[str, Any]:
    return {
        "unacknowledged": counts.unacknowledged,
        "unresolved": counts.unresolved,
        "unread": counts.unread,
        "flags": counts.flags,
        "mark": mark,
    }


def read_filters(query: Mapping[str, str]) -> Filters:
    """The filters in an address. What can't be read there is left out."""
    state, flag = query.get("state"), query.get("flag")
    return Filters(
        service=query.get("service") or None,
        state=state if state in {*words().states, "all"} else None,
        flag=flag if flag in get_args(queue.FlagFilter) else None,  # type: ignore[arg-type]
        unread="unread" in query,
        mine="mine" in query,
        to_phone="to_phone" in query,
        since=day(query.get("since", "")),
        until=day(query.get("until", "")),
    )


def understand_born(text: str, today: date) -> str | None:
    """A date of birth however it is written, as an ISO date; None when it can't be read."""
    understood = read_date_of_birth(text, today)
    return str(understood.value) if isinstance(understood, Understood) else None


def _queue(visit: Visit, action: str) -> Response:
    query = visit.request.query_params
    return _list(visit, read_filters(query), after=query.get("after"), action=action)


def _list(
    visit: Visit,
    filters: Filters,
    *,
    after: str | None,
    action: str,
    typed: str = "",
    problem: str | None = None,
) -> Response:
    with visit.reading() as session:
        mark = _mark(visit, session, filters, after)  # first: what changes meanwhile is shown next
        try:
            page = queue.page(
                session, visit.me, filters, after=after, size=rules().page_size, now=visit.now
            )
        except ValueError:
            raise Refused(400) from None
        counts = queue.counts(session, visit.me)
    with visit.writing() as session:
        details = {"kind": filters.find} if filters.find else noted(filters)
        visit.audit(session, action, shown=len(page.rows), **details)
    known = services()
    context: dict[str, Any] = {
        "page": page,
        "counts": counts,
        "state": _state(counts, mark),
        "counted": COUNTED,
        "filters": filters,
        "filtered": filters != Filters(),
        "typed": typed,
        "problem": problem,
        "after": after,
        "services": {each: known[each].short_name for each in services_of(visit.me)},
        "query": {
            k: v for k, v in visit.request.query_params.items() if k not in ("after", "done")
        },
        "poll_seconds": rules().poll_seconds,
    }
    return visit.render("people.html", context, 422 if problem else 200)


def noted(filters: Filters) -> dict[str, Any]:
    """The filters as the audit log has them: never what was searched for."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in vars(filters).items()
        if value and name != "text"
    }
