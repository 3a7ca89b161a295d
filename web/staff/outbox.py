"""Messages that could not be delivered, for leads and administrators."""

from __future__ import annotations

from starlette.responses import Response

from bot.outbox import queue
from bot.review import outbox
from bot.review.workflow import NotPossible
from bot.staff.rules import rules
from web.staff.visit import Visit, number


def undelivered(visit: Visit) -> Response:
    """The newest of them, a page at a time, and whether anything is sent at all."""
    before, size = number(visit.request.query_params.get("before", "")), rules().page_size
    with visit.reading() as session:
        found = outbox.undelivered(
            session,
            visit.me,
            visit.now,
            size=size + 1,
            before=before,
        )
        late = queue.late(session, visit.now)
    with visit.writing() as session:
        visit.audit(session, "outbox-viewed")
    older = found[size - 1].id if len(found) > size else None
    return visit.render("outbox.html", {"letters": found[:size], "late": late, "older": older})


def send_again(visit: Visit) -> Response:
    """Has one of them tried again."""
    message_id = number(visit.path("message_id"))
    if message_id is None:
        raise NotPossible("not_dead")
    with visit.writing() as session:
        letter = outbox.send_again(session, visit.me, message_id, visit.now)
        visit.audit(session, "message-resent", letter.case, message=letter.id)
    return visit.go("/outbox", done="resent")
