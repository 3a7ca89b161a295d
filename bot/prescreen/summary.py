"""What was gathered, for its three readers: the person, staff, and the service they take it to.

Scores and bands are in the staff's summary only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.prescreen.flow import Filled, Flow
from bot.prescreen.present import change_button
from bot.prescreen.questions import Question
from bot.prescreen.scoring import Score, score
from bot.prescreen.show import show, show_date
from bot.prescreen.texts import texts

_NOT_LISTED = ("safety", "consent", "check")


@dataclass(frozen=True)
class Row:
    """One answer: its question, its label, the answer in words, and the phrase that changes it."""

    question: str
    label: str
    answer: str
    change: str


@dataclass(frozen=True)
class Group:
    """The answers of one step."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class StaffRow:
    """An answer as staff read it, with the person's own words where they differ."""

    question: str
    label: str
    answer: str
    said: str | None


@dataclass(frozen=True)
class StaffGroup:
    """The answers of one step, for staff."""

    title: str
    rows: tuple[StaffRow, ...]


@dataclass(frozen=True)
class StaffSummary:
    """Everything a clinician needs: answers in words, and each questionnaire scored."""

    groups: tuple[StaffGroup, ...]
    scores: tuple[Score, ...]


def check_groups(flow: Flow, filled: Filled) -> tuple[Group, ...]:
    """Every answer in one list, grouped by step, without any score."""
    groups = []
    for step in flow.steps(filled):
        rows = tuple(_row(flow, question, filled) for question in _changeable(step.questions))
        if rows and step.id not in _NOT_LISTED:
            groups.append(Group(step.title, rows))
    return tuple(groups)


def staff_summary(flow: Flow, filled: Filled, said: Mapping[str, str | None]) -> StaffSummary:
    """The answers for staff.

    Args:
        said: the answers as typed, by question id.
    """
    groups = []
    for step in flow.steps(filled):
        rows = tuple(
            StaffRow(
                row.question, row.label, row.answer, own_words(row.answer, said.get(row.question))
            )
            for row in (_row(flow, question, filled) for question in _changeable(step.questions))
        )
        if rows and step.id not in _NOT_LISTED:
            groups.append(StaffGroup(step.title, rows))
    return StaffSummary(tuple(groups), scores(flow, filled))


def scores(flow: Flow, filled: Filled) -> tuple[Score, ...]:
    """Each questionnaire that was asked, scored."""
    asked = dict.fromkeys(q.questionnaire for q in flow.questions(filled) if q.questionnaire)
    return tuple(score(flow.library.get(one), filled.answers) for one in asked if one)


def take_along(flow: Flow, filled: Filled, reference: str, on: date) -> str:
    """The answers as plain text for the person to keep and to show. It holds no score."""
    words = texts().summary
    lines = [words.title, words.made.format(date=show_date(on), reference=reference), words.note]
    for group in check_groups(flow, filled):
        lines += ["", group.title]
        lines += [f"{row.label}: {row.answer}" for row in group.rows]
    return "\n".join(lines) + "\n"


def listing(groups: tuple[Group, ...]) -> str:
    """The list as text, for channels that show text only."""
    return "\n\n".join(
        "\n".join([group.title, *(f"• {row.label}: {row.answer}" for row in group.rows)])
        for group in groups
    )


def _changeable(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    return tuple(question for question in questions if question.change)


def _row(flow: Flow, question: Question, filled: Filled) -> Row:
    answer = show(question, flow.choices(question, filled), filled.answers.get(question.id))
    return Row(question.id, question.label, answer, change_button(question).payload)


def own_words(answer: str | None, said: str | None) -> str | None:
    """What was typed, where it isn't just the answer as it is shown."""
    if said is None or said.strip().casefold() == (answer or "").casefold():
        return None
    return said
