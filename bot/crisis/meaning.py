"""Tells danger by what a message means, where no phrase can: farewells, burden, passive wishes.

The sentence model's upper layers, tuned on the lines in `data/crisis/lines/` (`make meaning`), with
a head that says how likely danger is, how clear, and of what kind. Its numbers are never shown to
anyone and are no measure of a person: only whether they are above a bar counts.
"""

from __future__ import annotations

import logging
import re
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from pydantic import Field
from safetensors.numpy import load_file

from bot.datafile import DATA, Strict, load_model
from bot.embedding import shared_model
from bot.minilm import changed_layers, model_folder
from bot.minilm_graph import Vectors

log = logging.getLogger(__name__)

WEIGHTS_PATH = DATA / "crisis" / "meaning.safetensors"
CATEGORIES = (
    "suicidal-thoughts",
    "suicide-plan",
    "self-harm",
    "overdose",
    "medical-emergency",
    "harm-to-others",
    "abuse",
    "someone-else",
)

BARS_PATH = DATA / "crisis" / "meaning.yml"

_HEAD = "head."
_WORDS_AT_MOST = 40  # a longer sentence is read in overlapping pieces
_CHARACTERS_AT_MOST = 10_000  # as long as a message may be at most; the rest is left to the phrases
_SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+|\n+|\s*\.{2,}\s*")


class Bars(Strict):
    """`meaning.yml`: how sure the layer must be, 0 to 1, for each tier."""

    alert: float = Field(ge=0, le=1)
    check_in: float = Field(ge=0, le=1)
    although_disarmed: float = Field(ge=0, le=1)
    doubted: float = Field(ge=0, le=1)
    dismissed: float = Field(ge=0, le=1)


@lru_cache(maxsize=1)
def bars() -> Bars:
    """The bars in `data/crisis/meaning.yml`.

    Raises:
        DataError: the file is missing or wrong, naming the field and the mend.
    """
    return load_model(BARS_PATH, Bars)


@dataclass(frozen=True)
class Sense:
    """What a piece of text means: how likely danger is and how clear, 0 to 1, and of what kind."""

    text: str
    danger: float
    clear: float
    category: str


class Meaning:
    """The tuned layers and their head."""

    def __init__(self, tensors: Mapping[str, Vectors]) -> None:
        changes = {name: rows for name, rows in tensors.items() if not name.startswith(_HEAD)}
        self._layers = changed_layers(model_folder(), changes, rounding="fine")
        self._weight, self._bias = tensors["head.weight"], tensors["head.bias"]

    def senses(self, texts: Sequence[str]) -> list[Sense]:
        """What each text means by itself."""
        found = shared_model().embed_through(texts, self._layers) @ self._weight.T + self._bias
        likely = 1 / (1 + np.exp(-found[:, :2]))
        kinds = found[:, 2:].argmax(axis=1)
        return [
            Sense(text, float(danger), float(clear), CATEGORIES[kind])
            for text, (danger, clear), kind in zip(texts, likely, kinds, strict=True)
        ]


def pieces(text: str) -> list[str]:
    """The message as a whole, and each of its different sentences: one is enough to be noticed."""
    whole = cleaned(text[:_CHARACTERS_AT_MOST])
    parts = sentences(whole)
    return list(dict.fromkeys([whole, *parts])) if len(parts) > 1 else [whole]


def sentences(text: str) -> list[str]:
    """The sentences of a text, those without an end cut into overlapping pieces."""
    found = []
    for sentence in _SENTENCE_ENDS.split(text):
        words = sentence.split()
        if len(words) <= _WORDS_AT_MOST:
            found += [sentence] if words else []
            continue
        step = _WORDS_AT_MOST // 2
        found += [
            " ".join(words[start : start + _WORDS_AT_MOST])
            for start in range(0, len(words) - step, step)
        ]
    return found


def cleaned(text: str) -> str:
    """The text in plain characters, without the invisible ones."""
    plain = unicodedata.normalize("NFKC", text.replace("’", "'"))
    return "".join(c for c in plain if unicodedata.category(c) != "Cf").strip()


_lock = threading.Lock()


def meaning() -> Meaning | None:
    """The layer of meaning; None when it can't be loaded, which is logged once."""
    with _lock:
        return _meaning(WEIGHTS_PATH)


@lru_cache(maxsize=1)
def _meaning(path: Path) -> Meaning | None:
    try:
        return Meaning(load_file(str(path)))
    except Exception as error:  # whatever it is, the phrases still work
        log.error("The crisis screen works without its layer of meaning (%s).", error)
        return None
