"""Booking in another system from the chat: the open question is "asking" while it is asked.

How that is done in steps is in `elsewhere`; here is what the person is told of it.
"""

from __future__ import annotations

from bot.booking import changing, choosing, diary, elsewhere, posting
from bot.booking.bookmark import Bookmark
from bot.booking.elsewhere import Attempt, Visiting
from bot.booking.fhir.client import Unreachable
from bot.booking.fhir.diary import RemoteDiary
from bot.booking.replies import booked
from bot.booking.texts import booking_data
from bot.booking.visit import Visit
from bot.dialogue import Outcome
from bot.reply import Reply


def settle(visiting: Visiting, remote: RemoteDiary) -> Outcome:
    """Asks for the slot, and writes the appointment; gives what to say.

    Args:
        visiting: opens a transaction on the person's visit.
    """
    with visiting() as visit:
        bookmark = visit.bookmark
        if (
            bookmark is None
            or bookmark.step != "asking"
            or not (bookmark.slot and bookmark.attempt)
        ):
            return again(visit)
        attempt = Attempt(bookmark.slot, bookmark.attempt)
    try:
        elsewhere.ask(visiting, remote, attempt)
    except diary.SlotTaken:
        with visiting() as visit:
            return choosing.begin(visit, lost=booking_data().texts.taken, moving=bookmark.moving)
    except Unreachable:
        with visiting() as visit:
            return away(visit, moving=bookmark.moving)
    with visiting() as visit:
        return _write(visit, bookmark, attempt)


def again(visit: Visit) -> Outcome:
    """An attempt was broken off: nobody knows here whether it worked, so it is undone."""
    bookmark = visit.bookmark
    moving = bookmark is not None and bookmark.moving
    return choosing.begin(visit, lost=booking_data().texts.asked_in_vain, moving=moving)


def away(visit: Visit, *, moving: bool) -> Outcome:
    """The other system can't be reached: nothing is booked, and what was booked stays."""
    diary.release(visit.session, visit.referral.id)
    visit.close()
    texts = booking_data().texts
    text = texts.diary_away_moving if moving else texts.diary_away
    return Outcome((Reply(f"{text}\n\n{visit.who_to_ask}"),), ended="away")


def _write(visit: Visit, bookmark: Bookmark, attempt: Attempt) -> Outcome:
    act = changing.move if bookmark.moving else changing.book
    try:
        appointment = act(visit, attempt.slot_id, remote_key=attempt.key)
    except (diary.SlotTaken, diary.AlreadyBooked, diary.NothingBooked):
        return again(visit)
    visit.close()
    reply = booked(
        visit, appointment, diary.slot_of(visit.session, appointment), moved=bookmark.moving
    )
    if posting.begin(visit):
        return Outcome((reply,))
    return Outcome((reply,), ended="moved" if bookmark.moving else "booked")
