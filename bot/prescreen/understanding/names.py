"""Understands a name as people give it: "my name is Jo", "call me Sam", "O'Brien-Smith"."""

from __future__ import annotations

import unicodedata

from bot.prescreen.texts import words
from bot.prescreen.understanding.plain import plain, tidy
from bot.prescreen.understanding.result import NotUnderstood, Understood

_LONGEST = 100  # letters
_MOST_WORDS = 8
_EDGES = ' \t.,!;:-–—"“”()'
_WITHIN = "'’‘ʼ`´.-–‐·,()"


def read_name(text: str) -> Understood | NotUnderstood:
    """The name in the person's own spelling. Reasons: unclear, too_long.

    Any script counts. A sentence or a question is not a name.
    """
    said = _without_pictures(tidy(text))
    if "?" in said:
        return NotUnderstood("unclear")
    parts = _bare([part for part in said.split() if part.strip(_EDGES)])
    name = " ".join(parts).strip(_EDGES)
    if not name or not _looks_like_name(name):
        return NotUnderstood("unclear")
    if len(name) > _LONGEST:
        return NotUnderstood("too_long")
    return Understood(name)


def _bare(parts: list[str]) -> list[str]:
    """The words of the name without those around it, at least one."""
    before = [phrase.split() for phrase in words().name.before]
    after = [phrase.split() for phrase in words().name.after]
    while True:
        said = [plain(part) for part in parts]
        room = len(said) - 1
        ahead = max((n for p in before if (n := len(p)) <= room and said[:n] == p), default=0)
        behind = max((n for p in after if (n := len(p)) <= room and said[-n:] == p), default=0)
        if ahead:
            parts = parts[ahead:]
        elif behind:
            parts = parts[:-behind]
        else:
            return parts


def _looks_like_name(name: str) -> bool:
    if not all(_belongs(character) for character in name):
        return False
    said = plain(name).split()
    letters = any(character.isalpha() for character in name)
    if not letters or not said or len(said) > _MOST_WORDS:
        return False
    refused = [word in words().name.refused for word in said]
    # "You Li" and "Jo Back" are names; "tell you" is not. Capitals are the only sign.
    capitals = all(part[0].isupper() for part in name.split())
    return not any(refused) or (capitals and refused.count(False) >= 1 and len(said) <= 3)


def _belongs(character: str) -> bool:
    return character.isspace() or character in _WITHIN or unicodedata.category(character)[0] in "LM"


def _without_pictures(text: str) -> str:
    """The text without emoji and the marks that join them."""
    return "".join(c for c in text if unicodedata.category(c) not in ("So", "Sk", "Cs", "Cf"))
