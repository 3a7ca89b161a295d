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
