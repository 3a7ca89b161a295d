"""Splits a message into the parts that could each hold a question."""

from __future__ import annotations

import re

MAX_CLAUSES = 12


def _any(words: str) -> str:
    return "(?:" + "|".join(words.split()) + ")"


_ASKING = _any(
    "what whats what's wat where wheres where's when whens when's who whos who's why which"
    " how hows how's"
)
_AUXILIARY = _any(
    "is are am was do does did can could will would should shall may might must have has had"
)
_SUBJECT = _any(
    "i you u we they he she it its this that there my your ur the a an any anyone someone people"
    " dit therapy therapists? xyla lewisham berkshire patients sessions? me"
)
_LINKS = r"(?:(?:and|n|or|but|also|plus|then|so|if so|if not|as well as|&)\s+)"

# The words with which a question begins.
_QUESTION = rf"(?:{_ASKING}|{_AUXILIARY} {_SUBJECT})\b"

# Where one sentence, or one number of a list, ends and the next begins.
_SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+|[?!]+(?=\w)|[;\n•]+|\s+[-–—]+\s+|(?<!\w)\(?[1-9]\)\s*")

# Where a comma or a linking word has a question after it.
_QUESTION_FOLLOWS = re.compile(
    rf"\s*,\s*{_LINKS}*(?={_QUESTION})|\s+{_LINKS}+(?={_QUESTION})|\s+(?=also\s+{_QUESTION})",
    re.IGNORECASE,
)
_BETWEEN_THINGS = re.compile(r"\s*(?:[,/&?]|\b(?:and|n|or|plus|also)\b)\s*", re.IGNORECASE)
_ASKED = re.compile(rf"\?|\b{_QUESTION}", re.IGNORECASE)
_WORD = re.compile(r"\w")


def clauses(text: str) -> tuple[str, ...]:
    """The sentences of a text, and the questions within a sentence, each on its own.

    At most 12: of more, those that look like questions are taken first.
    """
    parts = [
        part.strip(" ,.")
        for sentence in _SENTENCE_ENDS.split(text)
        for part in _QUESTION_FOLLOWS.split(sentence)
    ]
    found = tuple(part for part in parts if _WORD.search(part))
    if len(found) <= MAX_CLAUSES:
        return found
    questions_first = sorted(
        range(len(found)), key=lambda place: not looks_like_question(found[place])
    )
    return tuple(found[place] for place in sorted(questions_first[:MAX_CLAUSES]))


def listed(clause: str) -> tuple[str, ...]:
    """The things that a clause lists ("cost, parking and travel"); nothing when it lists none."""
    things = tuple(part for part in _BETWEEN_THINGS.split(clause) if _WORD.search(part))
    return things if 1 < len(things) <= MAX_CLAUSES else ()


def looks_like_question(clause: str) -> bool:
    """Whether it has a question mark or the words of a question."""
    return bool(_ASKED.search(clause))
