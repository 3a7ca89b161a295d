"""Which of the known phrases a message holds: "no, keep it please" says both "no" and "keep"."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from bot.booking.texts import booking_data
from bot.prescreen.understanding.plain import plain

_BUTTONS = {  # which titles say what, beside the phrases of the same name
    "more": ("more",),
    "all_times": ("all_times",),
    "leave": ("not_now",),
    "yes": (
        "yes_book",
        "yes_cancel",
        "yes_callback",
        "wait_list",
        "yes_email",
        "yes_text",
        "yes_summary",
    ),
    "no": ("no_book", "no_cancel", "no_callback", "no_wait_list", "no_letters", "no_summary"),
    "change": ("change",),
    "cancel": ("cancel",),
    "keep": ("keep",),
}


def said(text: str, *kinds: str) -> frozenset[str]:
    """Those of `kinds` (fields of `understood` in data/booking.yml) that the text says.

    Longer phrases come first, and a word counts once: "don't book it" doesn't say "book it",
    and "not sure" says neither "no" nor "yes".
    """
    left = f" {plain(text)} "
    found = set()
    for kind, phrase in _longest_first((*kinds, "unsure")):
        if f" {phrase} " in left:
            found.add(kind)
            left = left.replace(f" {phrase} ", "  ")
    return frozenset(found & {*kinds})


def says_only(text: str, kind: str) -> bool:
    """Whether the whole message is one of the phrases of `kind`."""
    return plain(text) in {phrase for _, phrase in _longest_first((kind,))}


@lru_cache(maxsize=64)
def _longest_first(kinds: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = ((kind, phrase) for kind in kinds for phrase in _phrases(kind))
    return tuple(sorted(pairs, key=lambda pair: -len(pair[1])))


def _phrases(kind: str) -> Iterable[str]:
    data = booking_data()
    titles = (getattr(data.buttons, name) for name in _BUTTONS.get(kind, ()))
    return {plain(phrase) for phrase in (*getattr(data.understood, kind), *titles)}
