"""Mends slips in the names of services and places: "berkshre", "forrest hill", "catfrod".

A service's name is like no other word, so that two letters of it may be wrong; a town's name is
often like another town's ("Caversham", "Faversham"), so that fewer may, and not the first.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from spacy.matcher.levenshtein import levenshtein

# A shorter name is too near other words for slips in it to be told from one of them.
_LETTERS_FOR_ONE = 6
_LETTERS_FOR_ONE_IN_TWO_WORDS = 5
_LETTERS_OF_BOTH_WORDS = 10  # at least, with the space
_LETTERS_FOR_TWO = 8
_LETTERS_FOR_TWO_IN_PLACE = 9
_SAME_FOR_TWO_IN_PLACE = 3  # first letters that must be right
_RARELY_FIRST = "xz"  # a short name that begins so is like no other word
_SHORTEST, _LONGEST = 4, 25

_LETTERS_FOR_A_SPLIT = 7  # "the ale" isn't Theale
_DISTRICT = re.compile(r"([a-z]+)(\d+)")


class Slips:
    """The names that words are mended to.

    Args:
        names: what the services are called.
        places: where they are.
        other_words: what is near to a name, and another town or word.
    """

    def __init__(
        self, names: Iterable[str], places: Iterable[str], other_words: Iterable[str]
    ) -> None:
        names, places = [each.lower() for each in names], [each.lower() for each in places]
        known = {word for name in (*names, *places) for word in name.split()}
        self._leave = known | set(other_words)
        self._names = sorted({each for each in names if each.isalpha()})
        towns = {each for each in places if each.isalpha() and len(each) >= _LETTERS_FOR_ONE}
        in_two_words = {
            word
            for each in places
            for word in each.split()
            if " " in each
            and word.isalpha()
            and len(word) >= _LETTERS_FOR_ONE_IN_TWO_WORDS
            and len(each) >= _LETTERS_OF_BOTH_WORDS
        }
        self._places = sorted(towns | in_two_words)
        self.mend = lru_cache(maxsize=20_000)(self._mend)

    def _mend(self, word: str) -> str:
        """The name that a word in lower case was meant to be, or the word itself."""
        if not _SHORTEST <= len(word) <= _LONGEST or not word.isalpha() or word in self._leave:
            return word
        for name in self._names:
            if _is_name(word, name):
                return name
        for place in self._places:
            if _is_place(word, place):
                return place
        return word


def variants(place: str) -> Collection[str]:
    """Other ways to write a place's name: "hithergreen", "se 13", "cat ford"."""
    if " " in place:
        return [place.replace(" ", "")]
    district = _DISTRICT.fullmatch(place)
    if district:
        return [" ".join(district.groups())]
    if len(place) < _LETTERS_FOR_A_SPLIT or not place.isalpha():
        return []
    return [f"{place[:at]} {place[at:]}" for at in range(3, len(place) - 2)]


def _is_name(word: str, name: str) -> bool:
    """One letter wrong anywhere, or two after the first ("yorkshire" isn't "berkshire")."""
    wrong: int = levenshtein(word, name, 2)
    if name[0] in _RARELY_FIRST:
        return wrong <= 1 and word[0] == name[0]
    return wrong <= 1 + (word[0] == name[0]) and len(name) >= _LETTERS_FOR_TWO


def _is_place(word: str, place: str) -> bool:
    if word[0] != place[0]:
        return False
    wrong: int = levenshtein(word, place, 2)
    if wrong <= 1 or _is_swapped(word, place):
        return True
    same = word[:_SAME_FOR_TWO_IN_PLACE] == place[:_SAME_FOR_TWO_IN_PLACE]
    return wrong == 2 and same and len(place) >= _LETTERS_FOR_TWO_IN_PLACE


def _is_swapped(word: str, place: str) -> bool:
    """Whether two neighbouring letters have changed places."""
    if len(word) != len(place):
        return False
    wrong = [at for at in range(len(word)) if word[at] != place[at]]
    if len(wrong) != 2 or wrong[1] != wrong[0] + 1:
        return False
    first, second = wrong
    return word[first] == place[second] and word[second] == place[first]
