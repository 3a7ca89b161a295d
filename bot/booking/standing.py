"""How a referral stands: sent or not, and what is booked."""

from __future__ import annotations

from bot.booking.diary import last_cancelled
from bot.booking.handover import callback
from bot.booking.offering import way
from bot.booking.texts import booking_data
from bot.booking.times import long_day, long_time
from bot.booking.visit import Visit
from bot.reply import Reply, buttons


def standing(visit: Visit) -> Reply:
    """The real state of a sent referral."""
    data = booking_data()
    texts = data.texts
    sent = texts.status_sent.format(
        service=visit.service.name,
        day=long_day(visit.referral.sent_at or visit.now),
        reference=visit.referral.reference,
    )
    if visit.service.handover.kind == "summary":
        sent = texts.status_saved.format(reference=visit.referral.reference)
    state, lines, titles = _next(visit)
    custom = {"type": "status", "state": state, "reference": visit.referral.reference}
    return Reply("\n\n".join((sent, *lines)), buttons(titles), custom)


def _next(visit: Visit) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """What comes after sending: a word for it, how it is said, and what can be done."""
    data = booking_data()
    texts, kind = data.texts, visit.service.handover.kind
    has = visit.booked()
    if has is not None:
        slot = has[1]
        mark = (texts.demonstration_one,) if slot.demonstration else ()
        when = long_time(slot.starts_at)
        if slot.starts_at <= visit.now:
            past = texts.past.format(when=when)
            return "past", (past, *mark, visit.service.contact.who_to_ask), ()
        booked = texts.status_appointment.format(when=when, mode=way(slot))
        return "booked", (booked, *mark), (data.buttons.change_long, data.buttons.cancel_long)
    asked = callback(visit)
    if asked is not None:
        return "callback", (texts.status_callback.format(time=asked.best_time),), ()
    if kind != "diary" and callback(visit, "done") is not None:
        return "called", (texts.status_called, visit.service.handover.text), ()
    if kind != "diary":
        return "sent", (visit.service.handover.text,), ()
    if last_cancelled(visit.session, visit.referral.id):
        return "cancelled", (texts.status_cancelled,), (data.buttons.book,)
    return "sent", (texts.status_no_appointment,), (data.buttons.book,)
