"""Makes a message plain text before anything reads it for meaning."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 4000

# As the names of letters begin: "𝓱𝓮𝓵𝓵𝓸", "ｈｅｌｌｏ" and "ⓗⓘ" are English all the same.
_LATIN = ("LATIN", "FULLWIDTH LATIN", "MATHEMATICAL", "CIRCLED LATIN", "PARENTHESIZED LATIN")

_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" *\n[ \n]*")


def clean(text: str) -> str:
    """The text without invisible characters, slash commands and stray spaces, cut at 4,000.

    Rasa reads a message that begins with "/" as an intent, by which a person could steer the
    assistant; without the slash it is a message like any other.
    """
    visible = "".join(_visible(character) for character in text)
    single = _LINES.sub("\n", _SPACES.sub(" ", visible))
    return single.strip().lstrip("/ ").strip()[:MAX_CHARACTERS].rstrip()


def in_another_script(text: str) -> bool:
    """Whether most letters of a text are of a script that English isn't written in."""
    names = [unicodedata.name(character, "") for character in text if character.isalpha()]
    others = sum(not name.startswith(_LATIN) for name in names)
    return others > len(names) / 2


def _visible(character: str) -> str:
    if character in "\r\n\u2028\u2029\x0b\x0c\x85":
        return "\n"
    kind = unicodedata.category(character)
    if character == "\t" or kind == "Zs":
        return " "
    # Cc: control, Cf: zero-width, joiners and marks of direction, Cs: half a character.
    return "" if kind in ("Cc", "Cf", "Cs") else character
