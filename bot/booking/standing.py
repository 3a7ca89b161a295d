"""How a referral stands: whether it has arrived, what staff noted, and what is booked."""

from __future__ import annotations

from bot.booking import waiting
from bot.booking.diary import held, last_cancelled
from bot.booking.handover import callback
from bot.booking.offering import way
from bot.booking.texts import booking_data
from bot.booking.times import long_day, long_time, until_time
from bot.booking.visit import Visit
from bot.outbox.announce import delivery
from bot.records import cases
from bot.reply import Reply, buttons

# A word for it, what is said of it, and what can be done.
State = tuple[str, tuple[str, ...], tuple[str, ...]]


def standing(visit: Visit) -> Reply:
    """The real state of a sent referral."""
    word, lines, titles = _by_staff(visit, _next(visit))
    custom = {"type": "status", "state": word, "reference": visit.referral.reference}
    return Reply("\n\n".join((*_sent(visit), *lines)), buttons(titles), custom)


def _sent(visit: Visit) -> tuple[str, ...]:
    """That it was sent, or hasn't arrived yet where another system takes it."""
    texts, service = booking_data().texts, visit.service
    values = {
        "service": service.name,
        "day": long_day(visit.referral.sent_at or visit.now),
        "reference": visit.referral.reference,
    }
    if service.handover.kind == "summary":
        return (texts.status_saved.format(reference=visit.referral.reference),)
    state = delivery(visit.session, visit.referral) if service.handover.fhir else None
    if state == "waiting":
        return (texts.status_on_its_way.format(**values),)
    if state in ("dead", "dropped"):
        return (texts.status_not_arrived.format(**values), visit.who_to_ask)
    return (texts.status_sent.format(**values),)


def _by_staff(visit: Visit, state: State) -> State:
    """The state with what staff noted: they may have ended it, or taken the next step."""
    texts, who = booking_data().texts, visit.who_to_ask
    word, lines, titles = state
    noted = visit.noted
    # Of what is booked in the diary, the diary knows more.
    if noted == "incoming" or (noted == "booked" and word != "sent"):
        return state
    said: str = getattr(texts, f"status_case_{noted}")
    if noted not in cases.OPEN_STATES and word not in ("booked", "under-way"):
        return noted, (said, who), ()
    if word == "sent" and (noted == "booked" or visit.service.handover.kind != "diary"):
        return noted, (said, who), ()
    return word, (said, *lines), titles


def _next(visit: Visit) -> State:
    """What comes after sending, as far as it is known here."""
    data = booking_data()
    texts, kind = data.texts, visit.service.handover.kind
    has = visit.booked()
    if has is not None:
        slot = has[1]
        mark = (texts.demonstration_one,) if slot.demonstration else ()
        when = long_time(slot.starts_at)
        if slot.starts_at <= visit.now < slot.ends_at:
            begun = texts.has_begun.format(when=when)
            return "under-way", (begun, *mark, visit.who_to_ask), ()
        if slot.starts_at <= visit.now:
            past = texts.past.format(when=when)
            titles = (data.buttons.book,) if visit.may_book else ()
            return "past", (past, *mark, visit.who_to_ask), titles
        booked = texts.status_appointment.format(when=when, mode=way(slot))
        # What another system's own people do to it is looked at now and then.
        elsewhere = texts.status_elsewhere.format(service=visit.service.name)
        since = (elsewhere,) if visit.service.handover.fhir else ()
        return (
            "booked",
            (booked, *since, *mark),
            (data.buttons.change_long, data.buttons.cancel_long),
        )
    asked = callback(visit)
    if asked is not None:
        return "callback", (texts.status_callback.format(time=asked.best_time),), ()
    if kind != "diary" and callback(visit, "done") is not None:
        return "called", (texts.status_called, visit.service.handover.text), ()
    if kind == "summary":
        made = texts.status_summary.format(service=visit.service.short_name)
        return "sent", (made, texts.find_local), ()
    if kind != "diary":
        return "sent", (visit.service.handover.text,), ()
    kept = held(visit.session, visit.referral.id, visit.now)
    # Another system's own people can take a time meanwhile: nothing is promised there.
    if kept is not None and visit.service.handover.fhir is None:
        until = until_time(kept.held_until, visit.now)
        said = texts.status_kept.format(when=long_time(kept.starts_at), mode=way(kept), until=until)
        mark = (texts.demonstration_one,) if kept.demonstration else ()
        return "kept", (said, *mark), (data.buttons.book,)
    if waiting.is_waiting(visit):
        return "waiting", (texts.status_waiting,), (data.buttons.book,)
    if last_cancelled(visit.session, visit.referral.id):
        return "cancelled", (texts.status_cancelled,), (data.buttons.book,)
    return "sent", (texts.status_no_appointment,), (data.buttons.book,)
