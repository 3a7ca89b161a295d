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
    "book": ("yes_book",),
    "call": ("yes_callback",),
    "email": ("yes_email", "yes_summary"),
    "text": ("yes_text",),
    "no": ("no_book", "no_cancel", "no_callback", "no_wait_list", "no_letters", "no_summary"),
    "change": ("change",),
    "cancel": ("cancel", "yes_cancel"),
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


def is_yes(text: str, *to: str) -> bool:
    """Whether the text is a clear yes: it says yes, or one of `to`, politely, and nothing else.

    "OK wait", "yes but can I rebook" and anything that is asked are none.
    """
    return "?" not in text and says_nothing_but(text, "yes", *to)


def says_nothing_but(text: str, *kinds: str) -> bool:
    """Whether the text is made of phrases of `kinds`, and of politeness."""
    left = f" {plain(text)} "
    found = False
    for kind, phrase in _longest_first((*kinds, "polite")):
        while f" {phrase} " in left:
            found = found or kind != "polite"
            left = left.replace(f" {phrase} ", "  ")
    return found and not left.strip()


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
