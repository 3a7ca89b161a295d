"""Services without a diary: their phone number, a callback where they offer it, or a summary."""

from __future__ import annotations

from sqlalchemy import select

from bot.booking import posting
from bot.booking.bookmark import Bookmark
from bot.booking.links import visit_link
from bot.booking.opening import opening
from bot.booking.phrases import is_yes, said
from bot.booking.replies import your_page
from bot.booking.summary import summary_text
from bot.booking.texts import booking_data
from bot.booking.visit import Visit
from bot.dialogue import Outcome, Turn
from bot.outbox.announce import callback_asked
from bot.records import referrals
from bot.records.models import Callback
from bot.reply import Reply, buttons


def phone(visit: Visit) -> Outcome:
    """Gives the number and the way by the GP; asks about a callback where the service has it on.

    A callback is offered only to someone who gave a phone number.
    """
    data = booking_data()
    read_out = data.texts.read_out.format(reference=visit.referral.reference)
    handover = visit.service.handover
    number = visit.service.contact.phone
    custom = {"type": "phone", "phone": number}
    said_of_it = (handover.text, opening(visit.service, visit.now), handover.gp, read_out)
    text = "\n\n".join(part for part in said_of_it if part)
    asked = callback(visit)
    if asked is not None:
        known = data.texts.callback_known.format(time=asked.best_time)
        reply = Reply(f"{text}\n\n{known}", buttons((data.buttons.prepare,)), custom)
        return _over(visit, reply, "callback")
    if handover.callback and _gave_phone(visit):
        visit.keep(Bookmark(step="callback"))
        return Outcome((Reply(text, custom=custom),))
    return _over(visit, Reply(text, buttons((data.buttons.prepare,)), custom), "phone")


def summary(visit: Visit) -> Outcome:
    """Says who refers to this service and how to find them, and gives the person's summary."""
    data = booking_data()
    text = summary_text(visit)
    how = Reply(f"{visit.service.handover.text}\n\n{data.texts.find_local}")
    summary_reply = Reply(
        "\n\n".join((data.texts.take_along, text.strip(), your_page(visit))),
        buttons((data.buttons.prepare,)),
        {
            "type": "summary",
            "reference": visit.referral.reference,
            "summary": text,
            "link": visit_link(visit),
        },
    )
    if posting.begin_summary(visit):
        return Outcome((how, summary_reply))
    visit.close()
    return Outcome((how, summary_reply), ended="summary")


def question(bookmark: Bookmark) -> Reply:
    """Whether the person would like a phone call, or when."""
    data = booking_data()
    if bookmark.step == "callback_time":
        return Reply(data.texts.callback_time, buttons((data.buttons.any_time,)))
    titles = (data.buttons.yes_callback, data.buttons.no_callback)
    return Reply(data.texts.callback_ask, buttons(titles))


def understands(text: str) -> bool:
    """Whether the text says yes or no to a phone call."""
    return bool(said(text, "yes", "no", "leave")) or is_yes(text, "call")


def answer(visit: Visit, bookmark: Bookmark, turn: Turn) -> Outcome:
    """Takes in whether, and when, the person would like a phone call."""
    data = booking_data()
    if bookmark.step == "callback_time":
        return _ask_for_call(visit, turn.text.strip())
    if said(turn.text, "no", "leave"):
        reply = Reply(data.texts.callback_no, buttons((data.buttons.prepare,)))
        return _over(visit, reply, "phone")
    if is_yes(turn.text, "call"):
        visit.keep(Bookmark(step="callback_time"))
        return Outcome()
    return Outcome((Reply(data.texts.confirm_unclear),))


def callback(visit: Visit) -> Callback | None:
    """The phone call that was asked for and hasn't been made."""
    found: Callback | None = (
        visit.session.execute(
            select(Callback).where(
                Callback.referral_id == visit.referral.id, Callback.state == "requested"
            )
        )
        .scalars()
        .first()
    )
    return found


def _ask_for_call(visit: Visit, best_time: str) -> Outcome:
    data = booking_data()
    asked = Callback(referral_id=visit.referral.id, best_time=best_time, requested_at=visit.now)
    visit.session.add(asked)
    visit.session.flush()
    callback_asked(visit.session, asked, visit.service, visit.now)
    text = data.texts.callback_done.format(time=best_time)
    custom = {"type": "callback", "reference": visit.referral.reference}
    return _over(visit, Reply(text, buttons((data.buttons.prepare,)), custom), "callback")


def _gave_phone(visit: Visit) -> bool:
    question_id = booking_data().limits.phone_question
    return bool(referrals.answers(visit.session, visit.referral).get(question_id))


def _over(visit: Visit, reply: Reply, ended: str) -> Outcome:
    visit.close()
    return Outcome((reply,), ended=ended)
