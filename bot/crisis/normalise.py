"""Turns what a person typed into plain lower-case words, each tied to the place it came from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.crisis.spelling import Speller, SpellingData, spelling_data

STOP = "."  # stands in the words for the end of a sentence
MANY = "#many"  # stands for a number written in digits
FEW = "#few"  # stands for one up to four, as many tablets as people take for a headache
AMOUNT = "#mg"  # stands for a number with a measure of medicine
DECADE = "#s"  # stands for "20s"
YEAR = "#year"  # stands for a number that reads as a year

_TOKEN = re.compile(
    r"[a-z0-9@$](?:[a-z0-9@$*!|'+]*[a-z0-9@$*])?"  # a word, perhaps disguised
    r"|[.!?;:\n\u2026]+"  # the end of a sentence
    r"|[,()/\u2013\u2014]"  # a pause within one
)
_SPACED = re.compile(
    r"(?<![a-z0-9'])(?:[a-z0-9@$!*](?:[ .,\-_*\u00b7\u2022/]|  )){2,}[a-z0-9@$!*](?![a-z0-9'])"
)
_SLASH_COMMAND = re.compile(r"^\s*/")
_ENDINGS = frozenset({"t", "m", "ve", "d", "ll", "s", "re"})
_FEWEST_MANY = 5
_MEASURES = frozenset({"mg", "mgs", "mcg", "ml", "mls", "g", "milligrams"})
_COUNTED = re.compile(r"(\d+)([a-z]+)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ABBREVIATED = frozenset({"mr", "mrs", "ms", "dr", "st"})


@dataclass(frozen=True)
class Word:
    """One plain word, the part of the text it came from, and whether a pause goes before it."""

    norm: str
    start: int
    end: int
    pause: bool = False


@dataclass(frozen=True)
class Words:
    """A message as plain words. `STOP` stands at the start, the end and between sentences."""

    text: str
    words: tuple[Word, ...]

    @property
    def norms(self) -> list[str]:
        """The plain words alone."""
        return [word.norm for word in self.words]

    def original(self, first: int, last: int) -> str:
        """What the person wrote from word `first` up to, not including, word `last`."""
        inner = [word for word in self.words[first:last] if word.norm != STOP]
        if not inner:
            return ""
        return " ".join(self.text[inner[0].start : inner[-1].end].split())

    def without_stops(self) -> Words:
        """The same words as one sentence, for those who put full stops anywhere."""
        inner = tuple(word for word in self.words if word.norm != STOP)
        if not inner:
            return self
        end = len(self.text)
        return Words(self.text, (Word(STOP, 0, 0), *inner, Word(STOP, end, end)))


class Normaliser:
    """Makes `Words` of a text. `vocabulary` holds every word that a phrase mentions."""

    def __init__(self, data: SpellingData, vocabulary: Iterable[str] = ()) -> None:
        self._data = data
        self._speller = Speller(data, vocabulary)

    def plain(self, written: str) -> list[str]:
        """The plain words a phrase in a data file stands for, fillers kept."""
        return [norm for token in written.split() for norm in self._speller.spelt_out(token)]

    def words(self, text: str) -> Words:
        """The plain words of a text, without fillers such as "really" or "just"."""
        clean, places = _cleaned(text, self._data.lookalikes)
        found: list[Word] = [Word(STOP, 0, 0)]
        pause = False
        for token, start, end in self._tokens(clean):
            first = token[0]
            if first in ".!?;:\n\u2026":
                if found[-1].norm not in _ABBREVIATED and found[-1].norm != STOP:
                    found.append(Word(STOP, places[start], places[end]))
                pause = False
                continue
            if first in ",()/\u2013\u2014":
                pause = True
                continue
            meant = self._meant(token, found[-1].norm)
            if meant == (AMOUNT,) and found[-1].norm in (MANY, FEW):
                found.pop()  # "50 mg" is one amount
            for norm in meant:
                if norm in self._data.fillers:
                    continue
                found.append(Word(norm, places[start], places[end], pause))
                pause = False
        if found[-1].norm != STOP:
            found.append(Word(STOP, len(text), len(text)))
        return Words(text, tuple(found))

    def _meant(self, token: str, before: str) -> tuple[str, ...]:
        if token == "2" and before in self._data.to_after:
            return ("to",)
        if token.isdigit():
            return (_number(token),)
        if token in _MEASURES and before in (MANY, FEW):
            return (AMOUNT,)
        meant = self._speller.words(token)
        counted = _COUNTED.fullmatch(token)
        if counted and meant == (token,):
            number, rest = counted.groups()
            if rest in _MEASURES:
                return (AMOUNT,)
            return (DECADE,) if rest == "s" else (_number(number), *self._speller.words(rest))
        return meant

    def _tokens(self, clean: str) -> Iterator[tuple[str, int, int]]:
        """Each token with its place in `clean`; spaced-out and split words are put together."""
        at = 0
        for spaced in _SPACED.finditer(clean):
            letters = re.sub(r"[^a-z0-9@$!*]", "", spaced.group())
            pieces = self._speller.joined(letters)
            if pieces is None:
                continue
            yield from _simple_tokens(clean, at, spaced.start())
            for piece in pieces:
                yield piece, spaced.start(), spaced.end()
            at = spaced.end()
        yield from _simple_tokens(clean, at, len(clean))


@lru_cache(maxsize=1)
def phrase_normaliser() -> Normaliser:
    """The normaliser for the words in data files, which are spelt as they should be."""
    return Normaliser(spelling_data())


def _number(digits: str) -> str:
    if _YEAR.fullmatch(digits):
        return YEAR
    return FEW if len(digits) < 3 and int(digits) < _FEWEST_MANY else MANY


def _simple_tokens(clean: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Tokens of `clean[start:end]`, with "don t" and "i m" joined to "don't" and "i'm"."""
    held: tuple[str, int, int] | None = None
    for match in _TOKEN.finditer(clean, start, end):
        token = match.group()
        if held and token in _ENDINGS and clean[held[2] : match.start()] in (" ", "`", "´"):
            held = (f"{held[0]}'{token}", held[1], match.end())
            continue
        if held:
            yield held
        held = (token, match.start(), match.end())
    if held:
        yield held


def _cleaned(text: str, lookalikes: Mapping[str, str]) -> tuple[str, list[int] | range]:
    """Lower-case text in plain letters, and for each of its characters the place it came from."""
    text = _SLASH_COMMAND.sub(lambda slash: " " * len(slash.group()), text)
    if text.isascii():
        return text.lower(), range(len(text) + 1)
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character in lookalikes:
            plain = lookalikes[character]
        elif character.isascii():
            plain = character
        else:
            plain = "".join(
                lookalikes.get(part, part)
                for part in unicodedata.normalize("NFKD", character)
                if unicodedata.category(part) not in ("Mn", "Cf", "Me")
            )
        for part in plain.lower():
            characters.append(part)
            places.append(place)
    places.append(len(text))
    return "".join(characters), places
