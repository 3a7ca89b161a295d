"""Decides what is asked, and in which order. Pure: the same answers give the same question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.knowledge.services import Service
from bot.prescreen.questionnaires import Library
from bot.prescreen.questions import (
    DATE_OF_BIRTH,
    SERVICE,
    Choice,
    Condition,
    Question,
    Script,
    Step,
)
from bot.prescreen.understanding.dates import age_on


@dataclass(frozen=True)
class Filled:
    """How far someone has come: answers by question id (None: skipped), on a certain day."""

    answers: Mapping[str, Any]
    service: Service | None
    today: date

    @property
    def age(self) -> int | None:
        """Whole years, once the date of birth is known."""
        born = self.answers.get(DATE_OF_BIRTH)
        return None if born is None else age_on(date.fromisoformat(born), self.today)


@dataclass(frozen=True)
class Progress:
    """Where a question stands; within a questionnaire also which item of how many."""

    step: int
    steps: int
    item: int | None = None
    items: int | None = None


class Flow:
    """The order of questions of a script for the services given."""

    def __init__(self, script: Script, library: Library, services: Mapping[str, Service]) -> None:
        self._script = script
        self.library = library
        self._services = services
        self.consent_version = script.consent_version

    def steps(self, filled: Filled) -> list[Step]:
        """The steps that this person goes through, each with its questions written out."""
        steps: list[Step] = []
        for step in self._script.steps:
            steps.extend(self._written_out(step, filled))
        return steps

    def questions(self, filled: Filled) -> list[Question]:
        """The questions that apply, in order."""
        return [question for step in self.steps(filled) for question in step.questions]

    def find(self, question_id: str | None, filled: Filled) -> Question | None:
        """The question of that id, if it applies."""
        return next((q for q in self.questions(filled) if q.id == question_id), None)

    def next(self, filled: Filled) -> Question:
        """The first question without an answer. The last one, the check, never has one."""
        questions = self.questions(filled)
        return next((q for q in questions if q.id not in filled.answers), questions[-1])

    def previous(self, question_id: str, filled: Filled) -> Question | None:
        """The question before, None at the first."""
        questions = self.questions(filled)
        ids = [question.id for question in questions]
        place = ids.index(question_id) if question_id in ids else len(ids)
        return questions[place - 1] if place > 0 else None

    def complete(self, filled: Filled) -> bool:
        """Whether only the check is left."""
        return self.next(filled).kind == "check"

    def progress(self, question: Question, filled: Filled) -> Progress:
        """Where the question stands. A step counts whether or not each of its questions does."""
        steps = self.steps(filled)
        number = next(
            (n for n, step in enumerate(steps, 1) if question.id in {q.id for q in step.questions}),
            1,
        )
        if question.questionnaire is None:
            return Progress(number, len(steps))
        items = len(self.library.get(question.questionnaire).items)
        return Progress(number, len(steps), question.number, items)

    def choices(self, question: Question, filled: Filled) -> tuple[Choice, ...]:
        """The choices to put to this person."""
        if question.choices_from == "services":
            return tuple(
                Choice(value=s.id, title=s.name, synonyms=(s.short_name, *s.aliases))
                for s in self._services.values()
            )
        return tuple(choice for choice in question.choices if self._all_hold(choice.when, filled))

    def _written_out(self, step: Step, filled: Filled) -> list[Step]:
        if step.questionnaires == "service":
            return [
                self._questionnaire_step(questionnaire_id)
                for questionnaire_id in self._added_by_service(filled.service)
            ]
        if step.questionnaires:
            questions = tuple(
                question
                for questionnaire_id in step.questionnaires
                for question in self.library.questions(questionnaire_id)
            )
            return [step.copy(update={"questions": questions})]
        applying = tuple(q for q in step.questions if self._applies(q, filled))
        return [step.copy(update={"questions": applying})]

    def _added_by_service(self, service: Service | None) -> list[str]:
        """The questionnaires of a service that aren't in everyone's pre-screen already."""
        usual = {
            questionnaire_id
            for step in self._script.steps
            if step.questionnaires != "service"
            for questionnaire_id in step.questionnaires
        }
        named = service.prescreen.questionnaires if service else ()
        return [questionnaire_id for questionnaire_id in named if questionnaire_id not in usual]

    def _questionnaire_step(self, questionnaire_id: str) -> Step:
        return Step(
            id=questionnaire_id,
            title=self.library.get(questionnaire_id).title,
            questions=self.library.questions(questionnaire_id),
        )

    def _applies(self, question: Question, filled: Filled) -> bool:
        return self._all_hold(question.when, filled)

    def _all_hold(self, conditions: tuple[Condition, ...], filled: Filled) -> bool:
        return all(_holds(condition, filled) for condition in conditions)


def service_of(answers: Mapping[str, Any], services: Mapping[str, Service]) -> Service | None:
    """The service that the answers name."""
    return services.get(answers.get(SERVICE) or "")


def _holds(condition: Condition, filled: Filled) -> bool:
    settings = filled.service.prescreen if filled.service else None
    if condition.under_minimum_age is not None:
        age = filled.age
        young = settings is not None and age is not None and age < settings.minimum_age
        return young is condition.under_minimum_age
    if condition.service is not None:
        return settings is not None and bool(getattr(settings, condition.service))
    answer = filled.answers.get(condition.question or "")
    if condition.answered is not None:
        return (answer is not None) is condition.answered
    given = answer if isinstance(answer, list) else [answer]
    return any(value in given for value in condition.one_of or ())
