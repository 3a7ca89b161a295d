"""Understands a typed answer to a question with choices: "most days tbh", "nope", "the second one".

Phrases from the data are looked for in the text, the longest first. What is left over must be
words without meaning of their own, or the answer counts as unclear and is asked for again: a
score is never guessed. Small slips of spelling are forgiven.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.prescreen.questions import ChoiceValue
from bot.prescreen.texts import words
from bot.prescreen.understanding.day_counts import day_counts
from bot.prescreen.understanding.plain import plain

_SHORTEST_FORGIVEN = 3
_SHORTEST_MEANT = 4
_ALIKE = 0.8
_CLAUSE_END = re.compile(r"[,.;:!()…\n]+|\s[-–—]+\s")
_PLURAL = re.compile(r"^(day|night|morning|evening|time)s$")
_NOT = "not"


@dataclass(frozen=True)
class Option:
    """A choice to be understood, with every way of saying it (title first).

    `days` are the first and the last number of days, of fourteen, that mean it.
    """

    value: ChoiceValue
    phrases: tuple[str, ...]
    exclusive: bool = False
    days: tuple[int, int] | None = None


@dataclass(frozen=True)
class _Found:
    start: int
    end: int
    value: ChoiceValue | None  # None: a phrase that is known to be unclear


def exact(text: str, options: Sequence[Option]) -> ChoiceValue | None:
    """The choice whose title the text is, as when a button is tapped."""
    said = plain(text)
    return next((option.value for option in options if plain(option.phrases[0]) == said), None)


def read_one(
    text: str,
    options: Sequence[Option],
    *,
    unclear: Sequence[str] = (),
    scores: bool = False,
    numbered: bool = False,
    additions: bool = False,
    remarks: bool = False,
) -> ChoiceValue | None:
    """The one choice that the text means; None when it isn't clear.

    Args:
        unclear: phrases that make the answer unclear.
        scores: a number is a choice's own value, as on the printed form.
        numbered: a number is a choice's place in the list, from 1.
        additions: words of any kind may stand beside the choice.
        remarks: so may a remark after the first comma or full stop, or an answer taken back.
    """
    book = _book(tuple(options), tuple(unclear))
    said = plain(text)
    if said in book.whole:
        return book.whole[said]
    key = _singular(said.split())
    if key in book.phrases and book.phrases[key] is None:  # "option 3": the third, or a score?
        return None
    by_number = _by_number(said, options, scores=scores, numbered=numbered)
    if by_number is not None:
        return by_number
    tokens = _mended(said.split(), book)
    value = _read(tokens, book, scores, additions)
    if value is None and remarks:
        value = _corrected(tokens, book, scores)
    if value is None and remarks:
        value = _before_a_remark(text, book, scores)
    return value


def leading(text: str, options: Sequence[Option]) -> ChoiceValue | None:
    """The choice that the text begins with, when the rest doesn't turn it round or name another.

    "Yes me and my husband dont talk" is a yes, with a remark; "yes but only by text" is unclear.
    """
    book = _book(tuple(options), ())
    tokens = _mended(plain(text).split(), book)
    found = sorted(_spans(tokens, book), key=lambda span: span.start)
    if not found or found[0].start or len({span.value for span in found}) > 1:
        return None
    first = found[0]
    rest = tokens[first.end :]
    return None if rest and rest[0] in words().blockers else first.value


def says_same(text: str) -> bool:
    """Whether the text says that the answer is that of the question before: "same again tbh"."""
    told = [token for token in plain(text).split() if token not in words().fillers]
    return " ".join(told) in words().same


def read_several(text: str, options: Sequence[Option]) -> tuple[ChoiceValue, ...] | None:
    """The choices that the text names, in the order of the list; None when it isn't clear."""
    book = _book(tuple(options), ())
    tokens = _mended(plain(text).split(), book)
    found = list(_spans(tokens, book))
    numbers = _numbers(tokens, len(options)) if not found else []
    named = {span.value for span in found} or {options[number - 1].value for number in numbers}
    either = words().blockers - words().joining  # "phone or text" is both, where both may be had
    if not named or (found and not _clear(tokens, found, additions=True, blockers=either)):
        return None
    chosen = [option for option in options if option.value in named]
    if len(chosen) > 1 and any(option.exclusive for option in chosen):
        return None
    return tuple(option.value for option in chosen)


