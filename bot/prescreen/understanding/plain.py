"""Brings typed text into the one form in which it is compared with the data's phrases."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_NOT_WORDS = re.compile(r"[^\w]+|_+")
_STRETCHED = re.compile(r"([^\W\d])\1{2,}")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_SENTENCE_END = re.compile(r"[.!?…]+(?:\s|$)")


def tidy(text: str) -> str:
    """The text without invisible letters, and with single spaces."""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def plain(text: str) -> str:
    """Small letters and digits with single spaces: "I'd say: YESSS!" becomes "id say yes"."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    text = _APOSTROPHES.sub("", text)
    text = " ".join(_NOT_WORDS.sub(" ", text).split())
    return _STRETCHED.sub(r"\1", text)


def strip_phrases(
    text: str, before: Iterable[str] = (), after: Iterable[str] = (), *, keep_last: bool = True
) -> str:
    """`text` (plain) without the phrases that stand at its beginning and end.

    With `keep_last`, a text that is nothing but such a phrase stays as it is.
    """
    ahead = sorted(set(before), key=len, reverse=True)
    behind = sorted(set(after), key=len, reverse=True)
    while True:
        shorter = next((text[len(p) + 1 :] for p in ahead if text.startswith(p + " ")), None)
        if shorter is None:
            shorter = next((text[: -len(p) - 1] for p in behind if text.endswith(" " + p)), None)
        if shorter is None and not keep_last and text in {*ahead, *behind}:
            shorter = ""
        if shorter is None:
            return text
        text = shorter


def asks(text: str, question_words: Iterable[str]) -> bool:
    """Whether the text has the form of a single short question.

    A story that ends with a question, or begins with "what", is not one.
    """
    text = tidy(text)
    sentences = [part for part in _SENTENCE_END.split(text) if part.strip()]
    if len(sentences) != 1:
        return False
    if text.endswith("?"):
        return True
    said = plain(text).split()
    return bool(said) and len(said) <= 14 and said[0] in set(question_words)
