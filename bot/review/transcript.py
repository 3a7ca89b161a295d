"""The whole conversation for staff: tapped or typed, flagged words marked, corrections shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.models import Answer, Event, Flag

_events: Any = Event


@dataclass(frozen=True)
class Piece:
    """Some of a message's text; `flag` where it is what a flag rests on."""

    text: str
    flag: Flag | None = None


@dataclass(frozen=True)
class Line:
    """One message. `how` is None for the assistant's; `note` says what became of an answer."""

    speaker: Literal["person", "assistant"]
    at: datetime
    pieces: tuple[Piece, ...]
    how: Literal["tapped", "typed"] | None = None
    flags: tuple[Flag, ...] = ()
    correction: Literal["corrected", "correction"] | None = None
    choices: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The message whole."""
        return "".join(piece.text for piece in self.pieces)


def transcript(
    session: Session,
    conversation_ids: Sequence[str],
    flags: Sequence[Flag],
    answers: Sequence[Answer],
) -> list[Line]:
    """Everything said in these conversations, in order.

    Args:
        answers: every answer of the referral, replaced ones too.
    """
    by_message: dict[str, list[Flag]] = {}
    for flag in flags:
        by_message.setdefault(flag.message_id, []).append(flag)
    corrections = _corrections(answers)
    lines: list[Line] = []
    for conversation_id in conversation_ids:
        offered: set[str] = set()
        for event in session.execute(
            select(Event)
            .where(_events.conversation_id == conversation_id, _events.kind.in_(("user", "bot")))
            .order_by(_events.position)
        ).scalars():
            text = event.data.get("text") or ""
            if event.kind == "bot":
                buttons = (event.data.get("data") or {}).get("buttons") or ()
                offered |= {str(button.get("payload")) for button in buttons}
                choices = tuple(str(button.get("title")) for button in buttons)
                lines.append(Line("assistant", event.occurred_at, (Piece(text),), choices=choices))
                continue
            message_id = event.data.get("message_id") or ""
            found = tuple(by_message.get(message_id, ()))
            lines.append(
                Line(
                    "person",
                    event.occurred_at,
                    marked(text, found),
                    how="tapped" if text in offered else "typed",
                    flags=found,
                    correction=corrections.get(message_id),
                )
            )
            offered = set()
    return lines


def marked(text: str, flags: Sequence[Flag]) -> tuple[Piece, ...]:
    """The text in pieces, those set apart that flags rest on; all of it where none is found."""
    spans: list[tuple[int, int, Flag]] = []
    for flag in flags:
        for words in filter(None, re.split(r"\s*(?:…|\.\.\.|;|\|)\s*", flag.words or "")):
            pattern = r"\W+".join(re.escape(word) for word in words.split())
            match = re.search(pattern, text, re.IGNORECASE)
            if match and all(match.end() <= a or match.start() >= b for a, b, _ in spans):
                spans.append((match.start(), match.end(), flag))
    if not spans:
        return (Piece(text, flags[0] if flags else None),)
    pieces: list[Piece] = []
    end = 0
    for first, last, flag in sorted(spans, key=lambda span: span[0]):
        pieces += [Piece(text[end:first]), Piece(text[first:last], flag)]
        end = last
    pieces.append(Piece(text[end:]))
    return tuple(piece for piece in pieces if piece.text)


def _corrections(
    answers: Sequence[Answer],
) -> Mapping[str, Literal["corrected", "correction"]]:
    """By message id: whether its answer was put right later, or put an earlier one right."""
    found: dict[str, Literal["corrected", "correction"]] = {}
    last: dict[str, Answer] = {}
    for answer in answers:
        former = last.get(answer.question_id)
        if former is not None and former.value != answer.value:
            if former.message_id:
                found[former.message_id] = "corrected"
            if answer.message_id:
                found[answer.message_id] = "correction"
        last[answer.question_id] = answer
    return found
