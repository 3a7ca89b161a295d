"""Which of the free slots are shown, and how."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any

from sqlalchemy import select

from bot.booking.bookmark import Bookmark
from bot.booking.diary import free_slots
from bot.booking.rules import rules_of
from bot.booking.texts import booking_data
from bot.booking.times import clock_time, in_london, long_day, short_time
from bot.booking.visit import Visit
from bot.booking.wish import Wish
from bot.records.models import DiarySlot
from bot.reply import Button, Reply

_slots: Any = DiarySlot  # its columns


def free(visit: Visit) -> list[DiarySlot]:
    """The free slots of the visit's service, soonest first, each time and way only once.

    Those too soon, or on a bank holiday, are left out as the service's rules say.
    """
    rules = rules_of(visit.service)
    found = [
        slot
        for slot in free_slots(
            visit.session,
            visit.service.id,
            visit.now,
            notice=rules.notice,
            for_referral=visit.referral.id,
            elsewhere=visit.service.handover.fhir is not None,
        )
        if rules.allow(slot)
    ]
    return list({_alike(slot): slot for slot in reversed(found)}.values())[::-1]


def allowed(visit: Visit, slot: DiarySlot) -> bool:
    """Whether a slot can still be booked: by the service's rules, and by what staff noted."""
    rules = rules_of(visit.service)
    soon = slot.starts_at <= visit.now + rules.notice
    return not soon and rules.allow(slot) and may_choose(visit)


def may_choose(visit: Visit) -> bool:
    """Whether there are times to choose from: to book, or to move to."""
    return visit.may_book or visit.to_come() is not None


def like(visit: Visit, slot: DiarySlot) -> list[DiarySlot]:
    """Other free slots at the same time and held the same way."""
    found = free_slots(
        visit.session,
        visit.service.id,
        visit.now,
        for_referral=visit.referral.id,
        elsewhere=visit.service.handover.fhir is not None,
    )
    return [each for each in found if each.id != slot.id and _alike(each) == _alike(slot)]


def shown(visit: Visit, bookmark: Bookmark) -> list[DiarySlot]:
    """The slots on show, in their order, whether or not they are still free."""
    rows = visit.session.execute(select(DiarySlot).where(_slots.id.in_(bookmark.offered)))
    by_id = {slot.id: slot for slot in rows.scalars()}
    return [by_id[slot_id] for slot_id in bookmark.offered if slot_id in by_id]


def first_page(slots: Sequence[DiarySlot], wish: Wish | None) -> list[DiarySlot]:
    """Those to show first. Without a wish they are spread over several days."""
    rules = booking_data().limits
    wanted = [slot for slot in slots if wish is None or wish.meets(slot)]
    if wish is None:
        wanted = _spread(wanted, rules.offered_a_day)
    return wanted[: rules.offered_at_once]


def next_page(
    slots: Sequence[DiarySlot], wish: Wish | None, last: DiarySlot | None
) -> list[DiarySlot]:
    """Those to show after `last`; nothing when there are no more.

    Without a wish it goes on with the next day: a day's other times are had by naming the day.
    """
    if last is None:
        return first_page(slots, wish)
    if wish is None:
        day = in_london(last.starts_at).date()
        return first_page([s for s in slots if in_london(s.starts_at).date() > day], None)
    return first_page([s for s in slots if _order(s) > _order(last)], wish)


def choices(visit: Visit, bookmark: Bookmark, slots: Sequence[DiarySlot]) -> Reply:
    """The question which of `slots`."""
    data = booking_data()
    titles, texts = data.buttons, data.texts
    ways = {(slot.mode, slot.place) for slot in slots}
    more = bool(next_page(free(visit), bookmark.wish, slots[-1]))
    elsewhere = bookmark.wish is not None or slots[0].id != _very_first(visit)
    steering = [
        *([titles.more] if more else []),
        *([titles.all_times] if elsewhere else []),
        titles.keep if bookmark.moving else titles.not_now,
    ]
    question = texts.choose_move if bookmark.moving else texts.choose
    paragraphs = [f"{question} {texts.choose_hint}"]
    if len(ways) == 1:
        paragraphs.insert(0, texts.these_are.format(mode=way(slots[0])))
    if any(slot.demonstration for slot in slots):
        paragraphs.append(texts.demonstration_times)
    offered = [Button.same(_title(slot, with_way=len(ways) > 1)) for slot in slots]
    return Reply(
        "\n\n".join(paragraphs),
        (*offered, *map(Button.same, steering)),
        {
            "type": "slots",
            "demonstration": any(slot.demonstration for slot in slots),
            "quiet": [button for button in steering if button != titles.more],
            "slots": [
                {
                    "title": button.title,
                    "starts_at": slot.starts_at.isoformat(),
                    "mode": slot.mode,
                    "day": long_day(slot.starts_at),
                    "time": clock_time(slot.starts_at),
                    "way": way(slot) if len(ways) > 1 else None,
                }
                for button, slot in zip(offered, slots, strict=True)
            ],
        },
    )


def way(slot: DiarySlot) -> str:
    """How the appointment is held, such as "by video call"."""
    words = booking_data().modes[slot.mode]
    return f"{words}, {slot.place}" if slot.place else words


def _title(slot: DiarySlot, *, with_way: bool) -> str:
    return f"{short_time(slot.starts_at)}, {way(slot)}" if with_way else short_time(slot.starts_at)


def _very_first(visit: Visit) -> str | None:
    page = first_page(free(visit), None)
    return page[0].id if page else None


def _alike(slot: DiarySlot) -> tuple[Any, ...]:
    return (slot.starts_at, slot.ends_at, slot.mode, slot.place, slot.demonstration)


def _order(slot: DiarySlot) -> tuple[Any, ...]:
    return (slot.starts_at, slot.mode, slot.id)


def _spread(slots: Iterable[DiarySlot], a_day: int) -> list[DiarySlot]:
    """At most `a_day` slots of each day, spread over the day."""
    days: dict[Any, list[DiarySlot]] = {}
    for slot in slots:
        days.setdefault(in_london(slot.starts_at).date(), []).append(slot)
    spread = []
    for of_day in days.values():
        if len(of_day) > a_day:
            of_day = [of_day[ceil(at * len(of_day) / a_day)] for at in range(a_day)]
        spread += of_day
    return spread
