"""The little language that the phrases in `data/crisis/` are written in.

    word          the word itself, however it is spelt or shortened
    (a | b c)     one of these
    [a | b]       one of these, or nothing
    {name}        one of the words of a group in words.yml
    ..            up to three words of any kind
    ...           up to six words of any kind
    ~             the same, and "not" may be among them
    _             exactly one word of any kind
    #             a number in digits; `#many` from five on, `#year`, `#s` (20s), `#mg` (50 mg)
    ^  $          the start or end of a sentence

A gap never reaches past a full stop and, but for ~, never over "not", "never" or "no".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import NamedTuple

from bot.crisis.normalise import AMOUNT, DECADE, FEW, MANY, STOP, YEAR, Normaliser

GAPS = {"..": 3, "...": 6, "~": 6}
ANY = "_"
NUMBERS = frozenset({MANY, FEW, YEAR, DECADE, AMOUNT})
_MOST = 1500  # sequences one phrase may stand for; more is a slip that would slow everything

_PIECE = re.compile(r"\.{2,3}|[()\[\]{}|^$]|[^\s()\[\]{}|^$]+")


class PhraseError(ValueError):
    """A phrase can't be read. The message says what is wrong with which phrase."""


class Step(NamedTuple):
    """One place in a sequence: one of these words, or a gap of up to `gap` words (-1: just one).

    `over_not`: whether the gap may hold "not" and its like.
    """

    words: frozenset[str] = frozenset()
    optional: bool = False
    gap: int = 0
    over_not: bool = False

    @property
    def required(self) -> bool:
        """Whether a message must hold one of the words for the sequence to fit."""
        return bool(self.words) and not self.optional


Sequence = tuple[Step, ...]


class Grammar:
    """Reads phrases, knowing the groups that they may name."""

    def __init__(
        self, groups: Mapping[str, str], normaliser: Normaliser, fillers: frozenset[str]
    ) -> None:
        self._groups = groups
        self._normaliser = normaliser
        self._fillers = fillers
        self._read: dict[str, tuple[Sequence, ...]] = {}
        self._open: list[str] = []

    def sequences(self, phrase: str) -> tuple[Sequence, ...]:
        """Every sequence of steps that a phrase stands for.

        Raises:
            PhraseError: the phrase can't be read.
        """
        try:
            found = _Reader(phrase, self).read()
        except PhraseError as error:
            raise PhraseError(f"“{phrase}”: {error}") from None
        if any(not any(step.required for step in sequence) for sequence in found):
            raise PhraseError(f"“{phrase}”: could fit without any word: name one that must be")
        return found

    def group(self, name: str) -> tuple[Sequence, ...]:
        """The sequences that a named group stands for.

        Raises:
            PhraseError: there is no such group, or it names itself.
        """
        if name in self._read:
            return self._read[name]
        if name not in self._groups:
            raise PhraseError(f"no group {{{name}}} in words.yml: add it or correct the name")
        if name in self._open:
            raise PhraseError(f"the group {{{name}}} names itself: take it out")
        self._open.append(name)
        try:
            self._read[name] = _Reader(self._groups[name], self).read()
        finally:
            self._open.remove(name)
        return self._read[name]

    def word(self, written: str) -> Sequence:
        """The steps that one written word stands for ("can't": can, not)."""
        if written == "#":
            return (Step(frozenset({MANY, FEW})),)
        if written in NUMBERS:
            return (Step(frozenset({written})),)
        plain = self._normaliser.plain(written)
        for norm in plain:
            if norm in self._fillers:
                raise PhraseError(f"“{norm}” is left out of messages as a filler: take it out")
        return tuple(Step(frozenset({norm})) for norm in plain)


class _Reader:
    """Reads one phrase from left to right."""

    def __init__(self, phrase: str, grammar: Grammar) -> None:
        self._pieces = _PIECE.findall(phrase)
        self._at = 0
        self._grammar = grammar

    def read(self) -> tuple[Sequence, ...]:
        found = self._alternatives()
        if self._at < len(self._pieces):
            raise PhraseError(f"“{self._pieces[self._at]}” closes nothing: take it out")
        return found

    def _alternatives(self) -> tuple[Sequence, ...]:
        found = list(self._row())
        while self._peek() == "|":
            self._at += 1
            found.extend(self._row())
        return _merged(found)

    def _row(self) -> Iterator[Sequence]:
        parts: list[tuple[Sequence, ...]] = []
        while self._peek() not in (None, "|", ")", "]"):
            parts.append(self._item())
        if not parts:
            raise PhraseError("an alternative is empty: use [..] for what may be left out")
        count = 1
        for part in parts:
            count *= len(part)
        if count > _MOST:
            raise PhraseError(f"stands for {count} sequences, the most is {_MOST}: split it")
        for row in product(*parts):
            yield tuple(step for sequence in row for step in sequence)

    def _item(self) -> tuple[Sequence, ...]:
        piece = self._pieces[self._at]
        self._at += 1
        if piece in "([{":
            return self._bracket(piece)
        if piece in GAPS:
            return ((Step(gap=GAPS[piece], over_not=piece == "~"),),)
        if piece == ANY:
            return ((Step(gap=-1),),)
        if piece in "^$":
            return ((Step(frozenset({STOP})),),)
        if piece in ")]}":
            raise PhraseError(f"“{piece}” closes nothing: take it out")
        return (self._grammar.word(piece),)

    def _bracket(self, piece: str) -> tuple[Sequence, ...]:
        closing = {"(": ")", "[": "]", "{": "}"}[piece]
        if piece == "{":
            found = self._grammar.group(self._peek() or "")
            self._at += 1
        else:
            found = self._alternatives()
        if self._peek() != closing:
            raise PhraseError(f"“{piece}” isn't closed: add “{closing}”")
        self._at += 1
        if piece != "[":
            return found
        if len(found) == 1 and len(found[0]) == 1 and found[0][0].required:
            return ((Step(found[0][0].words, optional=True),),)
        return (*found, ())

    def _peek(self) -> str | None:
        return self._pieces[self._at] if self._at < len(self._pieces) else None


def _merged(sequences: list[Sequence]) -> tuple[Sequence, ...]:
    """The same alternatives in fewer sequences: those that differ in one word become one."""
    found = list(dict.fromkeys(sequences))
    place = 0
    while len(found) > 1 and place < max(map(len, found)):
        alike: dict[object, list[Sequence]] = {}
        for row in found:
            plain = place < len(row) and row[place].words
            alike.setdefault(_without(row, place) if plain else row, []).append(row)
        found = [rows[0] if len(rows) == 1 else _united(rows, place) for rows in alike.values()]
        place += 1
    return tuple(found)


def _without(row: Sequence, place: int) -> object:
    """What is left of a row when the words at one place are not looked at."""
    return (row[:place], row[place].optional, row[place + 1 :])


def _united(rows: list[Sequence], place: int) -> Sequence:
    """One row for rows that differ only in the words at one place."""
    words = frozenset().union(*(row[place].words for row in rows))
    step = rows[0][place]._replace(words=words)
    return (*rows[0][:place], step, *rows[0][place + 1 :])