def _read(
    tokens: Sequence[str], book: _Book, scores: bool, additions: bool = False
) -> ChoiceValue | None:
    """The one choice that the tokens name, with nothing beside it that could change it."""
    ruled_out = _ruled_out(tokens, book)
    if ruled_out is not None:
        former, rest = ruled_out
        value = _read(rest, book, scores, additions)
        return None if value == former else value
    tokens = _without_tail(tokens, book)
    found = list(_spans(tokens, book))
    value = found[0].value if found else None
    if value is None or any(span.value != value for span in found):
        return None
    # "3, every day" says the same twice, and so does "the last one, every day".
    same = _names_of(value, book.options) if scores else frozenset()
    rest = ["" if token in same else token for token in tokens]
    return value if _clear(rest, found, additions, words().blockers) else None


def _before_a_remark(text: str, book: _Book, scores: bool) -> ChoiceValue | None:
    """The choice that the first clause is, when the rest neither doubts it nor names another."""
    first, *others = (_mended(plain(part).split(), book) for part in _CLAUSE_END.split(text))
    value = _read(first, book, scores)
    rest = [token for tokens in others for token in tokens]
    if value is None or (words().blockers - words().negations).intersection(rest):
        return None
    return value if {span.value for span in _spans(rest, book)} <= {value} else None


def _corrected(tokens: Sequence[str], book: _Book, scores: bool) -> ChoiceValue | None:
    """In "several, actually no, more than half" the choice that is named last."""
    corrections = sorted((phrase.split() for phrase in words().corrections), key=len, reverse=True)
    for start in range(len(tokens) - 1, 0, -1):
        for phrase in corrections:
            end = start + len(phrase)
            if list(tokens[start:end]) == phrase and any(_spans(tokens[:start], book)):
                return _read(_from_phrase(tokens[end:], book), book, scores)
    return None


def _ruled_out(tokens: Sequence[str], book: _Book) -> tuple[ChoiceValue, list[str]] | None:
    """In "not several days, more like every day" the first choice, and "every day"."""
    common = words()
    start = next((i for i, token in enumerate(tokens) if token not in common.fillers), 0)
    if start >= len(tokens) or tokens[start] != _NOT:
        return None
    for end in range(min(len(tokens), start + 1 + book.longest), start + 1, -1):
        if book.phrases.get(tuple(tokens[start:end])) is not None:
            return None  # "not at all" is a choice itself
        value = book.phrases.get(tuple(tokens[start + 1 : end]))
        if value is not None:
            rest = _from_phrase(tokens[end:], book)
            return (value, rest) if rest else None
    return None


def _names_of(value: ChoiceValue, options: Sequence[Option]) -> frozenset[str]:
    """A choice's score and the words for its place in the list."""
    place = next(i for i, option in enumerate(options, start=1) if option.value == value)
    ordinals = words().ordinals.items()
    return frozenset({str(value), *(word for word, number in ordinals if number == place)})


def _from_phrase(tokens: Sequence[str], book: _Book) -> list[str]:
    """The tokens without the words that lead over to another choice: "but more like"."""
    rest = list(tokens)
    while rest and rest[0] in words().instead:
        if any(tuple(rest[:length]) in book.phrases for length in range(1, book.longest + 1)):
            break
        del rest[0]
    return rest


def _without_tail(tokens: Sequence[str], book: _Book) -> Sequence[str]:
    """The tokens without the explanation that follows a choice: "some days, mostly at work"."""
    for place, token in enumerate(tokens):
        if token in words().tails and any(_spans(tokens[:place], book)):
            return tokens[:place]
    return tokens


@dataclass(frozen=True)
class _Book:
    """The phrases of a question, ready to be looked up."""

    options: tuple[Option, ...]
    whole: dict[str, ChoiceValue]
    phrases: dict[tuple[str, ...], ChoiceValue | None]
    longest: int
    known: frozenset[str]
    spellings: tuple[str, ...]


@lru_cache(maxsize=256)
def _book(options: tuple[Option, ...], unclear: tuple[str, ...]) -> _Book:
    common = words()
    whole: dict[str, ChoiceValue] = {}
    unsure = {plain(phrase) for phrase in unclear}
    for option in options:
        for phrase in map(plain, option.phrases):
            if phrase not in unsure:
                whole.setdefault(phrase, option.value)
    phrases: dict[tuple[str, ...], ChoiceValue | None] = {
        _singular(phrase.split()): value for phrase, value in whole.items()
    }
    phrases.update({_singular(phrase.split()): None for phrase in unsure})
    vocabulary = {token for phrase in phrases for token in phrase}
    other = {token for phrase in common.corrections for token in phrase.split()}
    return _Book(
        options=options,
        whole=whole,
        phrases=phrases,
        longest=max(map(len, phrases)),
        known=frozenset(
            vocabulary
            | common.fillers
            | common.blockers
            | common.tails
            | common.units
            | other
            | {*common.ordinals, *common.numbers}
        ),
        spellings=tuple(sorted(t for t in vocabulary if len(t) >= _SHORTEST_MEANT)),
    )


