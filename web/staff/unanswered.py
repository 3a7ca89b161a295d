"""Questions the assistant could not answer: how many, and in which words."""

from __future__ import annotations

from starlette.responses import Response

from bot.knowledge.services import services
from bot.review import plots, unanswered
from web.staff.visit import PICTURE, Visit


def show(visit: Visit) -> Response:
    """The table with its plot, and what people wrote. That they are read is noted first."""
    with visit.writing() as session:
        visit.audit(session, "unanswered-viewed")
    with visit.reading() as session:
        reading = unanswered.read(session, visit.me)
    context = {
        "reading": reading,
        "table": unanswered.table(reading),
        "wordings": unanswered.wordings(reading),
        "services": {each.id: each.short_name for each in services().values()},
    }
    return visit.render("unanswered.html", context)


def plot(visit: Visit) -> Response:
    """The picture of the table. No word that anyone wrote is in it."""
    with visit.reading() as session:
        table = unanswered.table(unanswered.read(session, visit.me))
    return Response(plots.draw(table), media_type="image/svg+xml", headers=PICTURE)
