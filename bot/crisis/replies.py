"""The words of the crisis conversation: data/crisis/replies.yml, checked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from bot.datafile import DATA, Strict, load_model


class _AskButton(Strict):
    title: str
    payload: str


class ButtonWords(Strict):
    """Titles of the choices."""

    help_now: str
    safe: str
    not_meant: str
    more: str
    having_thoughts: str
    hard_time: str
    carry_on: str
    ask: _AskButton


class Alert(Strict):
    """The reply to clear danger of one category; `acknowledge_other` when it is another's."""

    acknowledge: str
    acknowledge_other: str | None = None
    first_step: str
    first_step_with: str | None = None
    first_step_young: str | None = None
    ask: str | None = None
    help_now: str | None = None
    safe: str | None = None
    again: str | None = None
    later: str | None = None


class CheckIn(Strict):
    """The question when it could be danger."""

    acknowledge: str
    item: str
    abuse: str
    ask: str
    ask_other: str
    help: str
    clarify: str
    had_thoughts: str
    no_thoughts: str


class Again(Strict):
    """Replies to further crisis messages."""

    second: str
    second_step: str
    later: str
    later_step: str


class FollowUp(Strict):
    """Replies to the person's answer."""

    help_now: str
    help_now_life: str
    safe: str
    safe_life: str
    not_meant: str
    way_back: str
    carry_on: str


class More(Strict):
    """The list of help lines."""

    text: str
    line: str


class Failure(Strict):
    """What is said when the rest of the system failed."""

    text: str


class Replies(Strict):
    """All of it."""

    buttons: ButtonWords
    typed: Mapping[str, frozenset[str]]
    automated: str
    own_language: str
    ask_safe: str
    alert: Mapping[str, Alert]
    check_in: CheckIn
    again: Again
    follow_up: FollowUp
    more: More
    failure: Failure


@lru_cache(maxsize=1)
def replies() -> Replies:
    """The words in force."""
    return load_model(DATA / "crisis" / "replies.yml", Replies)
