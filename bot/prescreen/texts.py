"""What the pre-screen says besides its questions, and the words that steer it (data/prescreen/)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from pydantic import PositiveInt

from bot.datafile import DATA, Strict, load_model
from bot.prescreen.questions import Choice

DIRECTORY = DATA / "prescreen"


class SummaryTexts(Strict):
    """Words of the summary a person takes along."""

    title: str
    made: str
    note: str


class Texts(Strict):
    """Everything said between the questions (texts.yml)."""

    duration: str
    resume_days: PositiveInt
    resume_attempts: PositiveInt
    items: str
    you_said: str
    anything_else: str
    understood: str
    welcome_back: str
    resumed: str
    carry_on: str
    started_again: str
    went_back_start: str
    skipped: str
    cannot_skip: str
    nothing_open: str
    why_none: str
    ahead: str
    for_service: str
    paused: str
    paused_again: str
    resume_ask: str
    resume_wrong: str
    resume_locked: str
    declined: str
    urgent_help: str
    too_young: str
    wrong_area: str
    erased: str
    kept: str
    change_what: str
    not_answered: str
    sent: str
    sent_to_take: str
    response_time: str
    response_time_unknown: str
    summary: SummaryTexts
    asks_again: Mapping[str, Mapping[str, str]]


class Command(Strict):
    """What steers the form: the button's title, and the phrases that say the same.

    `sure` are those that can't be an answer in the person's own words.
    """

    button: str
    phrases: tuple[str, ...]
    sure: tuple[str, ...] = ()


class ChangeCommand(Command):
    """How people ask to change an answer: a word before it, or after it."""

    title: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    articles: tuple[str, ...]


class Confirmation(Strict):
    """A question asked back before something is done."""

    text: str
    sent: str | None = None
    choices: tuple[Choice, ...]


class Commands(Strict):
    """All of commands.yml."""

    polite: tuple[str, ...]
    commands: Mapping[str, Command]
    intents: Mapping[str, str]
    interrupting: frozenset[str]
    interrupting_prefixes: tuple[str, ...]
    send: Command
    change: ChangeCommand
    done: Command
    confirmations: Mapping[str, Confirmation]


class NameWords(Strict):
    """What stands around a name, and what is no name."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    refused: frozenset[str]


class DateWords(Strict):
    """What stands before a date."""

    before: tuple[str, ...]


class Words(Strict):
    """Words that help to understand a typed answer (words.yml)."""

    fillers: frozenset[str]
    blockers: frozenset[str]
    joining: frozenset[str]
    tails: frozenset[str]
    negations: frozenset[str]
    corrections: tuple[str, ...]
    units: frozenset[str]
    instead: frozenset[str]
    same: frozenset[str]
    numbers: Mapping[str, int]
    ordinals: Mapping[str, int]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    question_words: frozenset[str]
    name: NameWords
    date: DateWords
    email: Mapping[str, str]
    drama_numbers: tuple[str, ...]


@lru_cache(maxsize=1)
def texts() -> Texts:
    """What is said between the questions."""
    return load_model(DIRECTORY / "texts.yml", Texts)


@lru_cache(maxsize=1)
def commands() -> Commands:
    """What steers the form."""
    return load_model(DIRECTORY / "commands.yml", Commands)


@lru_cache(maxsize=1)
def words() -> Words:
    """Words for understanding."""
    return load_model(DIRECTORY / "words.yml", Words)
