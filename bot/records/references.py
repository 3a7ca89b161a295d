"""Codes that people read out: references of referrals, and resume codes.

Crockford's base 32: no I, L, O or U, so nothing is mistaken or spells a word.
"""

from __future__ import annotations

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_LETTERS = 8  # 40 bits: unique in any service's lifetime
_RESUME_LETTERS = 12  # 60 bits: not to be guessed while it lasts
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_GAP = r"[\s\u2010-\u2015-]"
_GROUP = r"[A-Z0-9]{4}"
_DASH = r"[\u2010-\u2015-]"
# As it was given: first, since a word before it ("referral 4K7M-2QXD") could be taken into it.
_AS_GIVEN = re.compile(rf"\b{_GROUP}{_DASH}{_GROUP}(?:{_DASH}{_GROUP})?\b")
_RESUME_CODE = re.compile(rf"\b{_GROUP}{_GAP}?{_GROUP}{_GAP}?{_GROUP}\b")
_REFERENCE = re.compile(rf"\b{_GROUP}{_GAP}?{_GROUP}\b")
_ANY_REFERENCE = re.compile(rf"\b(?=({_GROUP}{_GAP}?{_GROUP})\b)")  # also where they overlap
# What stands beside a reference: years, "27th", "date", words with letters that it never has.
_BESIDE = re.compile(r"[0-9]+(?:ST|ND|RD|TH)?|DATE|[A-Z]*[ILOU][A-Z]*")


def new_reference() -> str:
    """A reference such as "4K7M-2QXD"."""
    return _grouped(_REFERENCE_LETTERS)


def new_resume_code() -> str:
    """A resume code such as "4K7M-2QXD-9RTA"."""
    return _grouped(_RESUME_LETTERS)


def read_code(text: str) -> str | None:
    """The reference or resume code in `text`, however it is spaced or cased; None if none."""
    found = find_code(text)
    return None if found is None else found[0]


def find_code(text: str) -> tuple[str, str] | None:
    """As read_code, with the text around the code."""
    for pattern in (_AS_GIVEN, _RESUME_CODE, _REFERENCE):
        for match in pattern.finditer(text.upper()):
            letters = re.sub(_GAP, "", match.group())
            if _looks_random(letters):
                letters = letters.translate(_MISREAD)
                if not set(letters) <= set(ALPHABET):
                    return None
                return _dashed(letters), f"{text[: match.start()]} {text[match.end() :]}"
    return None


def find_reference(text: str) -> tuple[str, str] | None:
    """The reference in `text`, and the text around it; None if there is none.

    Without its dash, a word or a year beside it looks like a part of it ("code 4k7m 2qxd 1985"):
    the two groups are taken that look most like a reference.
    """
    found = _codes(_AS_GIVEN, text.upper()) or _codes(_ANY_REFERENCE, text.upper())
    if not found:
        return None
    letters, start, end = max(found, key=lambda code: _likeness(code[0]))
    if len(letters) != _REFERENCE_LETTERS:  # a resume code
        return None
    return _dashed(letters.translate(_MISREAD)), f"{text[:start]} {text[end:]}"


def _codes(pattern: re.Pattern[str], text: str) -> list[tuple[str, int, int]]:
    """The letters of every code that the pattern finds, and where it begins and ends."""
    found = []
    for match in pattern.finditer(text):
        start, end = match.span(match.lastindex or 0)
        letters = re.sub(_GAP, "", text[start:end])
        if _looks_random(letters) and set(letters.translate(_MISREAD)) <= set(ALPHABET):
            found.append((letters, start, end))
    return found


def _likeness(letters: str) -> int:
    """Of two groups, how much they look like those of a reference."""
    groups = (letters[i : i + 4] for i in range(0, len(letters), 4))
    return sum(0 if _BESIDE.fullmatch(each) else 1 if each.isalpha() else 2 for each in groups)


def _grouped(length: int) -> str:
    while True:
        letters = "".join(secrets.choice(ALPHABET) for _ in range(length))
        if _looks_random(letters):
            return _dashed(letters)


def _looks_random(letters: str) -> bool:
    """Whether it can't be taken for words: it has a digit that no letter is misread as."""
    return any(letter in "23456789" for letter in letters) and not letters.isdigit()


def _dashed(letters: str) -> str:
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))
