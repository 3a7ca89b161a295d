"""Services without a diary: their phone number, a callback where they offer it, or a summary."""

from __future__ import annotations

from sqlalchemy import desc, select

from bot.booking import letters, posting
from bot.booking.bookmark import Bookmark
from bot.booking.links import visit_link
from bot.booking.opening import opening
from bot.booking.phrases import is_yes, said, says_nothing_but
from bot.booking.reading import read_wishes
from bot.booking.replies import your_page
from bot.booking.summary import summary_text
from bot.booking.texts import booking_data
from bot.booking.times import in_london
from bot.booking.visit import Visit
from bot.dialogue import Outcome, Turn
from bot.outbox.announce import callback_asked
from bot.records import cases, referrals
from bot.records.models import Callback
from bot.reply import Reply, buttons

_REACHED = ("asks_call", "asks_letter", "no_call")  # "don't call me" asks for no call


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
        titles = (data.buttons.any_time, data.buttons.no_callback)
        return Reply(data.texts.callback_time, buttons(titles))
    titles = (data.buttons.yes_callback, data.buttons.no_callback)
    return Reply(data.texts.callback_ask, buttons(titles))


def understands(text: str) -> bool:
    """Whether the text says yes or no to a phone call."""
    return bool(said(text, "yes", "no", "leave")) or is_yes(text, "call")


def answer(visit: Visit, bookmark: Bookmark, turn: Turn) -> Outcome:
    """Takes in whether, and when, the person would like a phone call."""
    data = booking_data()
    if bookmark.step == "callback_time":
        return _take_time(visit, turn.text.strip())
    if said(turn.text, "no", "leave"):
        return _no_call(visit)
    if is_yes(turn.text, "call"):
        visit.keep(Bookmark(step="callback_time"))
        return Outcome()
    return Outcome((Reply(data.texts.confirm_unclear),))


def asks_to_be_reached(text: str) -> bool:
    """Whether the text asks for a phone call, or for something to be sent."""
    return bool({"asks_call", "asks_letter"} & said(text, *_REACHED))


def reach(visit: Visit, text: str) -> Outcome | None:
    """Opens the question about a call or an e-mail that is asked for, or says what else there is.

    None where neither is asked for, or something could be sent, but nothing is there to be.
    """
    texts, wanted = booking_data().texts, said(text, *_REACHED)
    if "asks_call" in wanted:
        if visit.service.handover.callback:
            return phone(visit)
        return Outcome((Reply(f"{texts.no_call_here} {visit.who_to_ask}"),), ended="phone")
    if "asks_letter" in wanted and not letters.ways(visit):
        return Outcome((Reply(f"{texts.no_letter_here} {your_page(visit)}"),), ended="summary")
    if "asks_letter" in wanted and visit.service.handover.kind == "summary":
        return Outcome() if posting.begin_summary(visit) else None
    return None


def callback(visit: Visit, state: str = "requested") -> Callback | None:
    """The phone call that was asked for and hasn't been made, or the last one in another state."""
    found: Callback | None = (
        visit.session.execute(
            select(Callback)
            .where(Callback.referral_id == visit.referral.id, Callback.state == state)
            .order_by(desc(Callback.requested_at))
        )
        .scalars()
        .first()
    )
    return found


def _take_time(visit: Visit, text: str) -> Outcome:
    """Any words will do for a time, but not those that take the wish for a call back."""
    if says_nothing_but(text, "no", "leave", "cancel", "no_call"):
        return _no_call(visit)
    if said(text, "no_call") and not read_wishes(text, in_london(visit.now).date()):
        visit.keep(Bookmark(step="callback"))
        return Outcome()
    return _ask_for_call(visit, text) if text else Outcome()


def _no_call(visit: Visit) -> Outcome:
    data = booking_data()
    reply = Reply(data.texts.callback_no, buttons((data.buttons.prepare,)))
    return _over(visit, reply, "phone")


def _ask_for_call(visit: Visit, best_time: str) -> Outcome:
    data = booking_data()
    visit.session.refresh(visit.referral, with_for_update=True)
    known = callback(visit)
    if known is not None:  # two messages at once
        text = data.texts.callback_known.format(time=known.best_time)
        return _over(visit, Reply(text, buttons((data.buttons.prepare,))), "callback")
    asked = Callback(referral_id=visit.referral.id, best_time=best_time, requested_at=visit.now)
    visit.session.add(asked)
    visit.session.flush()
    cases.asked_to_be_phoned(visit.session, visit.referral.id, visit.now)
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
