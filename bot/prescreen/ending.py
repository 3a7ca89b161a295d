"""How a pre-screen ends: sent, paused, erased, declined, not eligible, or put aside for safety."""

from __future__ import annotations

from bot.dialogue import Outcome
from bot.outbox.announce import referral_sent
from bot.prescreen.place import Place
from bot.prescreen.questions import Choice
from bot.prescreen.show import show_date
from bot.prescreen.texts import texts
from bot.records import referrals
from bot.records.conversations import conversation
from bot.records.erasure import erase_conversation, erase_referral
from bot.reply import Reply


def send(place: Place) -> Outcome:
    """Sends the answers that apply, once, and gives the reference."""
    now_filled = place.filled
    applying = {question.id for question in place.flow.questions(now_filled)}
    place.drop(set(now_filled.answers) - applying)
    first_time = place.referral.sent_at is None
    referrals.send(place.session, place.referral, place.now)
    if first_time and now_filled.service is not None:
        referral_sent(place.session, place.referral, now_filled.service, place.now)
    return sent(place)


def sent(place: Place) -> Outcome:
    """What is said when the answers are sent."""
    words = texts()
    service = place.filled.service
    time = service.prescreen.response_time if service else None
    to_take = service is not None and service.handover.kind == "summary"
    reference = place.referral.reference
    text = (words.sent_to_take if to_take else words.sent).format(
        service=service.name if service else "",
        reference=reference,
        response_time=(
            words.response_time.format(time=time) if time else words.response_time_unknown
        ),
    )
    custom = {"type": "sent", "reference": reference}
    return Outcome((Reply(text, custom=custom),), ended="sent")


def pause(place: Place) -> Outcome:
    """Keeps the answers and gives a code to come back with."""
    days = texts().resume_days
    code, expires = referrals.pause(place.session, place.referral, place.now, days)
    place.note(pending=None, ended="paused")
    text = texts().paused.format(days=days, code=code, expires=show_date(expires.date()))
    custom = {"type": "paused", "code": code, "expires": expires.isoformat()}
    return Outcome((Reply(text, custom=custom),), ended="paused")


def put_aside(place: Place, ended: str) -> Outcome:
    """Keeps the answers for when the person asks to carry on; `ended` says why."""
    place.referral.state = "paused"
    place.note(pending=None, ended=ended)
    replies = (Reply(texts().urgent_help),) if ended == "urgent-help" else ()
    return Outcome(replies, ended=ended)


def leave(place: Place, choice: Choice) -> Outcome:
    """Ends where a choice leads out of the pre-screen. No answer is kept."""
    words = texts()
    text = {
        "too_young": words.too_young,
        "wrong_area": words.wrong_area,
        None: words.declined,
    }[choice.ends_with]
    reply = Reply(place.presenter.fill(text, place.filled))
    owner = conversation(place.session, place.referral.conversation_id, place.now)
    owner.retention = "declined"
    place.session.delete(place.referral)
    place.session.flush()
    return Outcome((reply,), ended=choice.leads_to)


def erase(place: Place) -> Outcome:
    """Erases every referral of the conversation, its transcript and the words of its flags."""
    conversation_id = place.referral.conversation_id
    for referral in referrals.of_conversation(place.session, conversation_id):
        erase_referral(place.session, referral, by="person", now=place.now)
    erase_conversation(place.session, conversation_id, by="person", now=place.now)
    # What is still said in this chat goes by tomorrow.
    conversation(place.session, conversation_id, place.now).retention = "declined"
    return Outcome((Reply(texts().erased),), ended="erased")
