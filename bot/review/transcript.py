"""The whole conversation for staff: tapped or typed, flagged words marked, corrections shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from bot.records import transcript as records
from bot.records.models import Answer, Flag
from bot.review.flagged import answered

_AROUND = 70  # letters before and after flagged words


@dataclass(frozen=True)
class Piece:
    """Some of a message's text; `flag` where it is what a flag rests on."""

    text: str
    flag: Flag | None = None


@dataclass(frozen=True)
class Line:
    """One message. `how` is None for the assistant's, and where the person's channel didn't say."""

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
    return [
        _line(line, tuple(by_message.get(line.id, ())), corrections.get(line.id))
        for conversation_id in conversation_ids
        for line in records.transcript(session, conversation_id)
    ]


def _line(
    line: records.Line,
    flags: tuple[Flag, ...],
    correction: Literal["corrected", "correction"] | None,
) -> Line:
    if line.speaker == "assistant":
        return Line("assistant", line.at, (Piece(line.text),), choices=line.buttons)
    return Line(
        "person",
        line.at,
        marked(line.text, flags),
        how=None if line.tapped is None else "tapped" if line.tapped else "typed",
        flags=flags,
        correction=correction,
    )


def marked(text: str, flags: Sequence[Flag]) -> tuple[Piece, ...]:
    """The text in pieces, those set apart that flags rest on; all of it where none is found."""
    spans: list[tuple[int, int, Flag]] = []
    for flag in flags:
        for words in _parts(flag):
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


def _parts(flag: Flag) -> list[str]:
    """The words that a flag rests on, in the pieces that stand apart in the message."""
    return list(filter(None, re.split(r"\s*(?:…|\.\.\.|;|\|)\s*", flag.words or "")))


def excerpt(flag: Flag) -> tuple[Piece, ...]:
    """The message of a flag, with some of what is around the words that it rests on.

    Those words are all there, however long the message is; all of it, where one isn't found. Of an
    answer to a questionnaire it is the item and the answer, as the questionnaire words them.
    """
    of_item = answered(flag)
    if of_item is not None:
        return (Piece(f"{of_item.item}: "), Piece(of_item.answer, flag))
    pieces = marked(flag.text or "", (flag,))
    if sum(piece.flag is not None for piece in pieces) < len(_parts(flag)):
        return pieces
    last = len(pieces) - 1
    return tuple(
        piece if piece.flag else Piece(_shortened(piece.text, first=place == 0, last=place == last))
        for place, piece in enumerate(pieces)
    )


def _shortened(text: str, *, first: bool, last: bool) -> str:
    """Text between flagged words: what is next to them, cut between words."""
    before = "" if last else text[-_AROUND:]
    after = "" if first else text[:_AROUND]
    if len(before) + len(after) >= len(text):
        return text
    return re.sub(r"\S+$", "", after) + "…" + re.sub(r"^\S+", "", before)


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
