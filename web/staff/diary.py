"""The diary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from itertools import groupby

from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.booking.times import in_london, long_time
from bot.knowledge.services import services
from bot.records.models import DiarySlot
from bot.review import diary
from bot.review.access import services_of
from bot.review.workflow import NotPossible
from bot.staff.words import words
from web.staff.visit import Refused, Visit
from web.staff.visit import day as day_in

_MODES = ("video", "in-person")


def week(visit: Visit) -> Response:
    """The times of one week."""
    return _page(visit, day_in(visit.request.query_params.get("week", "")))


def open_slots(visit: Visit) -> Response:
    """Opens a time, weekly if asked to; where that can't be, what was typed is put back."""
    try:
        return _open(visit)
    except NotPossible as error:
        said = words().refused[str(error.args[0])]
        day = day_in(visit.text("day"))
        return _page(visit, day, status=409, problem=said, written=visit.written)


def _open(visit: Visit) -> Response:
    service_id, mode = visit.text("service"), visit.text("mode")
    if service_id not in services_of(visit.me) or mode not in _MODES:
        raise Refused(404)
    day = day_in(visit.text("day"))
    try:
        begins = time.fromisoformat(visit.text("begins"))
        ends = time.fromisoformat(visit.text("ends"))
    except ValueError:
        raise NotPossible("slot_time") from None
    if day is None:
        raise NotPossible("slot_time")
    with visit.writing() as session:
        opened = diary.open_slots(
            session,
            service_id=service_id,
            day=day,
            begins=begins,
            ends=ends,
            mode=mode,
            place=visit.text("place"),
            weeks=visit.number("weeks"),
            again=bool(visit.text("again")),
            now=visit.now,
        )
        visit.audit(session, "slots-opened", service=service_id, count=len(opened.new))
        told = {"opened": _ids(opened.new), "there": _ids(opened.there)}
    return visit.go("/diary", week=day.isoformat(), **told)


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


def _page(
    visit: Visit,
    day: date | None,
    *,
    status: int = 200,
    problem: str | None = None,
    written: Mapping[str, str] | None = None,
) -> Response:
    """The week of a day, or else this one.

    Args:
        problem: why a time could not be opened.
        written: what was typed for it, by field.
    """
    today = in_london(visit.now).date()
    shown = day or today
    monday = shown - timedelta(days=shown.weekday())
    with visit.reading() as session:
        entries = diary.week(session, visit.me, monday, visit.now)
        told = _told(visit, session)
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
        "problem": problem,
        "written": written or {},
        **({"done": told} if told else {}),
    }
    return visit.render("diary.html", context, status)


def _ids(slots: Sequence[DiarySlot]) -> str:
    return ",".join(slot.id for slot in slots)


def _told(visit: Visit, session: Session) -> str:
    """Which of the times just asked for are open now, and which were in the diary before."""
    query = visit.request.query_params
    opened, there = (
        diary.shown(session, visit.me, query.get(name, "").split(",")[: diary.MOST_WEEKS])
        for name in ("opened", "there")
    )
    said = words().diary
    free = [long_time(slot.starts_at) for slot in opened if slot.state == "free"]
    before = [
        said["closed"].format(time=long_time(slot.starts_at))
        if slot.state == "closed"
        else long_time(slot.starts_at)
        for slot in there
    ]
    return " ".join(
        said[name].format(times="; ".join(times))
        for name, times in (("opened", free), ("not_opened", before))
        if times
    )
