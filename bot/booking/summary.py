"""The summary that a person takes along, from a sent referral: as text, and as files to send."""

from __future__ import annotations

from base64 import b64encode

from bot.booking.summary_file import summary_pdf
from bot.booking.times import in_london
from bot.booking.visit import Visit
from bot.prescreen.flow import Flow
from bot.prescreen.place import filled
from bot.prescreen.questionnaires import library
from bot.prescreen.questions import script
from bot.prescreen.summary import take_along
from bot.records import referrals


def summary_text(visit: Visit) -> str:
    """The person's own answers as plain text. No score is in it."""
    services = {visit.service.id: visit.service}
    flow = Flow(script(), library(), services)
    answers = referrals.answers(visit.session, visit.referral)
    sent = in_london(visit.referral.sent_at or visit.now).date()
    now_filled = filled(answers, services, visit.now)
    return take_along(flow, now_filled, visit.referral.reference or "", sent)


def summary_files(visit: Visit) -> list[dict[str, str]]:
    """The summary as files to attach: a PDF, and the same as text."""
    text = summary_text(visit)
    pdf = summary_pdf(text, visit.referral.sent_at or visit.now)
    return [
        _file("my-summary.pdf", "application/pdf", pdf),
        _file("my-summary.txt", "text/plain", text.encode()),
    ]


def _file(name: str, kind: str, content: bytes) -> dict[str, str]:
    return {"name": name, "type": kind, "content": b64encode(content).decode()}
