"""An appointment that is booked: keeping, changing or cancelling it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from bot.booking import changing, choosing, diary
from bot.booking.bookmark import Bookmark
from bot.booking.phrases import is_yes, said
from bot.booking.reading import read_wishes
from bot.booking.replies import about, cancelled
from bot.booking.texts import booking_data
from bot.booking.times import in_london, short_time
from bot.booking.visit import Visit
from bot.dialogue import Outcome
from bot.prescreen.understanding.plain import plain
from bot.records.models import DiarySlot
from bot.reply import Reply, buttons

Step = Literal["manage", "choose", "cancel"]

_KINDS = ("change", "cancel", "keep", "yes", "no", "leave")


def begin_one_of(visits: Sequence[Visit], step: Step) -> Outcome:
    """As `begin`; whoever has several appointments to come is asked which one first."""
    if len(visits) == 1:
        return begin(visits[0], step)
    visits[0].keep(Bookmark(step="which", then=step))
    return Outcome()


def which(visits: Sequence[Visit]) -> Reply:
    """The question which of the appointments is meant."""
    offered = [title for title, _, _ in _to_come(visits)]
    return Reply(booking_data().texts.which, buttons((*offered, booking_data().buttons.keep)))


def answer_which(visits: Sequence[Visit], asked: Visit, bookmark: Bookmark, text: str) -> Outcome:
    """Takes in which of the appointments is meant, and goes on with that one.

    Args:
        asked: the visit that has the open question.
    """
    wishes = read_wishes(text, in_london(asked.now).date())
    to_come = _to_come(visits)
    slots = [slot for _, slot, _ in to_come]
    met = {slot.id for wish in wishes for slot in wish.among(slots)}
    meant = [
        visit for title, slot, visit in to_come if slot.id in met or plain(title) == plain(text)
    ]
    if len(meant) == 1:
        asked.close()
        return begin(meant[0], bookmark.then)
    texts = booking_data().texts
    if said(text, "keep", "leave", "no"):
        asked.close()
        return Outcome((Reply(texts.which_kept),), ended="kept")
    return Outcome((Reply(texts.unclear),))


def _to_come(visits: Sequence[Visit]) -> list[tuple[str, DiarySlot, Visit]]:
    """The appointments to come with what each is called, soonest first."""
    found = [(has[1], visit) for visit in visits if (has := visit.to_come())]
    found.sort(key=lambda each: each[0].starts_at)
    several = len({visit.service.id for _, visit in found}) > 1
    return [
        (
            f"{short_time(slot.starts_at)}{f', {visit.service.short_name}' if several else ''}",
            slot,
            visit,
        )
        for slot, visit in found
    ]


def begin(visit: Visit, step: str) -> Outcome:
    """Opens a question about the appointment: "manage", "cancel", or "choose" to move it.

    Ends at once where there is nothing booked, or it is past.
    """
    data = booking_data()
    has = visit.booked()
    if has is None:
        visit.close()
        reply = Reply(data.texts.nothing_booked, buttons((data.buttons.book,)))
        return Outcome((reply,), ended="nothing-booked")
    slot = has[1]
    if slot.starts_at <= visit.now:
        visit.close()
        who = visit.who_to_ask
        sentence = data.texts.past if slot.ends_at <= visit.now else data.texts.has_begun
        titles = (data.buttons.book,) if visit.may_book else ()
        return Outcome((about(slot, sentence, who, titles=titles),), ended="past")
    if step == "choose":
        return choosing.begin(visit, moving=True)
    visit.keep(Bookmark(step="cancel" if step == "cancel" else "manage"))
    return Outcome()


def question(visit: Visit, bookmark: Bookmark) -> Reply:
    """What to do with the appointment, or whether really to cancel it."""
    data = booking_data()
    has = visit.booked()
    if has is None:
        return Reply(data.texts.nothing_booked)
    titles = data.buttons
    if bookmark.step == "cancel":
        return about(
            has[1], data.texts.confirm_cancel, titles=(titles.yes_cancel, titles.no_cancel)
        )
    return about(has[1], data.texts.manage, titles=(titles.change, titles.cancel, titles.keep))


def understands(visit: Visit, text: str) -> bool:
    """Whether the text says anything that `answer` can go by."""
    return bool(said(text, *_KINDS) or read_wishes(text, in_london(visit.now).date()))


def answer(visit: Visit, bookmark: Bookmark, text: str) -> Outcome:
    """Takes in what is to be done with the appointment. Only a clear yes cancels it."""
    says = said(text, *_KINDS)
    if bookmark.step == "cancel":
        if says & {"no", "keep", "leave"}:
            return _keep(visit)
        if "change" in says:
            return begin(visit, "choose")
        if is_yes(text, "cancel"):
            return _cancel(visit)
        return Outcome((Reply(booking_data().texts.confirm_unclear),))
    if says & {"keep", "leave"}:
        return _keep(visit)
    if "cancel" in says and "no" not in says:
        return begin(visit, "cancel")
    if read_wishes(text, in_london(visit.now).date()):
        opened = begin(visit, "choose")
        bookmark_now = visit.bookmark
        if opened.ended or bookmark_now is None:
            return opened
        return choosing.answer(visit, bookmark_now, text)
    if "change" in says:
        return begin(visit, "choose")
    if "no" in says:
        return _keep(visit)
    return Outcome((Reply(booking_data().texts.manage_unclear),))


def _keep(visit: Visit) -> Outcome:
    visit.close()
    has = visit.booked()
    if has is None:
        return Outcome((Reply(booking_data().texts.nothing_booked),), ended="nothing-booked")
    return Outcome((about(has[1], booking_data().texts.kept),), ended="kept")


def _cancel(visit: Visit) -> Outcome:
    visit.close()
    try:
        appointment = changing.cancel(visit)
    except diary.NothingBooked:
        return Outcome((Reply(booking_data().texts.nothing_booked),), ended="nothing-booked")
    slot = diary.slot_of(visit.session, appointment)
    return Outcome((cancelled(visit, appointment, slot),), ended="cancelled")
