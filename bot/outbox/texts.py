"""What messages say, and how often they are tried, from data/outbox.yml."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from pydantic import PositiveInt, validator

from bot.datafile import DATA, Strict, load_model, only_places

LetterName = Literal[
    "booked", "moved", "cancelled", "reminder", "time_free", "waiting_over", "summary"
]

_NOTICE = frozenset({"service", "day", "time", "link"})
_LETTER = frozenset({"when", "mode", "reference", "link", "until"})


class Delivery(Strict):
    """How often and for how long delivery is tried."""

    first_wait_seconds: PositiveInt
    longest_wait_seconds: PositiveInt
    jitter_seconds: PositiveInt
    give_up_after_hours: PositiveInt
    claim_seconds: PositiveInt
    late_after_minutes: PositiveInt


class Notice(Strict):
    """An e-mail to staff."""

    subject: str
    text: str

    @validator("*")
    def filled_in(cls, text: str) -> str:
        """Only what a notice is given, which is nothing about the person."""
        return only_places(text, _NOTICE)


class Letter(Strict):
    """A message to the person: as an e-mail, and in short as a text message."""

    subject: str
    text: str
    message: str

    @validator("*")
    def filled_in(cls, text: str) -> str:
        """Only what a letter is given."""
        return only_places(text, _LETTER)


class Notices(Strict):
    """What staff are told."""

    referral: Notice
    flag: Notice
    callback: Notice
    no_service: str


class Letters(Strict):
    """What people are told."""

    booked: Letter
    moved: Letter
    cancelled: Letter
    reminder: Letter
    time_free: Letter
    waiting_over: Letter
    summary: Letter
    footer: str
    demonstration: str


class OutboxData(Strict):
    """data/outbox.yml."""

    delivery: Delivery
    notices: Notices
    letters: Letters
    subjects: dict[str, str]
    ways: dict[str, str]
    problems: dict[str, str]
    problem: str


@lru_cache(maxsize=1)
def outbox_data() -> OutboxData:
    """The file's content, checked.

    Raises:
        DataError: it can't be used.
    """
    return load_model(DATA / "outbox.yml", OutboxData)
