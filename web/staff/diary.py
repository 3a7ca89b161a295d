"""The diary."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import groupby

from starlette.responses import Response

from bot.booking.times import in_london
from bot.knowledge.services import services
from bot.review import diary
from bot.review.access import services_of
from bot.review.workflow import NotPossible
from web.staff.visit import Refused, Visit

_MODES = ("video", "in-person")


def week(visit: Visit) -> Response:
    """The times of one week."""
    today = in_london(visit.now).date()
    try:
        shown = date.fromisoformat(visit.request.query_params.get("week", ""))
    except ValueError:
        shown = today
    monday = shown - timedelta(days=shown.weekday())
    with visit.reading() as session:
        entries = diary.week(session, visit.me, monday)
    with visit.writing() as session:
        visit.audit(session, "diary-viewed", week=monday.isoformat())
    known = services()
    days = groupby(entries, lambda entry: in_london(entry.slot.starts_at).date())
    context = {
        "days": [(day, list(found)) for day, found in days],
        "monday": monday,
        "before": monday - timedelta(weeks=1),
        "after": monday + timedelta(weeks=1),
        "today": today,
        "services": {each: known[each].short_name for each in services_of(visit.me)},
        "opens_for": diary.kept_here(visit.me),
        "modes": _MODES,
        "most_weeks": diary.MOST_WEEKS,
    }
    return visit.render("diary.html", context)


def open_slots(visit: Visit) -> Response:
    """Opens a time, weekly if asked to."""
    service_id, mode = visit.text("service"), visit.text("mode")
    if service_id not in services_of(visit.me) or mode not in _MODES:
        raise Refused(404)
    try:
        day = date.fromisoformat(visit.text("day"))
        begins = time.fromisoformat(visit.text("begins"))
        ends = time.fromisoformat(visit.text("ends"))
    except ValueError:
        raise NotPossible("slot_time") from None
    with visit.writing() as session:
        made = diary.open_slots(
            session,
            service_id=service_id,
            day=day,
            begins=begins,
            ends=ends,
            mode=mode,
            place=visit.text("place"),
            weeks=visit.number("weeks"),
            now=visit.now,
        )
        visit.audit(session, "slots-opened", service=service_id, count=made)
    return visit.go("/diary", week=day.isoformat(), done="opened")


def close(visit: Visit) -> Response:
    """Closes a time."""
    with visit.writing() as session:
        slot = diary.close(session, visit.me, visit.path("slot_id"), visit.number("version"))
        visit.audit(session, "slot-closed", service=slot.service_id)
    return visit.go("/diary", week=in_london(slot.starts_at).date().isoformat(), done="closed")


def reopen(visit: Visit) -> Response:
    """Opens a closed time again."""
    with visit.writing() as session:
        slot = diary.reopen(session, visit.me, visit.path("slot_id"), visit.number("version"))
        visit.audit(session, "slot-reopened", service=slot.service_id)
    return visit.go("/diary", week=in_london(slot.starts_at).date().isoformat(), done="reopened")
