"""The pre-screen's steps and questions, read from data/prescreen/questions.yml."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, StrictInt, StrictStr

from bot.datafile import DATA, DataError, Strict, load_model, shown

QUESTIONS = DATA / "prescreen" / "questions.yml"

Kind = Literal[
    "choice",
    "choices",
    "yes_no",
    "item",
    "text",
    "name",
    "date_of_birth",
    "phone",
    "email",
    "postcode",
    "nhs_number",
    "check",
]
LeadsTo = Literal["declined", "not-eligible", "urgent-help", "ask-again"]
ChoiceValue = StrictInt | StrictStr

SERVICE = "place.service"
DATE_OF_BIRTH = "about.date_of_birth"
CONSENT = "consent.given"


class Condition(Strict):
    """Something that must hold for a question or a choice to be put to the person."""

    question: str | None = None
    one_of: tuple[ChoiceValue, ...] | None = None
    answered: bool | None = None
    service: Literal["asks_gp_registration"] | None = None
    under_minimum_age: bool | None = None


class Choice(Strict):
    """A choice to tap or type.

    `leads_to` says where it takes the form, if not onwards; `days` how many days of fourteen, from
    and to, mean the same as its title.
    """

    value: ChoiceValue
    title: str
    synonyms: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()
    exclusive: bool = False
    leads_to: LeadsTo | None = None
    ends_with: Literal["too_young", "wrong_area"] | None = None
    question: str | None = None
    loinc: str | None = None
    days: tuple[int, int] | None = None


class Question(Strict):
    """One question. The fields are told at the head of the data file."""

    id: str
    kind: Kind
    text: str
    label: str
    again: str | None = None
    change: str | None = None
    aliases: tuple[str, ...] = ()
    why: str | None = None
    optional: bool = False
    skip_phrases: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()
    choices: tuple[Choice, ...] = ()
    choices_from: Literal["services"] | None = None
    suggestions: tuple[str, ...] = ()
    also_yes: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    literal: tuple[str, ...] = ()
    strict: bool = False
    redo_after: str | None = None
    questionnaire: str | None = None  # for an item: its questionnaire and its number, from 1
    number: int = 0
    safety: bool = False


class Step(Strict):
    """A part of the pre-screen with a title of its own."""

    id: str
    title: str
    intro: str | None = None
    questions: tuple[Question, ...] = ()
    questionnaires: Literal["service"] | tuple[str, ...] = ()


class Script(Strict):
    """The whole pre-screen, in order."""

    consent_version: str = Field(min_length=1)
    steps: tuple[Step, ...]

    def all_questions(self) -> Iterator[Question]:
        """Every question written out here (not the questionnaires' items), in order."""
        for step in self.steps:
            yield from step.questions


def load_script(path: Path) -> Script:
    """Reads and checks a script.

    Raises:
        DataError: an id twice, a condition on an unknown question, or a choice missing.
    """
    script = load_model(path, Script)
    seen: set[str] = set()
    for question in script.all_questions():
        problem = _problem(question, seen)
        if problem:
            raise DataError(f"{shown(path)}: question `{question.id}`: {problem}")
        seen.add(question.id)
    return script


@lru_cache(maxsize=1)
def script() -> Script:
    """The project's own script."""
    return load_script(QUESTIONS)


def _problem(question: Question, earlier: set[str]) -> str | None:
    if question.id in earlier:
        return "`id` is used twice: give it another"
    offered = question.choices or question.choices_from
    if question.kind in ("choice", "choices") and not offered:
        return "`choices` is empty: add them"
    if len(question.id) > 64:
        return "`id` is longer than 64 letters: shorten it"
    conditions = (*question.when, *(c for choice in question.choices for c in choice.when))
    for condition in conditions:
        if condition.question and condition.question not in earlier:
            return f"`when` names `{condition.question}`, not an earlier question: correct it"
    for choice in question.choices:
        if choice.leads_to == "ask-again" and choice.question not in earlier:
            return f"choice `{choice.value}` asks an unknown question again: correct `question`"
        if choice.leads_to in ("declined", "not-eligible") and not question.strict:
            return f"choice `{choice.value}` ends the form: add `strict: true` to the question"
        if choice.leads_to == "not-eligible" and not choice.ends_with:
            return f"choice `{choice.value}` lacks `ends_with`: add it"
    return None
