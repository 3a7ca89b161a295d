"""The questions the assistant knows, from data/topics.yml."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConstrainedStr, validator

from bot.datafile import DATA, DataError, Strict, load_model, shown

FILE = DATA / "topics.yml"

if TYPE_CHECKING:  # mypy takes a constrained str for a type apart
    Text = str
else:

    class Text(ConstrainedStr):
        """A text that isn't empty."""

        strip_whitespace = True
        min_length = 1


def filled(lines: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """A validator: a list that is there has at least one line."""
    if lines is not None and not lines:
        raise ValueError("is an empty list")
    return lines


class Common(Strict):
    """What may be said when no service is known, and the services whose documents all say it."""

    text: Text
    services: tuple[Text, ...]

    _filled = validator("services", allow_reuse=True)(filled)


class Topic(Strict):
    """One question. The head of data/topics.yml explains the fields; `id` is its name there."""

    id: Text
    label: Text
    unknown: Text
    ask_service: bool
    common: Common | None = None
    lead: Text | None = None
    ask_instead: Text | None = None
    handled_by: Literal["help_choosing", "compare_overview", "privacy"] | None = None


class _File(Strict):
    topics: dict[str, Topic]

    @validator("topics", pre=True)
    def _named(cls, topics: Any) -> Any:
        if not isinstance(topics, dict):
            return topics
        return {
            name: {**body, "id": name} if isinstance(body, dict) else body
            for name, body in topics.items()
        }


def load_topics(path: Path) -> dict[str, Topic]:
    """The topics of a file by id, in the file's order.

    Raises:
        DataError: naming the file, the wrong field and the mend.
    """
    topics = load_model(path, _File).topics
    labels: dict[str, str] = {}
    for topic in topics.values():
        first = labels.setdefault(_plain(topic.label), topic.id)
        if first != topic.id:
            raise DataError(
                f"{shown(path)}: `topics.{topic.id}.label` is also the label of `{first}`:"
                " change one of them"
            )
        if not (topic.ask_service or topic.common or topic.lead or topic.handled_by):
            raise DataError(
                f"{shown(path)}: `topics.{topic.id}` has nothing to say when no service is known:"
                " add `common`, or make `ask_service` true"
            )
    return topics


def topics() -> dict[str, Topic]:
    """The topics of data/topics.yml by id, read once."""
    return _cached(FILE)


def topic_of_label(text: str) -> str | None:
    """The id of the topic whose label the text is, as when its button is tapped; else None."""
    return _labels(FILE).get(_plain(text))


@lru_cache(maxsize=4)
def _cached(path: Path) -> dict[str, Topic]:
    return load_topics(path)


@lru_cache(maxsize=4)
def _labels(path: Path) -> dict[str, str]:
    return {_plain(topic.label): topic.id for topic in _cached(path).values()}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
