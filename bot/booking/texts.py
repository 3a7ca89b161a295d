"""What booking says and the rules it keeps, from data/booking.yml."""

from __future__ import annotations

from datetime import time
from functools import lru_cache
from string import Formatter
from typing import Any, Literal

from pydantic import PositiveInt, validator

from bot.datafile import DATA, Strict, load_model

Mode = Literal["video", "in-person"]


class Limits(Strict):
    """How many times are offered, how soon, and how long one is kept."""

    hold_minutes: PositiveInt
    notice_hours: int
    remind_hours: PositiveInt
    waiting_hold_minutes: PositiveInt
    waiting_from: time
    waiting_until: time
    waiting_offers: PositiveInt
    undo_minutes: PositiveInt
    link_days: PositiveInt
    lookup_tries: PositiveInt
    lookup_hours: PositiveInt
    lookup_seconds: float
    phone_question: str
    email_question: str
    contact_question: str
    offered_at_once: PositiveInt
    offered_a_day: PositiveInt

    @validator("waiting_until")
    def long_enough(cls, until: time, values: dict[str, Any]) -> time:
        """A time can be kept for someone within the hours in which they are told."""
        begins, minutes = values.get("waiting_from"), values.get("waiting_hold_minutes")
        if begins and minutes and _minutes(until) - _minutes(begins) < minutes:
            raise ValueError("is too soon after `waiting_from` for `waiting_hold_minutes`")
        return until


class Demonstration(Strict):
    """Which demonstration slots are made. `times` are by London's clock."""

    days: PositiveInt
    times: tuple[time, ...]
    minutes: PositiveInt
    mode: Mode


class CalendarTexts(Strict):
    """What a calendar file says."""

    product: str
    organiser: str
    uid_domain: str
    summary: str
    demonstration_summary: str
    alarm: str
    alarm_hours: PositiveInt
    description: str


class Buttons(Strict):
    """Titles of buttons."""

    refer: str
    carry_on: str
    book: str
    more: str
    all_times: str
    not_now: str
    yes_book: str
    no_book: str
    change: str
    cancel: str
    keep: str
    yes_cancel: str
    no_cancel: str
    yes_callback: str
    no_callback: str
    any_time: str
    prepare: str
    no_wait_list: str
    yes_email: str
    yes_text: str
    no_letters: str
    yes_summary: str
    no_summary: str
    change_long: str
    cancel_long: str


class Understood(Strict):
    """Words by which a typed choice is known."""

    more: tuple[str, ...]
    all_times: tuple[str, ...]
    leave: tuple[str, ...]
    yes: tuple[str, ...]
    polite: tuple[str, ...]
    book: tuple[str, ...]
    move: tuple[str, ...]
    call: tuple[str, ...]
    email: tuple[str, ...]
    text: tuple[str, ...]
    tell_me: tuple[str, ...]
    no_call: tuple[str, ...]
    asks_call: tuple[str, ...]
    asks_letter: tuple[str, ...]
    no: tuple[str, ...]
    unsure: tuple[str, ...]
    change: tuple[str, ...]
    cancel: tuple[str, ...]
    keep: tuple[str, ...]
    no_messages: tuple[str, ...]
    earliest: tuple[str, ...]
    whichever: tuple[str, ...]
    asking_for_times: tuple[str, ...]


# What each sentence with something to fill in is given.
_WHEN = frozenset({"when", "mode"})
_FILLED: dict[str, frozenset[str]] = {
    "confirm": _WHEN,
    "confirm_move": _WHEN,
    "booked": _WHEN,
    "moved": _WHEN,
    "manage": _WHEN,
    "kept": _WHEN,
    "status_appointment": _WHEN,
    "status_elsewhere": frozenset({"service"}),
    "confirm_cancel": frozenset({"when"}),
    "cancelled": frozenset({"when"}),
    "past": frozenset({"when"}),
    "past_again": frozenset({"when"}),
    "has_begun": frozenset({"when"}),
    "status_saved": frozenset({"reference"}),
    "status_summary": frozenset({"service"}),
    "lookup_locked": frozenset({"hours"}),
    "status_on_its_way": frozenset({"service", "day", "reference"}),
    "status_not_arrived": frozenset({"service", "day", "reference"}),
    "status_kept": frozenset({"when", "mode", "until"}),
    "these_are": frozenset({"mode"}),
    "confirm_hint": frozenset({"until"}),
    "reference": frozenset({"reference"}),
    "read_out": frozenset({"reference"}),
    "letters_ask_email": frozenset({"email", "reminder"}),
    "letters_ask_text": frozenset({"phone", "reminder"}),
    "letters_ask_both": frozenset({"email", "phone", "reminder"}),
    "letters_reminder_later": frozenset({"hours"}),
    "wait_ask_email": frozenset({"email"}),
    "wait_ask_text": frozenset({"phone"}),
    "wait_ask_both": frozenset({"email", "phone"}),
    "messages_stopped_booked": _WHEN,
    "summary_ask": frozenset({"email"}),
    "summary_sent": frozenset({"email"}),
    "open_now": frozenset({"hours"}),
    "closed_now": frozenset({"hours"}),
    "opens_next": frozenset({"hours", "when"}),
    "opens_today": frozenset({"time"}),
    "opens_tomorrow": frozenset({"time"}),
    "opens_on": frozenset({"day", "time"}),
    "your_page": frozenset({"link", "days"}),
    "callback_done": frozenset({"time"}),
    "callback_known": frozenset({"time"}),
    "status_callback": frozenset({"time"}),
    "status_sent": frozenset({"service", "day", "reference"}),
}