def _singular(tokens: Sequence[str]) -> tuple[str, ...]:
    """The tokens with "days" as "day", since "several day" and "every days" are said as well."""
    return tuple(_PLURAL.sub(r"\1", token) for token in tokens)


def _mended(tokens: Sequence[str], book: _Book) -> list[str]:
    """The tokens with slips of spelling put right, where the phrases have a word so alike."""
    mended = []
    for token in _singular(tokens):
        if len(token) >= _SHORTEST_FORGIVEN and token not in book.known and token.isalpha():
            close = difflib.get_close_matches(token, book.spellings, n=1, cutoff=_ALIKE)
            # "ever" is not "never": people seldom miss the first letter of a word.
            if close and close[0][0] == token[0]:
                token = close[0]
        mended.append(token)
    return mended


def _spans(tokens: Sequence[str], book: _Book) -> Iterator[_Found]:
    """The numbers of days and the phrases that don't overlap, longer phrases first."""
    taken: set[int] = set()
    if any(option.days for option in book.options):
        for count in day_counts(tokens):
            taken.update(range(count.start, count.end))
            yield _Found(count.start, count.end, _choice_of(count.days, book.options))
    for length in range(min(book.longest, len(tokens)), 0, -1):
        for start in range(len(tokens) - length + 1):
            place = range(start, start + length)
            key = tuple(tokens[start : start + length])
            if key in book.phrases and not taken.intersection(place):
                taken.update(place)
                yield _Found(start, start + length, book.phrases[key])


def _choice_of(days: frozenset[int], options: Sequence[Option]) -> ChoiceValue | None:
    """The choice that all these numbers of days mean; None when there isn't one."""
    for option in options:
        if option.days and option.days[0] <= min(days) and max(days) <= option.days[1]:
            return option.value
    return None


def _clear(
    tokens: Sequence[str], found: Sequence[_Found], additions: bool, blockers: frozenset[str]
) -> bool:
    """Whether what stands beside the phrases leaves their meaning as it is."""
    common = words()
    covered = {i for span in found for i in range(span.start, span.end)}
    for i, token in enumerate(tokens):
        if i in covered or not token:
            continue
        if token in blockers:
            return False
        if token not in common.fillers and not additions:
            return False
    return True


def _by_number(
    said: str, options: Sequence[Option], *, scores: bool, numbered: bool
) -> ChoiceValue | None:
    common = words()
    tokens = said.split()
    # Someone who says "the second one" means the list; a bare number may be a printed score.
    places = [common.ordinals[token] for token in tokens if token in common.ordinals]
    others = [token for token in tokens if token not in common.ordinals]
    if len(places) == 1 and all(token in common.fillers for token in others):
        place = places[0] if places[0] > 0 else len(options)
        return options[place - 1].value if place <= len(options) else None
    if any(
        _number(token) is not None and unit in common.units
        for token, unit in itertools.pairwise(tokens)
    ):
        return None
    numbers = [_number(token) for token in tokens if _number(token) is not None]
    if len(tokens) > 1:  # "one" beside other words is no number
        numbers = [_number(token) for token in tokens if token.isdigit()] or numbers
    if len(numbers) != 1 or not all(
        token in common.fillers or _number(token) is not None for token in tokens
    ):
        return None
    number = numbers[0]
    if scores:
        return next((option.value for option in options if option.value == number), None)
    if numbered and number is not None and 1 <= number <= len(options):
        return options[number - 1].value
    return None


def _number(token: str) -> int | None:
    if token.isdecimal() and len(token) <= 2:
        return int(token)
    return words().numbers.get(token)


def _numbers(tokens: Sequence[str], highest: int) -> list[int]:
    """The places that a text of nothing but numbers names, such as "1 and 3"."""
    numbers = []
    for token in tokens:
        number = _number(token)
        if number is not None and 1 <= number <= highest:
            numbers.append(number)
        elif token not in words().fillers:
            return []
    return numbers
