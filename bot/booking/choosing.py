"""Choosing a time in the service's diary, and booking it: one turn of it at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from bot.booking import changing, diary, elsewhere, posting, waiting
from bot.booking.bookmark import Bookmark
from bot.booking.elsewhere import Attempt
from bot.booking.offering import allowed, choices, first_page, free, like, next_page, shown
from bot.booking.phrases import is_yes, said, says_only
from bot.booking.reading import read_wishes
from bot.booking.replies import about, booked
from bot.booking.rules import rules_of
from bot.booking.texts import booking_data
from bot.booking.times import in_london, until_time
from bot.booking.visit import Visit
from bot.booking.wish import Wish
from bot.dialogue import Outcome
from bot.records.models import Appointment, DiarySlot
from bot.reply import Reply

T = TypeVar("T")


def begin(visit: Visit, *words: str, lost: str | None = None, moving: bool = False) -> Outcome:
    """Shows the first free times after saying `words`; ends at once if there are none.

    Args:
        lost: what became of the time that they had chosen; said even if there is no other.
    """
    news = () if lost is None else (lost,)
    if not moving and visit.ended:
        visit.close()
        noted = getattr(booking_data().texts, f"status_case_{visit.noted}")
        return _say(*news, noted, visit.who_to_ask, ended="ended")
    page = first_page(free(visit), None)
    if page:
        visit.keep(_showing(page, moving=moving))
        return _say(*news, *words)
    visit.close()
    if not moving and waiting.is_waiting(visit):
        return _say(*news, booking_data().texts.wait_known, ended="none-free")
    if not moving and posting.begin_waiting(visit):
        return _say(*news)
    has = visit.booked() if moving else None
    kept = (about(has[1], booking_data().texts.kept),) if has else ()
    none_free = _say(*news, booking_data().texts.none_free).replies
    return Outcome((*none_free, *kept), ended="none-free")


def question(visit: Visit, bookmark: Bookmark) -> Reply:
    """The times to choose from, those that have gone meanwhile left out; or the one to confirm."""
    slot = _chosen(visit, bookmark)
    if slot is not None:
        return _confirmation(visit, slot, moving=bookmark.moving)
    now_free = free(visit)
    free_ids = {slot.id for slot in now_free}
    still = [slot for slot in shown(visit, bookmark) if slot.id in free_ids]
    if not still:
        bookmark = _showing(first_page(now_free, None), moving=bookmark.moving)
        still = shown(visit, bookmark)
    if not still:
        return Reply(booking_data().texts.none_free)
    visit.keep(bookmark.copy(update={"offered": tuple(slot.id for slot in still)}))
    return choices(visit, bookmark, still)


def understands(visit: Visit, bookmark: Bookmark, text: str) -> bool:
    """Whether the text says anything that `answer` can go by."""
    if read_wishes(text, in_london(visit.now).date()):
        return True
    kinds = ("more", "all_times", "leave", "whichever", "cancel", "keep")
    if bookmark.step != "confirm":
        return bool(said(text, *kinds))
    return bool(said(text, *kinds, "yes", "no")) or is_yes(text, *_yes_to(bookmark))


def answer(visit: Visit, bookmark: Bookmark, text: str) -> Outcome:
    """Takes in what the person says about the times shown, or about the one to confirm."""
    slot = _chosen(visit, bookmark)
    if slot is not None:
        return _answer_confirmation(visit, bookmark, slot, text)
    if says_only(text, "leave"):
        return leave(visit, bookmark)
    wishes = read_wishes(text, in_london(visit.now).date())
    if wishes:
        return _by_wish(visit, bookmark, wishes)
    says = said(text, "more", "all_times", "leave", "whichever", "cancel", "keep")
    if bookmark.moving and "cancel" in says:
        visit.keep(Bookmark(step="cancel"))
        return Outcome()
    if says & {"leave", "cancel", "keep"}:
        return leave(visit, bookmark)
    if "more" in says:
        return _more(visit, bookmark)
    if "all_times" in says:
        return begin(visit, moving=bookmark.moving)
    if "whichever" in says:
        return _by_wish(visit, bookmark, [Wish(place=0)])
    return _say(booking_data().texts.unclear)


def leave(visit: Visit, bookmark: Bookmark) -> Outcome:
    """Ends without booking; an appointment that was to be moved stays as it is."""
    diary.release(visit.session, visit.referral.id)
    visit.close()
    has = visit.booked()
    if bookmark.moving and has:
        reply = about(has[1], booking_data().texts.kept)
        return Outcome((reply,), ended="kept")
    return _say(booking_data().texts.not_now, ended="not-now")


def _by_wish(visit: Visit, bookmark: Bookmark, wishes: Sequence[Wish]) -> Outcome:
    texts = booking_data().texts
    seen = shown(visit, bookmark)
    chosen = [
        slot for wish in wishes if wish.exact and not wish.earliest for slot in wish.among(seen)
    ]
    wish = wishes[0]
    if not chosen:
        everything = free(visit)
        for wish in wishes:
            chosen = [] if wish.place is not None else wish.among(everything)
            if chosen:
                break
    found = list({slot.id: slot for slot in chosen}.values())
    if not found:
        return begin(visit, texts.nothing_then, moving=bookmark.moving)
    if len(found) == 1:
        return _choose(visit, bookmark, found[0])
    visit.keep(_showing(first_page(found, wish), wish, moving=bookmark.moving))
    return _say(texts.some_then)


def _more(visit: Visit, bookmark: Bookmark) -> Outcome:
    seen = shown(visit, bookmark)
    page = next_page(free(visit), bookmark.wish, seen[-1] if seen else None)
    if not page:
        return begin(visit, booking_data().texts.nothing_later, moving=bookmark.moving)
    visit.keep(_showing(page, bookmark.wish, moving=bookmark.moving))
    return Outcome()


def _choose(visit: Visit, bookmark: Bookmark, slot: DiarySlot) -> Outcome:
    """Keeps the slot for the person, and asks whether to book it."""
    if not allowed(visit, slot):
        return begin(visit, lost=booking_data().texts.over, moving=bookmark.moving)
    rules = rules_of(visit.service)
    # No longer than it can be booked
    until = min(visit.now + timedelta(minutes=rules.hold_minutes), slot.starts_at - rules.notice)

    def hold(slot_id: str) -> DiarySlot:
        return diary.hold(visit.session, slot_id, visit.referral.id, visit.now, until)

    held = _first_free(visit, slot, hold)
    if held is None:
        return begin(visit, lost=booking_data().texts.taken, moving=bookmark.moving)
    visit.keep(bookmark.copy(update={"step": "confirm", "slot": held.id}))
    return Outcome()


def _chosen(visit: Visit, bookmark: Bookmark) -> DiarySlot | None:
    """The slot to confirm, while there is one."""
    if bookmark.step != "confirm" or bookmark.slot is None:
        return None
    found: DiarySlot | None = visit.session.get(DiarySlot, bookmark.slot)
    return found


def _confirmation(visit: Visit, slot: DiarySlot, *, moving: bool) -> Reply:
    data = booking_data()
    # Another system's own people can take the time meanwhile: nothing is promised there.
    here = visit.service.handover.fhir is None
    held = slot.state == "held" and slot.held_by == visit.referral.id
    hint: tuple[str, ...] = ()
    if here and held and slot.held_until > visit.now:
        hint = (data.texts.confirm_hint.format(until=until_time(slot.held_until, visit.now)),)
    return about(
        slot,
        data.texts.confirm_move if moving else data.texts.confirm,
        *hint,
        titles=(data.buttons.yes_book, data.buttons.no_book),
        type="confirm",
    )


def _answer_confirmation(visit: Visit, bookmark: Bookmark, slot: DiarySlot, text: str) -> Outcome:
    texts = booking_data().texts
    choosing = bookmark.copy(update={"step": "choose", "slot": None})
    if is_yes(text, *_yes_to(bookmark)):
        return _book(visit, bookmark, slot)
    says = said(text, "yes", "no", "leave", "more", "all_times")
    wishes = read_wishes(text, in_london(visit.now).date())
    if wishes and not any(wish.place is None and wish.meets(slot) for wish in wishes):
        diary.release(visit.session, visit.referral.id)
        return _by_wish(visit, choosing, wishes)
    if "leave" in says:
        return leave(visit, bookmark)
    if says & {"no", "more", "all_times"} and "yes" not in says:
        diary.release(visit.session, visit.referral.id)
        visit.keep(choosing)
        return _say(texts.released)
    return _say(texts.confirm_unclear)


def _yes_to(bookmark: Bookmark) -> tuple[str, ...]:
    """What says yes to the confirmation, beside yes."""
    return ("book", "move") if bookmark.moving else ("book",)


def _book(visit: Visit, bookmark: Bookmark, slot: DiarySlot) -> Outcome:
    if not allowed(visit, slot):
        diary.release(visit.session, visit.referral.id)
        return begin(visit, lost=booking_data().texts.over, moving=bookmark.moving)

    def take(slot_id: str) -> Appointment | Attempt:
        if visit.service.handover.fhir is not None:
            return elsewhere.begin(visit, slot_id, moving=bookmark.moving)
        return (changing.move if bookmark.moving else changing.book)(visit, slot_id)

    try:
        got = _first_free(visit, slot, take)
    except diary.AlreadyBooked:
        visit.keep(Bookmark(step="manage"))
        return Outcome()
    except diary.NothingBooked:
        visit.close()
        return _say(booking_data().texts.nothing_booked, ended="nothing-booked")
    if got is None:
        return begin(visit, lost=booking_data().texts.taken, moving=bookmark.moving)
    if isinstance(got, Attempt):  # what comes of it is up to `asking`
        asked = {"step": "asking", "slot": got.slot_id, "attempt": got.key}
        visit.keep(bookmark.copy(update=asked))
        return Outcome()
    visit.close()
    reply = booked(visit, got, diary.slot_of(visit.session, got), moved=bookmark.moving)
    if posting.begin(visit):
        return Outcome((reply,))
    return Outcome((reply,), ended="moved" if bookmark.moving else "booked")


def _first_free(visit: Visit, slot: DiarySlot, take: Callable[[str], T]) -> T | None:
    """What `take` gives for the slot, or for another at the same time; None if all are taken."""
    for slot_id in (slot.id, *(each.id for each in like(visit, slot))):
        try:
            return take(slot_id)
        except diary.SlotTaken:
            continue
    return None


def _showing(slots: Sequence[DiarySlot], wish: Wish | None = None, *, moving: bool) -> Bookmark:
    offered = tuple(slot.id for slot in slots)
    return Bookmark(step="choose", moving=moving, offered=offered, wish=wish)


def _say(*words: str, ended: str | None = None) -> Outcome:
    return Outcome(tuple(Reply(word) for word in words), ended=ended)
