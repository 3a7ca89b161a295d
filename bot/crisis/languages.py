"""Danger said in another language than English, which neither the phrases nor the meaning can read.

Only the plainest sentences, as `data/crisis/other_languages.yml` lists them: a person in fear goes
back to the language of their childhood, and must not be met with silence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pydantic import StrictStr

from bot.datafile import DATA, Strict, load_model

LANGUAGES_PATH = DATA / "crisis" / "other_languages.yml"

_UNDECOMPOSED = str.maketrans({"ł": "l", "ı": "i", "đ": "d", "ß": "ss", "’": "'", "ʼ": "'"})
_SPACED = 0x0530  # writing systems before this one part their words by spaces alone
_BEFORE = 2  # words before a phrase among which one that takes it back is looked for


class Language(Strict):
    """What to look for in one language: phrases by category, and words that take them back."""

    denied: StrictStr  # an unquoted `no` would be read as false
    phrases: Mapping[str, str]


class Languages(Strict):
    """`other_languages.yml`."""

    languages: Mapping[str, Language]


@dataclass(frozen=True)
class Phrase:
    """One phrase, folded, what it means, and the folded words that take it back."""

    text: str
    language: str
    category: str
    denied: frozenset[str]

    @property
    def pattern(self) -> re.Pattern[str]:
        """Finds it as whole words, where the language parts them."""
        edge = r"(?<!\w){}(?!\w)" if ord(self.text[0]) < _SPACED else "{}"
        return re.compile(edge.format(re.escape(self.text)))


@dataclass(frozen=True)
class Said:
    """A phrase that was found: its category, the person's own words, whether they deny it.

    `language` is as a person would name it in English: "Polish", "Hindi or Urdu".
    """

    language: str
    category: str
    words: str
    denied: bool


@lru_cache(maxsize=1)
def phrases() -> tuple[Phrase, ...]:
    """Every phrase in `data/crisis/other_languages.yml`.

    Raises:
        DataError: the file is missing or wrong, naming the field and the mend.
    """
    return tuple(
        Phrase(_folded(line), name, category, frozenset(_folded(language.denied).split()))
        for name, language in load_model(LANGUAGES_PATH, Languages).languages.items()
        for category, lines in language.phrases.items()
        for line in lines.splitlines()
        if line.strip()
    )


def said(text: str) -> list[Said]:
    """What of the listed phrases a message holds."""
    characters = _folded_characters(text)
    folded = "".join(character for character, _ in characters)
    return [
        Said(
            phrase.language,
            phrase.category,
            " ".join(
                text[characters[found.start()][1] : characters[found.end() - 1][1] + 1].split()
            ),
            not phrase.denied.isdisjoint(folded[: found.start()].split()[-_BEFORE:]),
        )
        for phrase in phrases()
        if phrase.text in folded  # by far quicker than the pattern, and nearly always false
        for found in phrase.pattern.finditer(folded)
    ]


def _folded(text: str) -> str:
    return "".join(character for character, _ in _folded_characters(text)).strip()


def _folded_characters(text: str) -> list[tuple[str, int]]:
    """The text in lower case, without accents and invisible characters, one space between words.

    Each character comes with the place it has in the text.
    """
    folded: list[tuple[str, int]] = []
    for place, character in enumerate(text):
        for plain in _plain(character):
            if plain != " " or (folded and folded[-1][0] != " "):
                folded.append((plain, place))
    return folded


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) == "Cf":
        return ""
    parts = unicodedata.normalize("NFKD", character).lower()
    return "".join(c for c in parts if not unicodedata.combining(c)).translate(_UNDECOMPOSED)
