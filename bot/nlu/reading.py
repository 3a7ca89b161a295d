"""Reads a message: which questions it asks, or else what the person wants.

A message may hold several questions, and things said around them. Each of its clauses is
classified on its own, beside the message as a whole. What isn't recognised surely enough is
called a fallback, with the likeliest questions to offer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.nlu.classifier import Classifier, Guess
from bot.nlu.clauses import clauses, listed, looks_like_question

QUESTION = "faq"
FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"

# What counts less when something else is said beside it; all that isn't here counts most.
WEIGHT = {
    "greet": 0,
    "goodbye": 0,
    "thank": 0,
    "affirm": 0,
    "deny": 0,
    OUT_OF_SCOPE: 1,
    "express_feelings": 2,
}
MOST = 3

SUGGESTIONS = 3
OTHERS = 2  # questions offered beside a tentative answer

_LONG = 60  # words; a longer message is read by its clauses only
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class Thresholds:
    """How sure the classifier must be, from 0 to 1. Chosen by cross-validation."""

    question: float = 0.45  # to take a message or clause as a question
    plain: float = 0.7  # to answer it without saying which question it was taken for
    statement: float = 0.6  # the same for a clause beside others that isn't put as a question
    thing: float = 0.5  # the same for each thing of a list
    wish: float = 0.35  # to take a message as anything else
    suggestion: float = 0.05  # to offer a question when nothing is sure


@dataclass(frozen=True)
class Reading:
    """What a message says.

    `intent` is "faq" for questions, "nlu_fallback" when unsure, else what the person wants.
    `topics` are the questions found, in the order asked; with a fallback, those to offer.
    `tentative` is whether the one question found may well be another, with the likeliest `others`.
    `ranking` are all labels for the message, the likeliest first.
    """

    intent: str
    confidence: float
    topics: tuple[Guess, ...] = ()
    ranking: tuple[Guess, ...] = ()
    tentative: bool = False
    others: tuple[Guess, ...] = ()


def read(text: str, classifier: Classifier, sure: Thresholds) -> Reading:
    """Reads a cleaned message."""
    if not _LETTER.search(text):
        return Reading(FALLBACK, 0.0)
    parts = clauses(text)
    if len(parts) < 2:
        ranking = classifier.rank([text])[0]
        return _listed(text, ranking, classifier, sure) or _decide([ranking], ranking, sure)
    whole = [text] if len(text.split()) <= _LONG else []
    ranked = classifier.rank([*parts, *whole])
    by_part, ranking = ranked[: len(parts)], ranked[-1] if whole else ()
    asked = [
        guess
        for part, guesses in zip(parts, by_part, strict=True)
        for guess in _part(part, guesses, classifier, sure)
    ]
    if len({guess.label for guess in asked}) == 1 and ranking and _is_question(ranking[0]):
        # One question, with something said around it that may be needed to understand it.
        asked = [max(asked[0], ranking[0], key=lambda guess: guess.confidence)]
    if asked:
        return _questions(asked, ranking or by_part[0], sure)
    return _decide(by_part, ranking or _surest(by_part), sure)


def _part(
    part: str, ranking: Sequence[Guess], classifier: Classifier, sure: Thresholds
) -> Iterable[Guess]:
    """The questions in one clause of several."""
    several = _listed(part, ranking, classifier, sure)
    if several:
        return several.topics
    needed = sure.question if looks_like_question(part) else sure.statement
    first = ranking[0]
    return [first] if _is_question(first) and first.confidence >= needed else []


def _listed(
    clause: str, ranking: Sequence[Guess], classifier: Classifier, sure: Thresholds
) -> Reading | None:
    """The clause as a list of different questions, when that is what it is."""
    things = listed(clause)
    if not things:
        return None
    firsts = [guesses[0] for guesses in classifier.rank(things)]
    asked = [guess for guess in firsts if _is_question(guess) and guess.confidence >= sure.thing]
    if len(asked) < len(things) or len({guess.label for guess in asked}) < 2:
        return None
    return _questions(asked, ranking, sure)


def _decide(
    by_part: Sequence[Sequence[Guess]], ranking: Sequence[Guess], sure: Thresholds
) -> Reading:
    """What a message wants of which no clause alone is a question."""
    if _is_question(ranking[0]) and ranking[0].confidence >= sure.question:
        return _questions([ranking[0]], ranking, sure)
    firsts = [ranking[0], *(guesses[0] for guesses in by_part)]
    wishes = [
        guess for guess in firsts if not _is_question(guess) and guess.confidence >= sure.wish
    ]
    if not wishes:
        likely = _likely(ranking, sure)[:SUGGESTIONS]
        return Reading(FALLBACK, 1.0 - ranking[0].confidence, likely, tuple(ranking))
    wish = max(wishes, key=lambda guess: (WEIGHT.get(guess.label, MOST), guess.confidence))
    return Reading(wish.label, wish.confidence, (), tuple(ranking))


def _questions(asked: Iterable[Guess], ranking: Sequence[Guess], sure: Thresholds) -> Reading:
    surest: dict[str, Guess] = {}
    for guess in asked:
        known = surest.get(guess.label)
        if known is None or guess.confidence > known.confidence:
            surest[guess.label] = guess
    topics = tuple(_topic(guess) for guess in surest.values())
    confidence = max(each.confidence for each in topics)
    if len(topics) > 1 or confidence >= sure.plain:
        return Reading(QUESTION, confidence, topics, tuple(ranking))
    others = [each for each in _likely(ranking, sure) if each.label != topics[0].label]
    return Reading(QUESTION, confidence, topics, tuple(ranking), True, tuple(others[:OTHERS]))


def _likely(ranking: Sequence[Guess], sure: Thresholds) -> tuple[Guess, ...]:
    return tuple(
        _topic(guess)
        for guess in ranking
        if _is_question(guess) and guess.confidence >= sure.suggestion
    )


def _surest(by_part: Sequence[Sequence[Guess]]) -> Sequence[Guess]:
    return max(by_part, key=lambda guesses: guesses[0].confidence)


def _is_question(guess: Guess) -> bool:
    return guess.label.startswith(f"{QUESTION}/")


def _topic(guess: Guess) -> Guess:
    return Guess(guess.label.removeprefix(f"{QUESTION}/"), guess.confidence)
