"""A referral's answers in words, as staff read them: rows, and questionnaires item by item.

Scores and bands describe answers, as everywhere in the console: see `bot.review.person`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from bot.knowledge.services import services
from bot.prescreen.flow import Flow
from bot.prescreen.place import filled
from bot.prescreen.questionnaires import library
from bot.prescreen.questions import Question, script
from bot.prescreen.scoring import Score, reliable_change
from bot.prescreen.show import show
from bot.prescreen.summary import StaffRow, own_words, scores, staff_summary
from bot.records import referrals
from bot.records.models import Referral
from bot.staff.words import words

_IN_TOUCH = ("about", "access")  # steps
_NOTHING: tuple[Any, ...] = (None, "no", "neither", ["none"])


@dataclass(frozen=True)
class AnswerRow:
    """An answer: in words, in the person's own where they differ, and what it was before.

    Where referrals are merged, `earlier` is what those before said otherwise, and when; `of` is
    when it was said, if only in one before.
    """

    question: str
    label: str
    answer: str
    said: str | None
    before: tuple[str, ...] = ()
    given: bool = True
    empty: bool = False  # it says that there is nothing, such as "no" or "none of these"
    earlier: tuple[tuple[str, datetime | None], ...] = ()
    of: datetime | None = None

    @property
    def told(self) -> bool:
        """Whether they answered, even if they took the answer out later."""
        return self.given or bool(self.before)


@dataclass(frozen=True)
class ItemRow:
    """An item of a questionnaire: the answer's words and score, and `said`, what was typed for it.

    `before` is what was corrected in this referral, `earlier` the score in the one before.
    """

    number: int
    text: str
    answer: str | None
    score: int | None
    said: str | None
    before: tuple[str, ...]
    earlier: int | None
    safety: bool


@dataclass(frozen=True)
class ScoreCard:
    """A questionnaire item by item, beside the person's earlier one if there is one."""

    score: Score
    items: tuple[ItemRow, ...]
    earlier: Score | None
    earlier_at: datetime | None
    change: Literal["improved", "deteriorated", "none"] | None


class Answers:
    """The answers of a referral in words. Of a draft, only what is needed to get in touch."""

    def __init__(
        self, session: Session, referral: Referral | None, *, sent: bool, now: datetime
    ) -> None:
        self.referral = referral
        self.sent = sent
        self.history = referrals.history(session, referral) if referral else []
        values = referrals.answers(session, referral) if referral else {}
        self._said = referrals.said(session, referral) if referral else {}
        self.filled = filled(values, services(), now)
        self.flow = Flow(script(), library(), services())
        self._questions = {question.id: question for question in self.flow.questions(self.filled)}
        summary = staff_summary(self.flow, self.filled, self._said)
        items = {question.id for question in self._questions.values() if question.questionnaire}
        self.rows = tuple(
            self._row(row)
            for group in summary.groups
            for row in group.rows
            if row.question not in items and row.question in values
            if sent or row.question.split(".")[0] in _IN_TOUCH
        )

    def cards(self, session: Session, earlier: Referral | None) -> tuple[ScoreCard, ...]:
        """Each questionnaire, beside that of an earlier referral."""
        before: dict[str, Score] = {}
        if earlier is not None:
            old = filled(referrals.answers(session, earlier), services(), earlier.sent_at)
            before = {score.questionnaire.id: score for score in scores(self.flow, old)}
        return tuple(
            self._card(score, before.get(score.questionnaire.id), earlier)
            for score in scores(self.flow, self.filled)
        )

    def _card(self, score: Score, before: Score | None, earlier: Referral | None) -> ScoreCard:
        former = [item.score for item in before.items] if before else [None] * len(score.items)
        change = None
        if before and before.total is not None and score.total is not None:
            change = reliable_change(score.questionnaire, before.total, score.total)
        return ScoreCard(
            score=score,
            items=tuple(
                self._item(score, number, old) for number, old in enumerate(former, start=1)
            ),
            earlier=before,
            earlier_at=earlier.sent_at if before and earlier else None,
            change=change,
        )

    def _item(self, score: Score, number: int, earlier: int | None) -> ItemRow:
        question = self._questions[f"{score.questionnaire.id}.{number}"]
        value = score.items[number - 1].score
        scale = self.flow.library.scale_of(score.questionnaire)
        answer = None if value is None else scale.title(value)
        return ItemRow(
            number=number,
            text=question.text,
            answer=answer,
            score=value,
            said=own_words(answer, self._said.get(question.id)),
            before=self._before(question),
            earlier=earlier,
            safety=question.safety,
        )

    def _row(self, row: StaffRow) -> AnswerRow:
        question = self._questions[row.question]
        given = self.filled.answers.get(row.question) is not None
        return AnswerRow(
            question=row.question,
            label=words().labels.get(row.question, row.label),
            answer=row.answer,
            said=row.said if given else None,
            before=self._before(question),
            given=given,
            empty=self.filled.answers.get(row.question) in _NOTHING,
        )

    def _before(self, question: Question) -> tuple[str, ...]:
        """What the answer was earlier, where it said something else."""
        choices = self.flow.choices(question, self.filled)
        mine = [answer for answer in self.history if answer.question_id == question.id]
        texts = [show(question, choices, answer.value) for answer in mine]
        former = dict.fromkeys(texts[:-1])
        return tuple(each for each in former if each != texts[-1])


def together(reads: Sequence[Answers]) -> tuple[AnswerRow, ...]:
    """The rows of several referrals, the newest first: what it says, and what others said."""
    rows = {row.question: row for row in reads[0].rows}
    for read in reads[1:]:
        said_at = read.referral.sent_at if read.referral else None
        for row in read.rows:
            now = rows.get(row.question)
            if now is None or (row.given and not now.given):
                rows[row.question] = replace(row, of=said_at)
            elif row.given and row.answer not in {now.answer, *(text for text, _ in now.earlier)}:
                rows[row.question] = replace(
                    now,
                    earlier=(*now.earlier, (row.answer, said_at)),
                    empty=now.empty and row.empty,
                )
    return tuple(rows.values())


def in_words(rows: Sequence[AnswerRow], question_id: str) -> str | None:
    """An answer in words, None where there is none."""
    return next((row.answer for row in rows if row.question == question_id and row.given), None)


def of_steps(rows: Sequence[AnswerRow], *steps: str) -> tuple[AnswerRow, ...]:
    """The rows of some steps."""
    return tuple(row for row in rows if row.question.split(".")[0] in steps)


def other_steps(rows: Sequence[AnswerRow], *steps: str) -> tuple[AnswerRow, ...]:
    """The rows of all other steps."""
    return tuple(row for row in rows if row.question.split(".")[0] not in steps)


def part(row: AnswerRow) -> str:
    """Which question of its step a row answers."""
    return row.question.split(".")[1]
