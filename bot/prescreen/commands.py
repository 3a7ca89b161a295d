"""Recognises what steers the form instead of answering: back, skip, pause, change my phone number…

Only whole messages count. "I want to stop feeling like this" is an answer, and so is "back pain".
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from bot.prescreen.questions import Question
from bot.prescreen.texts import commands
from bot.prescreen.understanding.plain import plain, strip_phrases

_OWN_WORDS = ("text", "name")
_ALIKE = 0.85
_SHORTEST_FORGIVEN = 6


def command_in(text: str, question: Question, *, answered: bool) -> str | None:
    """The command that the whole text is, such as "back"; None when it is none.

    Args:
        answered: whether the open question has an answer that can be kept.
    """
    said = plain(text)
    if not said or said in map(plain, question.literal):
        return None
    if question.optional and said in map(plain, question.skip_phrases):
        return "skip"
    own_words = question.kind in _OWN_WORDS
    for candidate in (said,) if own_words else (said, _without_manners(said)):
        for name, phrases in _phrases(own_words).items():
            if candidate in phrases and (answered or name != "keep"):
                return name
    return None


def near_command(text: str, question: Question) -> str | None:
    """The command that the text is but for a slip of spelling, in a closed question."""
    said = _without_manners(plain(text))
    if question.kind in _OWN_WORDS or len(said) < _SHORTEST_FORGIVEN:
        return None
    for name, phrases in _phrases(False).items():
        if name != "keep" and _closest(said, phrases):
            return name
    return None


def sends(text: str) -> bool:
    """Whether the text says to send, at the check."""
    return _says(text, (commands().send.button, *commands().send.phrases))


def is_done(text: str) -> bool:
    """Whether the text says that no more choices follow."""
    return _says(text, (commands().done.button, *commands().done.phrases))


def asks_for_change(text: str) -> bool:
    """Whether the text says that something is to be changed, not yet what."""
    return _says(text, (commands().change.button, *commands().change.phrases))


def change_target(text: str, questions: Iterable[Question], *, at_check: bool) -> Question | None:
    """The question whose answer the text asks to change: "my email is wrong".

    Args:
        at_check: the name of an answer alone is enough.
    """
    change = commands().change
    said = _without_manners(plain(text))
    named = strip_phrases(said, map(plain, change.before), map(plain, change.after))
    if named == said and not at_check:
        return None
    named = strip_phrases(named, map(plain, change.articles))
    names = {
        question.id: {plain(name) for name in (question.change, question.label, *question.aliases)}
        for question in questions
        if question.change
    }
    exact = [question_id for question_id, known in names.items() if named in known]
    close = exact or [i for i, known in names.items() if _closest(named, known)]
    if len(close) != 1:
        return None
    return next(question for question in questions if question.id == close[0])


def _says(text: str, phrases: Sequence[str]) -> bool:
    said = plain(text)
    known = {plain(phrase) for phrase in phrases}
    return said in known or _without_manners(said) in known


def _without_manners(said: str) -> str:
    polite = commands().polite
    return strip_phrases(said, polite, polite)


def _closest(said: str, phrases: Collection[str]) -> bool:
    if len(said) < _SHORTEST_FORGIVEN:
        return False
    alike = [phrase for phrase in phrases if len(phrase.split()) == len(said.split())]
    return bool(difflib.get_close_matches(said, alike, n=1, cutoff=_ALIKE))


@lru_cache(maxsize=2)
def _phrases(own_words: bool) -> dict[str, frozenset[str]]:
    return {
        name: frozenset(
            map(plain, (command.button, *(command.sure if own_words else command.phrases)))
        )
        for name, command in commands().commands.items()
    }
