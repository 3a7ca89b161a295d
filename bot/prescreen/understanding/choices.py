"""Understands a typed answer to a question with choices: "most days tbh", "nope", "the second one".

Phrases from the data are looked for in the text, the longest first. What is left over must be
words without meaning of their own, or the answer counts as unclear and is asked for again: a
score is never guessed. Small slips of spelling are forgiven.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.prescreen.questions import ChoiceValue
from bot.prescreen.texts import words
from bot.prescreen.understanding.plain import plain

_SHORTEST_FORGIVEN = 4
_ALIKE = 0.8


@dataclass(frozen=True)
class Option:
    """A choice to be understood, with every way of saying it (title first)."""

    value: ChoiceValue
    phrases: tuple[str, ...]
    exclusive: bool = False


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
) -> ChoiceValue | None:
    """The one choice that the text means; None when it isn't clear.

    Args:
        unclear: phrases that make the answer unclear.
        scores: a number is a choice's own value, as on the printed form.
        numbered: a number is a choice's place in the list, from 1.
        additions: words of any kind may stand beside the choice.
    """
    book = _book(tuple(options), tuple(unclear))
    said = plain(text)
    if said in book.whole:
        return book.whole[said]
    by_number = _by_number(said, options, scores=scores, numbered=numbered)
    if by_number is not None:
        return by_number
    tokens = _mended(said.split(), book)
    found = list(_spans(tokens, book))
    values = {span.value for span in found}
    if len(values) != 1 or None in values:
        return None
    (value,) = values
    # "3, every day" says the same twice.
    rest = ["" if scores and token == str(value) else token for token in tokens]
    return value if _clear(rest, found, additions, words().blockers) else None


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


@dataclass(frozen=True)
class _Book:
    """The phrases of a question, ready to be looked up."""

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
        tuple(phrase.split()): value for phrase, value in whole.items()
    }
    phrases.update({tuple(phrase.split()): None for phrase in unsure})
    vocabulary = {token for phrase in phrases for token in phrase}
    return _Book(
        whole=whole,
        phrases=phrases,
        longest=max(map(len, phrases)),
        known=frozenset(vocabulary | common.fillers | common.blockers | common.tails),
        spellings=tuple(sorted(t for t in vocabulary if len(t) >= _SHORTEST_FORGIVEN)),
    )


def _mended(tokens: Sequence[str], book: _Book) -> list[str]:
    """The tokens with slips of spelling put right, where the phrases have a word so alike."""
    mended = []
    for token in tokens:
        if len(token) >= _SHORTEST_FORGIVEN and token not in book.known and token.isalpha():
            close = difflib.get_close_matches(token, book.spellings, n=1, cutoff=_ALIKE)
            # "ever" is not "never": people seldom miss the first letter of a word.
            if close and close[0][0] == token[0]:
                token = close[0]
        mended.append(token)
    return mended


def _spans(tokens: Sequence[str], book: _Book) -> Iterator[_Found]:
    """The phrases in the text that don't overlap, longer ones first."""
    taken: set[int] = set()
    for length in range(min(book.longest, len(tokens)), 0, -1):
        for start in range(len(tokens) - length + 1):
            place = range(start, start + length)
            key = tuple(tokens[start : start + length])
            if key in book.phrases and not taken.intersection(place):
                taken.update(place)
                yield _Found(start, start + length, book.phrases[key])


def _clear(
    tokens: Sequence[str], found: Sequence[_Found], additions: bool, blockers: frozenset[str]
) -> bool:
    """Whether what stands beside the phrases leaves their meaning as it is."""
    common = words()
    covered = {i for span in found for i in range(span.start, span.end)}
    last = max(span.end for span in found)
    for i, token in enumerate(tokens):
        if i in covered or not token:
            continue
        if token in blockers:
            return False
        if token in common.tails and i >= last:
            return True
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
