"""What is said to help people get ready, from data/preparing.yml."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

from pydantic import PositiveInt, validator

from bot.datafile import DATA, Strict, load_model, only_places
from bot.knowledge.topics import Text, topics

ListName = Literal["checklist", "video_call"]


class Menu(Strict):
    """What can be chosen. `text` has {service}."""

    text: Text
    checklist: Text
    one_at_a_time: Text
    video_call: Text
    aims: Text


class ItemList(Strict):
    """How a list of a service is gone through: {item} in `item`, {number} in `next`."""

    topic: str
    phrases: tuple[str, ...]
    item: Text
    next: Text
    all: Text
    done: Text

    @validator("topic")
    def known_topic(cls, topic: str) -> str:
        """The topic is one of data/topics.yml."""
        if topic not in topics():
            raise ValueError(f"`{topic}` isn't a topic of data/topics.yml")
        return topic


# What each sentence about aims is given.
_FILLED: dict[str, frozenset[str]] = {
    "intro": frozenset({"at_most"}),
    "full": frozenset({"at_most"}),
    "so_far": frozenset({"aims"}),
    "finished": frozenset({"aims"}),
    "reword": frozenset({"aim"}),
    "written": frozenset({"aim"}),
    "again": frozenset({"aim"}),
}


class AimTexts(Strict):
    """Sentences."""

    who_sees: Text
    intro: Text
    so_far: Text
    first: Text
    another: Text
    full: Text
    reword: Text
    written: Text
    again: Text
    as_it_is: Text
    known: Text
    unsure: Text
    which: Text
    too_long: Text
    none_yet: Text
    finished: Text
    none: Text

    @validator("*")
    def only_known_places(cls, sentence: str, field: Any) -> str:
        """A sentence may only have the places that will be filled."""
        return only_places(sentence, _FILLED.get(field.name, frozenset()))


class AimButtons(Strict):
    """Titles of buttons; `change` has {number}."""

    enough: Text
    skip: Text
    keep: Text
    change: Text
    show: Text


class AimsUnderstood(Strict):
    """Words that steer, when they are the whole message."""

    enough: tuple[str, ...]
    keep: tuple[str, ...]
    show: tuple[str, ...]
    change: tuple[str, ...]
    unsure: tuple[str, ...]
    polite: tuple[str, ...]


class AimsData(Strict):
    """How aims are written down."""

    at_most: PositiveInt
    longest: PositiveInt
    vague_words: PositiveInt
    texts: AimTexts
    buttons: AimButtons
    understood: AimsUnderstood
    places: dict[str, PositiveInt]
    elsewhere: frozenset[str]
    elsewhere_words: PositiveInt


class PreparingData(Strict):
    """data/preparing.yml."""

    menu: Menu
    lists: dict[ListName, ItemList]
    first_session: tuple[str, ...]
    staying_well: tuple[str, ...]
    one_at_a_time: tuple[str, ...]
    next: Text
    show_all: Text
    place: Text
    aims: AimsData


@lru_cache(maxsize=1)
def preparing_data() -> PreparingData:
    """The file's content, checked.

    Raises:
        DataError: it can't be used.
    """
    return load_model(DATA / "preparing.yml", PreparingData)
