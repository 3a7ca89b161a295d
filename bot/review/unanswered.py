"""Questions the assistant could not answer, which are the next to add.

They are read from the newest kept conversations each time they are looked at, and kept nowhere
else: what people wrote is erased with its conversation. How much is read is bounded, so that it
stays quick. What people wrote is deciphered only where a reply says that there was no answer.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.knowledge.services import services
from bot.knowledge.topics import topics
from bot.knowledge.wording import wording
from bot.messages import message
from bot.records.models import Conversation, Event, StaffUser
from bot.review.access import services_of
from bot.review.numbers import Table
from bot.staff.rules import rules
from bot.staff.words import words

How = Literal["silent", "outside", "refused", "not_understood"]

_TOPICS = 10
_LETTERS = 300
_conversations: Any = Conversation
_events: Any = Event


@dataclass(frozen=True)
class Turn:
    """A message that had no answer. `asked`, each topic with its service, where it's "silent"."""

    how: How
    service_id: str
    at: datetime
    text: str
    asked: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Reading:
    """What was read: the turns without an answer, newest first, of so many conversations."""

    turns: tuple[Turn, ...]
    conversations: int
    since: datetime | None


@dataclass(frozen=True)
class Wording:
    """What people wrote, those alike taken together; `text` and `at` are of the newest."""

    text: str
    how: How
    service_id: str
    count: int
    at: datetime


@dataclass(frozen=True)
class _Found:
    """A reply that says that there was no answer."""

    position: int
    how: How
    asked: frozenset[tuple[str, str]] = frozenset()
    offered: tuple[str, ...] = ()


def read(session: Session, user: StaffUser) -> Reading:
    """Reads the newest conversations of this person's services.

    One in which no service was named belongs to nobody, and isn't read.
    """
    mine = services_of(user)
    newest = _newest(session, mine)
    found = _without_answer(session, newest, mine)
    turns = [
        turn
        for conversation_id, said in _said(session, found)
        for turn in _turns(said, newest[conversation_id][0], found[conversation_id])
    ]
    return Reading(
        tuple(sorted(turns, key=lambda turn: turn.at, reverse=True)),
        len(newest),
        min((at for _, at in newest.values()), default=None),
    )


def table(reading: Reading) -> Table:
    """How often each way of having no answer came up; known topics one by one."""
    asked = Counter(each for turn in reading.turns for each in sorted(turn.asked))
    several = len({about for _, about in asked}) > 1
    rows = [
        (_label(topic, about if several else None), count)
        for (topic, about), count in asked.most_common(_TOPICS)
    ]
    rest = sum(asked.values()) - sum(count for _, count in rows)
    if rest:
        rows.append((words().unanswered["others"], rest))
    counted = Counter(turn.how for turn in reading.turns)
    forms: tuple[How, ...] = ("outside", "refused", "not_understood")
    rows += [(words().unanswered[how], counted[how]) for how in forms]
    return Table(
        "unanswered",
        words().unanswered["title"],
        words().unanswered["unit"],
        tuple(label for label, _ in rows),
        ((words().unanswered["count"], tuple(float(count) for _, count in rows)),),
        lying=True,
    )


def wordings(reading: Reading) -> list[Wording]:
    """The wording that came most often, the newest first where as many came."""
    alike: dict[tuple[str, How, str], list[Turn]] = {}
    for turn in reading.turns:
        alike.setdefault((_plain(turn.text), turn.how, turn.service_id), []).append(turn)
    found = [
        Wording(_short(same[0].text), how, service_id, len(same), same[0].at)
        for (_, how, service_id), same in alike.items()
    ]
    found.sort(key=lambda each: (each.count, each.at), reverse=True)
    return found[: rules().page_size * 2]


def _newest(session: Session, mine: Sequence[str]) -> dict[str, tuple[str, datetime]]:
    """The service and last moment of the newest conversations, as many as may be read."""
    rows = session.execute(
        select(
            _conversations.id,
            _conversations.service_id,
            _conversations.last_message_at,
            _conversations.event_count,
        )
        .where(_conversations.service_id.in_(mine))
        .order_by(_conversations.last_message_at.desc())
        .limit(rules().unanswered.conversations)
    )
    found: dict[str, tuple[str, datetime]] = {}
    events = 0
    for conversation_id, service_id, at, count in rows:
        events += count
        if found and events > rules().unanswered.events:
            break
        found[conversation_id] = (service_id, at)
    return found


