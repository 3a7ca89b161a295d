"""Undoes the ways a word is misspelt or disguised: stars, digits for letters, slips near danger."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice, product

from pydantic import Field

from bot.datafile import DATA, Strict, load_model

FILE = DATA / "crisis" / "spelling.yml"

_MIN_JOINED = 6  # shorter run-together words are too often somebody's name
_READINGS = 16
_SWAPS = {
    "0": "o",
    "1": "il",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "@": "a",
    "$": "s",
    "!": "i",
    "|": "il",
    "+": "t",
}
_SWAPPED = re.compile(r"[0134578@$!|+]")


class SpellingData(Strict):
    """`data/crisis/spelling.yml`: how words are shortened, run together and misspelt."""

    stands_for: Mapping[str, str] = Field(description="short form: the words it stands for")
    fillers: frozenset[str]
    danger_words: Mapping[str, int] = Field(description="a word: slips of the finger forgiven")
    ordinary_words: frozenset[str]
    starred: frozenset[str]
    to_after: frozenset[str]
    lookalikes: Mapping[str, str]


@lru_cache(maxsize=1)
def spelling_data() -> SpellingData:
    """The spelling data, read once.

    Raises:
        DataError: the file is missing or wrong.
    """
    return load_model(FILE, SpellingData)


class Speller:
    """Finds the known word or words that a written word stands for."""

    def __init__(self, data: SpellingData, vocabulary: Iterable[str]) -> None:
        """`vocabulary`: every word that a phrase mentions."""
        self._data = data
        self._vocabulary = frozenset(vocabulary)
        self._stands_for = {short: tuple(full.split()) for short, full in data.stands_for.items()}
        self._words = lru_cache(maxsize=8192)(self._find)

    def words(self, written: str) -> tuple[str, ...]:
        """The words that `written` (lower case, straight apostrophes) stands for."""
        return self._words(written)

    def spelt_out(self, written: str) -> tuple[str, ...]:
        """The words that a correctly spelt word stands for ("can't": can, not)."""
        bare = written.replace("'", "")
        return self._stands_for.get(written) or self._stands_for.get(bare) or (bare,)

    def joined(self, letters: str) -> tuple[str, ...] | None:
        """Words run together ("killmyself"), taken apart; None unless one of them is danger."""
        best: list[tuple[str, ...] | None] = [()] + [None] * len(letters)
        for end in range(1, len(letters) + 1):
            for start in range(max(0, end - 12), end):
                before, piece = best[start], letters[start:end]
                if before is None or not (self._known(piece) and (len(piece) > 1 or piece == "i")):
                    continue
                found = best[end]
                if found is None or len(before) + 1 < len(found):
                    best[end] = (*before, piece)
        pieces = best[-1]
        if pieces is None or not any(piece in self._data.danger_words for piece in pieces):
            return None
        return tuple(word for piece in pieces for word in self._stands_for.get(piece, (piece,)))

    def _known(self, word: str) -> bool:
        return word in self._vocabulary or word in self._stands_for

    def _find(self, written: str) -> tuple[str, ...]:
        bare = written.replace("'", "")
        if written in self._stands_for or bare in self._stands_for:
            return self.spelt_out(written)
        if written.endswith("'s"):
            return (*self._find(written[:-2]), "'s")
        if bare in self._vocabulary or bare in self._data.ordinary_words or bare.isdigit():
            return (bare,)
        if "*" in bare:
            return (self._starred(bare) or bare.replace("*", ""),)
        for guess in (*_unswapped(bare), *_unstretched(bare)):
            if guess in self._stands_for:
                return self._stands_for[guess]
            if guess in self._vocabulary:
                return (guess,)
        near = self._near(bare)
        if near:
            return (near,)
        if len(bare) >= _MIN_JOINED and bare.isalpha():
            return self.joined(bare) or (bare,)
        return (bare,)

    def _starred(self, written: str) -> str | None:
        pattern = re.compile("".join("[a-z]{1,2}" if c == "*" else re.escape(c) for c in written))
        return next((w for w in sorted(self._data.starred) if pattern.fullmatch(w)), None)

    def _near(self, written: str) -> str | None:
        """The danger word that `written` is a slip of the finger away from."""
        if len(written) < 5:
            return None
        guesses = (*_unswapped(written), written)
        for guess in guesses:
            for word, slips in self._data.danger_words.items():
                near = slips and guess[0] == word[0] and abs(len(guess) - len(word)) <= slips
                if near and distance(guess, word) <= slips:
                    return word
        return None


def distance(a: str, b: str) -> int:
    """Slips between two words: letters added, missing, wrong, or two swapped."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        before, previous, row = row, before, [i] + [0] * len(b)
        for j, right in enumerate(b, start=1):
            row[j] = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                row[j] = min(row[j], previous[j - 2] + 1)
    return row[-1]


def _unswapped(written: str) -> list[str]:
    """Readings of a word with digits and signs put back to letters ("k1ll", "$uicide")."""
    if not _SWAPPED.search(written) or not re.search("[a-z]", written):
        return []
    choices = [_SWAPS.get(character, character) for character in written]
    return ["".join(letters) for letters in islice(product(*choices), _READINGS)]


def _unstretched(written: str) -> list[str]:
    """Readings of a stretched word ("dieeeee", "killlll", "pleeease")."""
    twice = re.sub(r"(.)\1{2,}", r"\1\1", written)
    once = re.sub(r"(.)\1{1,}", r"\1", written)
    each = re.sub(r"(.)\1{2,}", r"\1", written)
    return [guess for guess in (twice, each, once) if guess != written]