class Texts(Strict):
    """Sentences."""

    not_sent: str
    not_finished: str
    choose: str
    these_are: str
    choose_hint: str
    demonstration_times: str
    demonstration_one: str
    unclear: str
    nothing_then: str
    nothing_later: str
    some_then: str
    confirm: str
    confirm_move: str
    confirm_hint: str
    confirm_unclear: str
    taken: str
    over: str
    asked_in_vain: str
    diary_away: str
    diary_away_moving: str
    booked: str
    moved: str
    reference: str
    how_to_change: str
    none_free: str
    wait_ask_email: str
    wait_ask_text: str
    wait_ask_both: str
    wait_done: str
    wait_known: str
    wait_no: str
    letters_ask_email: str
    letters_ask_text: str
    letters_ask_both: str
    letters_reminder: str
    letters_reminder_later: str
    letters_yes: str
    letters_yes_only: str
    letters_stop: str
    letters_no: str
    list_left: str
    messages_stopped: str
    messages_stopped_booked: str
    messages_none: str
    messages_how: str
    messages_elsewhere: str
    summary_ask: str
    summary_sent: str
    summary_no: str
    your_page: str
    open_now: str
    closed_now: str
    opens_next: str
    opens_today: str
    opens_tomorrow: str
    opens_on: str
    not_now: str
    released: str
    which: str
    which_kept: str
    manage: str
    confirm_cancel: str
    cancelled: str
    kept: str
    choose_move: str
    nothing_booked: str
    past: str
    past_again: str
    has_begun: str
    manage_unclear: str
    read_out: str
    callback_ask: str
    callback_time: str
    callback_done: str
    callback_known: str
    callback_no: str
    no_call_here: str
    no_letter_here: str
    find_local: str
    take_along: str
    status_sent: str
    status_appointment: str
    status_elsewhere: str
    status_no_appointment: str
    status_cancelled: str
    status_callback: str
    status_summary: str
    status_called: str
    status_on_its_way: str
    status_not_arrived: str
    status_kept: str
    status_waiting: str
    status_case_accepted: str
    status_case_contacted: str
    status_case_booked: str
    status_case_rejected: str
    status_case_closed: str
    status_case_merged: str
    status_not_sent: str
    status_none: str
    lookup_ask: str
    lookup_no_reference: str
    lookup_no_date: str
    lookup_failed: str
    lookup_locked: str
    lookup_left: str
    nothing_open: str
    status_saved: str

    @validator("*")
    def only_known_places(cls, sentence: str, field: Any) -> str:
        """A sentence may only have the places that will be filled."""
        places = {place for _, place, _, _ in Formatter().parse(sentence) if place is not None}
        unknown = places - _FILLED.get(field.name, frozenset())
        if unknown:
            raise ValueError(f"{{{sorted(unknown)[0]}}} is never filled in here")
        return sentence


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


class BookingData(Strict):
    """data/booking.yml."""

    limits: Limits
    demonstration: Demonstration
    calendar: CalendarTexts
    modes: dict[Mode, str]
    buttons: Buttons
    understood: Understood
    texts: Texts


@lru_cache(maxsize=1)
def booking_data() -> BookingData:
    """The file's content, checked.

    Raises:
        DataError: it can't be used.
    """
    return load_model(DATA / "booking.yml", BookingData)