def _without_answer(
    session: Session, newest: Mapping[str, tuple[str, datetime]], mine: Sequence[str]
) -> dict[str, list[_Found]]:
    """The replies that say that there was no answer, by conversation."""
    rows = session.execute(
        select(_events.conversation_id, _events.position, _events.data)
        .where(_events.conversation_id.in_(newest), _events.kind == "bot")
        .order_by(_events.conversation_id, _events.position)
    )
    found: dict[str, list[_Found]] = {}
    for conversation_id, position, data in rows:
        for each in _find(position, data, newest[conversation_id][0], mine):
            found.setdefault(conversation_id, []).append(each)
    return found


def _find(
    position: int, data: Mapping[str, Any], own: str, mine: Sequence[str]
) -> Iterator[_Found]:
    """Whether, and how, a reply says that there was no answer."""
    text, more = data.get("text") or "", data.get("data") or {}
    custom = more.get("custom") or {}
    kind = custom.get("type")
    if text in _not_understood():
        yield _Found(position, "not_understood")
    elif kind == "suggest":
        offered = [str(button.get("payload")) for button in more.get("buttons") or ()]
        taken = tuple(each for each in offered if each != wording().none_of_these)
        yield _Found(position, "refused", offered=taken)
    elif kind == "unknown" or text.startswith(wording().not_known):
        yield _Found(position, "outside")
    elif kind == "answer" and custom.get("service") in mine:
        found = _silent(custom.get("topics") or (), custom["service"])
        if found:
            yield _Found(position, "silent", found)
    elif kind == "ask_service" and custom.get("topic") in topics():
        # Asked before the service was known. Only where no page says it was that the answer.
        topic = topics()[custom["topic"]]
        found = _silent((topic.id,), own)
        if found and wording().not_said_anywhere.format(unknown=topic.unknown) in text:
            yield _Found(position, "silent", found)


def _silent(topic_ids: Iterable[str], about: str) -> frozenset[tuple[str, str]]:
    """Those topics that the service's page doesn't say to this day."""
    silent = services()[about].not_said
    return frozenset((topic_id, about) for topic_id in topic_ids if topic_id in silent)


def _said(session: Session, conversation_ids: Iterable[str]) -> Iterator[tuple[str, Sequence[Any]]]:
    """What the person wrote in each of these conversations."""
    rows = session.execute(
        select(_events.conversation_id, _events.position, _events.occurred_at, _events.data)
        .where(_events.conversation_id.in_(list(conversation_ids)), _events.kind == "user")
        .order_by(_events.conversation_id, _events.position)
    )
    for conversation_id, said in groupby(rows, lambda row: str(row[0])):
        yield conversation_id, list(said)


def _turns(said: Sequence[Any], service_id: str, replies: Sequence[_Found]) -> Iterable[Turn]:
    """The messages, one of `said` each, that these replies gave no answer to."""
    places = [row.position for row in said]
    found: dict[tuple[int, How], Turn] = {}
    for reply in replies:
        place = bisect_left(places, reply.position)
        after = said[place].data.get("text") if place < len(said) else None
        if place > 1 and _names_service(said[place - 1].data):
            place -= 1  # which service it is was asked back: the question came before
        text = (said[place - 1].data.get("text") or "") if place else ""
        if not text or text == wording().none_of_these or after in reply.offered:
            continue
        key = (places[place - 1], reply.how)
        asked = reply.asked | (found[key].asked if key in found else frozenset())
        found[key] = Turn(reply.how, service_id, said[place - 1].occurred_at, text, asked)
    return found.values()


def _names_service(data: Mapping[str, Any]) -> bool:
    intent = (data.get("parse_data") or {}).get("intent") or {}
    return bool(intent.get("name") == "inform_service")


@lru_cache(maxsize=1)
def _not_understood() -> frozenset[str]:
    return frozenset(message(name).text for name in ("not_understood", "unsure"))


def _label(topic_id: str, service_id: str | None) -> str:
    label = topics()[topic_id].label if topic_id in topics() else topic_id
    return f"{label} ({services()[service_id].short_name})" if service_id else label


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold())) or text


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else f"{text[:_LETTERS].rstrip()} …"
