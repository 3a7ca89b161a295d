"""Asks whether to write to the person: about an appointment, a free time, or their summary."""

from __future__ import annotations

from datetime import timedelta

from bot.booking import changing, letters, waiting
from bot.booking.bookmark import Bookmark
from bot.booking.phrases import is_yes, said
from bot.booking.replies import about
from bot.booking.rules import rules_of
from bot.booking.summary import summary_files
from bot.booking.texts import booking_data
from bot.booking.visit import Visit
from bot.dialogue import Outcome
from bot.prescreen.understanding.contact import show_phone
from bot.records import referrals
from bot.reply import Reply, buttons

STEPS = frozenset({"letters", "wait", "summary"})


def begin(visit: Visit) -> bool:
    """Opens the question whether to send the details; False where there is nothing to ask.

    It is asked once for each referral, and only where something can be sent.
    """
    if letters.agreed(visit.referral) is not None or not letters.ways(visit):
        return False
    visit.keep(Bookmark(step="letters"))
    return True


def begin_waiting(visit: Visit) -> bool:
    """Opens the question whether to tell them of free times.

    False where they can't be told, where staff have booked them or ended their case, and where
    another system keeps the diary: a time there can't be kept for them.
    """
    if visit.service.handover.fhir is not None or not letters.ways(visit):
        return False
    if not waiting.may_wait(visit):
        return False
    visit.keep(Bookmark(step="wait"))
    return True


def question(visit: Visit, bookmark: Bookmark) -> Reply:
    """The open question, with the address that would be used."""
    data, able = booking_data(), letters.ways(visit)
    texts, titles = data.texts, data.buttons
    answers = referrals.answers(visit.session, visit.referral)
    email = answers.get(data.limits.email_question)
    phone = answers.get(data.limits.phone_question)
    values = {
        "email": email,
        "phone": show_phone(phone) if phone else "",
        "reminder": _reminder(visit),
    }
    if bookmark.step == "summary":
        offered = (titles.yes_summary, titles.no_summary)
        return Reply(texts.summary_ask.format(**values), buttons(offered))
    asked = "wait_ask" if bookmark.step == "wait" else "letters_ask"
    text = getattr(texts, f"{asked}_{able[0] if len(able) == 1 else 'both'}")
    offers = {"email": titles.yes_email, "text": titles.yes_text}
    no = titles.no_wait_list if bookmark.step == "wait" else titles.no_letters
    return Reply(text.format(**values), buttons((*(offers[way] for way in able), no)))


def understands(visit: Visit, bookmark: Bookmark, text: str) -> bool:
    """Whether the text says yes or no to the open question."""
    return bool(said(text, "yes", "no", "leave")) or is_yes(text, *_yes_to(visit, bookmark))


def answer(visit: Visit, bookmark: Bookmark, text: str) -> Outcome:
    """Takes in a yes or a no. Only a clear yes has anything sent."""
    if said(text, "no", "leave"):
        return _no(visit, bookmark)
    if not is_yes(text, *_yes_to(visit, bookmark)):
        return Outcome((Reply(booking_data().texts.confirm_unclear),))
    if bookmark.step == "summary":
        return _send_summary(visit)
    able = letters.ways(visit)
    named = tuple(way for way in able if way in text.lower())
    if bookmark.step == "wait":
        waiting.join(visit, named or able)
        return _over(visit, booking_data().texts.wait_done, "waiting")
    letters.agree(visit.referral, named or able)
    has = visit.booked()
    if has is not None:
        letters.tell(visit, "booked", *has)
    texts = booking_data().texts
    too_soon = has is not None and letters.reminder_due(visit, has[1]) is None
    text = texts.letters_yes_only if too_soon else texts.letters_yes
    return _over(visit, f"{text} {texts.letters_stop}", "booked")


def stop(visit: Visit) -> str | None:
    """Takes back what the person agreed to, and says what has stopped; None if nothing was sent."""
    texts, has = booking_data().texts, visit.booked()
    waited, told = waiting.is_waiting(visit), bool(letters.agreed(visit.referral))
    changing.stop_messages(visit)
    if waited:
        return texts.list_left
    if not told:
        return None
    if has is not None and has[1].starts_at > visit.now:
        return about(has[1], texts.messages_stopped_booked).text
    return texts.messages_stopped


def begin_summary(visit: Visit) -> bool:
    """Opens the question whether to e-mail the summary; False where it can't be."""
    if "email" not in letters.ways(visit):
        return False
    visit.keep(Bookmark(step="summary"))
    return True


def _reminder(visit: Visit) -> str:
    """What the question promises beside the details."""
    texts, has = booking_data().texts, visit.booked()
    if has is not None and letters.reminder_due(visit, has[1]) is not None:
        return texts.letters_reminder
    hours = rules_of(visit.service).remind // timedelta(hours=1)
    return texts.letters_reminder_later.format(hours=hours)


def _yes_to(visit: Visit, bookmark: Bookmark) -> tuple[str, ...]:
    """What says yes to the open question, beside yes."""
    if bookmark.step == "wait":
        return ("tell_me", *letters.ways(visit))
    return ("email",) if bookmark.step == "summary" else letters.ways(visit)


def _no(visit: Visit, bookmark: Bookmark) -> Outcome:
    texts = booking_data().texts
    if bookmark.step == "summary":
        return _over(visit, texts.summary_no, "summary")
    if bookmark.step == "wait":
        return _over(visit, texts.wait_no, "not-waiting")
    letters.agree(visit.referral, ())
    return _over(visit, texts.letters_no, "booked")


def _send_summary(visit: Visit) -> Outcome:
    letters.send_summary(visit, summary_files(visit))
    data = booking_data()
    answers = referrals.answers(visit.session, visit.referral)
    email = answers.get(data.limits.email_question)
    return _over(visit, data.texts.summary_sent.format(email=email), "summary")


def _over(visit: Visit, text: str, ended: str) -> Outcome:
    visit.close()
    return Outcome((Reply(text, buttons((booking_data().buttons.prepare,))),), ended=ended)
