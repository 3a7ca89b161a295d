"""Puts a question to the person: its words, its buttons, and what a richer channel needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from bot.prescreen.flow import Filled, Flow
from bot.prescreen.questions import DATE_OF_BIRTH, Choice, Question
from bot.prescreen.show import show, show_date
from bot.prescreen.texts import Confirmation, commands, texts
from bot.prescreen.understanding import options
from bot.records.retention import retention
from bot.reply import Button, Reply, buttons

_STEERING = ("back", "why", "pause", "stop")


class Presenter:
    """Makes replies out of questions."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow

    def question(
        self, question: Question, filled: Filled, *, again: bool = False, chosen: Sequence[Any] = ()
    ) -> Reply:
        """The question.

        Args:
            again: it was asked before, so that the shorter words will do.
            chosen: choices already made where several are possible.
        """
        choices = self._flow.choices(question, filled)
        answer = filled.answers.get(question.id)
        known = again or question.id in filled.answers
        parts = [] if known else list(self._introduction(question, filled))
        if chosen:
            said = show(question, choices, list(chosen))
            parts = [texts().anything_else.format(answer=said)]
        elif answer is not None:
            parts.append(texts().you_said.format(answer=show(question, choices, answer)))
        if not chosen:
            parts.append(self._words(question, filled, again=again))
        return Reply(
            text="\n\n".join(parts),
            buttons=buttons(self._titles(question, choices, answer, chosen)),
            custom=self.details(question, filled),
        )

    def details(self, question: Question, filled: Filled) -> dict[str, Any]:
        """What a richer channel needs to know of the question."""
        progress = self._flow.progress(question, filled)
        step = self._flow.steps(filled)[progress.step - 1]
        return {
            "type": "question",
            "question": question.id,
            "kind": question.kind,
            "step": step.title,
            "progress": {k: v for k, v in asdict(progress).items() if v is not None},
            "optional": question.optional,
            "why": self.why(question, filled),
            "bold": [question.text] if question.kind == "item" else [],
            "quiet": [commands().commands["skip"].button] if question.optional else [],
            "commands": [commands().commands[name].button for name in _STEERING],
        }

    def why(self, question: Question, filled: Filled) -> str:
        """Why the question is asked."""
        return self._fill(question.why or texts().why_none, filled)

    def ahead(self, question: Question, filled: Filled) -> str:
        """Where the question stands, and which steps are still to come."""
        steps = self._flow.steps(filled)
        at = self._flow.progress(question, filled).step
        return texts().ahead.format(
            step=at,
            steps=len(steps),
            title=steps[at - 1].title,
            duration=texts().duration,
            to_come="\n".join(f"• {step.title}" for step in steps[at:]),
        )

    def confirmation(self, name: str, confirmation: Confirmation, *, sent: bool) -> Reply:
        """A question asked back: stop, erase or start again."""
        words = confirmation.sent if sent and confirmation.sent else confirmation.text
        return Reply(
            text=words,
            buttons=buttons(choice.title for choice in confirmation.choices),
            custom={"type": "confirm", "confirm": name},
        )

    def not_understood(
        self, question: Question, filled: Filled, reason: str, details: Mapping[str, str]
    ) -> Reply:
        """Asks again kindly, saying what didn't fit."""
        choices = self._flow.choices(question, filled)
        titles = _listed(option.phrases[0] for option in options(question, choices))
        wording = texts().asks_again[question.kind][reason]
        return Reply(wording.format(choices=titles, **details))

    def fill(self, text: str, filled: Filled) -> str:
        """A text of the data with its places filled in."""
        return self._fill(text, filled)

    def _introduction(self, question: Question, filled: Filled) -> Iterable[str]:
        step = self._flow.steps(filled)[self._flow.progress(question, filled).step - 1]
        if step.questions[0].id != question.id:
            return
        if step.intro:
            yield step.intro
        if question.questionnaire and question.number == 1:
            yield self._flow.library.get(question.questionnaire).intro

    def _words(self, question: Question, filled: Filled, *, again: bool) -> str:
        if question.questionnaire is None:
            return self._fill(question.again if again and question.again else question.text, filled)
        questionnaire = self._flow.library.get(question.questionnaire)
        place = texts().items.format(number=question.number, count=len(questionnaire.items))
        first = question.number == 1 and not again
        stem = questionnaire.stem if first else questionnaire.short_stem
        lines = [place, stem, question.text]
        if first:
            lines.append(self._flow.library.scale_of(questionnaire).numbers_hint)
        return "\n".join(lines)

    def _titles(
        self, question: Question, choices: Sequence[Choice], answer: Any, chosen: Sequence[Any]
    ) -> Iterable[str]:
        for option in options(question, choices):
            if option.value not in chosen and not (chosen and option.exclusive):
                yield option.phrases[0]
        yield from question.suggestions
        if chosen:
            yield commands().done.button
            return
        if answer is not None:
            yield commands().commands["keep"].button
        if question.optional:
            yield commands().commands["skip"].button

    def _fill(self, text: str, filled: Filled) -> str:
        born = filled.answers.get(DATE_OF_BIRTH)
        settings = filled.service.prescreen if filled.service else None
        return text.format(
            service=filled.service.name if filled.service else "",
            gp_area=settings.gp_area if settings else "",
            minimum_age=settings.minimum_age if settings else "",
            age=filled.age,
            date_of_birth=show_date(date.fromisoformat(born)) if born else "",
            duration=texts().duration,
            draft_days=retention().draft,
            referral_days=retention().referral,
        )


def change_button(question: Question) -> Button:
    """A button that asks to change an answer."""
    return Button.same(commands().change.title.format(what=question.change))


def _listed(titles: Iterable[str]) -> str:
    return ", ".join(f"“{title}”" for title in titles)
