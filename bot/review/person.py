"""One person's record as staff read it: first what they must know in ten seconds, then the rest.

Scores and bands describe answers. There is no risk score and no risk level anywhere, on purpose:
NHS England (Staying safe from suicide, 2025) and NICE NG225 rule them out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.booking.diary import appointment_of, slot_of
from bot.knowledge.services import Service, services
from bot.prescreen.flow import Flow
from bot.prescreen.place import filled
from bot.prescreen.questionnaires import library
from bot.prescreen.questions import Question, script
from bot.prescreen.scoring import Score, reliable_change
from bot.prescreen.show import show
from bot.prescreen.summary import StaffRow, scores, staff_summary
from bot.records import referrals
from bot.records.models import (
    Aim,
    Callback,
    Case,
    CaseStep,
    DiarySlot,
    Flag,
    Note,
    Referral,
    StaffUser,
)
from bot.review import workflow
from bot.review.access import may_open
from bot.review.merging import Suggestion, put_away_into, same_person, suggestions
from bot.review.presence import Visitor, others
from bot.review.queue import names_of
from bot.review.transcript import Line, transcript
from bot.review.waiting import Waiting, waiting
from bot.staff.words import words

_CONTACT = ("phone", "email", "other_contact", "contact_by", "voicemail", "best_time")
_IN_TOUCH = ("about", "access")
_NOTHING: tuple[Any, ...] = (None, "no", "neither", ["none"])
_TO_COMPARE = ("about.name", "about.date_of_birth", "about.phone", "about.nhs_number")
_notes: Any = Note
_flags: Any = Flag
_aims: Any = Aim


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
    """An item of a questionnaire: the answer's words and score.

    `before` is what was corrected in this referral, `earlier` the score in the one before.
    """

    number: int
    text: str
    answer: str | None
    score: int | None
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


@dataclass(frozen=True)
class Other:
    """Another case that is known to be, or may be, of the same person.

    `compared`: what both say of who they are, as (label, this one, that one).
    """

    case: Case
    reference: str | None
    name: str | None
    slot: DiarySlot | None
    to_phone: bool
    shared: tuple[str, ...] = ()
    compared: tuple[tuple[str, str | None, str | None], ...] = ()


@dataclass(frozen=True)
class Person:
    """Everything on a person's page.

    `newer` were merged into this one, the newest first: what the newest says is shown. `elsewhere`
    are the flags that another record has: by the flag's id that record's, None where it is of a
    service that the user doesn't see.
    """

    case: Case
    referral: Referral | None
    service: Service | None
    name: str | None
    called: str | None
    born: str | None
    age: int | None
    waiting: Waiting
    contact: tuple[AnswerRow, ...]
    access: tuple[AnswerRow, ...]
    access_said: bool
    about: tuple[AnswerRow, ...]
    story: tuple[AnswerRow, ...]
    more: tuple[AnswerRow, ...]
    flags: tuple[Flag, ...]
    noted: tuple[Flag, ...]
    elsewhere: Mapping[str, str | None]
    cards: tuple[ScoreCard, ...]
    aims: tuple[str, ...]
    slot: DiarySlot | None
    callbacks: tuple[Callback, ...]
    newer: tuple[Other, ...]
    same: tuple[Other, ...]
    suggested: tuple[Other, ...]
    notes: tuple[Note, ...]
    steps: tuple[CaseStep, ...]
    visitors: tuple[Visitor, ...]
    next_states: tuple[str, ...]
    can_undo: bool
    staff: dict[str, str]
    lines: tuple[Line, ...]
    demonstration: bool


def person(session: Session, user: StaffUser, case: Case, now: datetime) -> Person:
    """The record of a case, for a user who may open it."""
    referral = _referral_of(session, case)
    shown = referral or _draft_of(session, case)
    read = _Answers(session, shown, sent=referral is not None, now=now)
    conversations = _conversations(case, shown)
    flags = _flags_of(session, conversations)
    booked = appointment_of(session, referral.id) if referral else None
    same = same_person(session, user, case)
    merged = put_away_into(session, user, case)[::-1]
    newer = [each for each in merged if each.referral_id]  # the others were erased
    reads = [_Answers(session, _referral_of(session, each), sent=True, now=now) for each in newer]
    reads.append(read)
    rows = _together(reads)
    all_conversations = [*_conversations_of(session, merged), *conversations]
    all_flags = _flags_of(session, all_conversations) if merged else flags
    return Person(
        case=case,
        referral=referral,
        service=services().get(case.service_id or ""),
        name=_words(rows, "about.name"),
        called=_words(rows, "about.preferred_name"),
        born=_words(rows, "about.date_of_birth"),
        age=next((each.filled.age for each in reads if each.filled.age is not None), None),
        waiting=waiting(case, now),
        contact=tuple(row for row in _of(rows, "about") if _part(row) in _CONTACT),
        access=tuple(row for row in _of(rows, "access") if not row.empty or row.before),
        access_said=any(row.given for row in _of(rows, "access")),
        about=tuple(
            row
            for row in _of(rows, "place", "about", "access")
            if _part(row) not in _CONTACT and (row.empty or not row.question.startswith("access"))
        ),
        story=_of(rows, "story"),
        more=_but(rows, "place", "about", "access", "story"),
        flags=tuple(flag for flag in all_flags if flag.tier != "noted"),
        noted=tuple(flag for flag in all_flags if flag.tier == "noted"),
        elsewhere=_elsewhere(session, user, case, all_flags),
        cards=(
            reads[0].cards(session, _earlier_sent(session, same, newer[0] if newer else case))
            if referral
            else ()
        ),
        aims=_aims_of(session, all_conversations),
        slot=slot_of(session, booked) if booked else None,
        callbacks=_callbacks(session, referral),
        newer=tuple(_other(session, each) for each in newer),
        same=tuple(_other(session, each) for each in same if each.id != case.id),
        suggested=_suggested(session, suggestions(session, case), read, now),
        notes=tuple(
            session.execute(
                select(Note).where(_notes.case_id == case.id).order_by(_notes.at)
            ).scalars()
        ),
        steps=tuple(workflow.history(session, case)),
        visitors=tuple(others(session, case, user, now)),
        next_states=workflow.steps_from(case),
        can_undo=workflow.last_step(session, case) is not None,
        staff=dict(session.execute(select(StaffUser.id, StaffUser.name)).all()),
        lines=tuple(transcript(session, conversations, flags, read.history)),
        demonstration=case.conversation_id.startswith("demonstration-"),
    )


class _Answers:
    """The answers of a referral in words. Of a draft, only what is needed to get in touch."""

    def __init__(
        self, session: Session, referral: Referral | None, *, sent: bool, now: datetime
    ) -> None:
        self.referral = referral
        self.sent = sent
        self.history = referrals.history(session, referral) if referral else []
        values = referrals.answers(session, referral) if referral else {}
        said = referrals.said(session, referral) if referral else {}
        self.filled = filled(values, services(), now)
        self.flow = Flow(script(), library(), services())
        self._questions = {question.id: question for question in self.flow.questions(self.filled)}
        summary = staff_summary(self.flow, self.filled, said)
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
        scale = self.flow.library.scale_of(score.questionnaire)
        former = [item.score for item in before.items] if before else [None] * len(score.items)
        change = None
        if before and before.total is not None and score.total is not None:
            change = reliable_change(score.questionnaire, before.total, score.total)
        return ScoreCard(
            score=score,
            items=tuple(
                ItemRow(
                    number=item.number,
                    text=item.text,
                    answer=None if item.score is None else scale.title(item.score),
                    score=item.score,
                    before=self._before(self._questions[f"{score.questionnaire.id}.{item.number}"]),
                    earlier=old,
                    safety=score.questionnaire.items[item.number - 1].safety,
                )
                for item, old in zip(score.items, former, strict=True)
            ),
            earlier=before,
            earlier_at=earlier.sent_at if before and earlier else None,
            change=change,
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


def _together(reads: Sequence[_Answers]) -> tuple[AnswerRow, ...]:
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


def _words(rows: Sequence[AnswerRow], question_id: str) -> str | None:
    """An answer in words, None where there is none."""
    return next((row.answer for row in rows if row.question == question_id and row.given), None)


def _of(rows: Sequence[AnswerRow], *steps: str) -> tuple[AnswerRow, ...]:
    """The rows of some steps."""
    return tuple(row for row in rows if row.question.split(".")[0] in steps)


def _but(rows: Sequence[AnswerRow], *steps: str) -> tuple[AnswerRow, ...]:
    """The rows of all other steps."""
    return tuple(row for row in rows if row.question.split(".")[0] not in steps)


def _part(row: AnswerRow) -> str:
    return row.question.split(".")[1]


def _referral_of(session: Session, case: Case) -> Referral | None:
    return session.get(Referral, case.referral_id) if case.referral_id else None


def _draft_of(session: Session, case: Case) -> Referral | None:
    if case.erased_at is not None:
        return None
    return referrals.unfinished(session, case.conversation_id)


def _conversations(case: Case, referral: Referral | None) -> list[str]:
    earlier = (referral.progress or {}).get("earlier", ()) if referral else ()
    return [*earlier, case.conversation_id]


def _conversations_of(session: Session, cases: Sequence[Case]) -> list[str]:
    found = [_conversations(case, _referral_of(session, case)) for case in cases]
    return [each for conversations in found for each in conversations]


def _flags_of(session: Session, conversation_ids: Sequence[str]) -> list[Flag]:
    found = session.execute(
        select(Flag).where(_flags.conversation_id.in_(conversation_ids)).order_by(_flags.at)
    )
    return list(found.scalars())


def _elsewhere(
    session: Session, user: StaffUser, case: Case, flags: Sequence[Flag]
) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for flag in flags:
        if flag.case_id not in (None, case.id):
            other = session.get(Case, flag.case_id)
            found[flag.id] = other.id if may_open(user, other) else None
    return found


def _aims_of(session: Session, conversation_ids: Sequence[str]) -> tuple[str, ...]:
    found = session.execute(
        select(_aims.text)
        .where(_aims.conversation_id.in_(conversation_ids))
        .order_by(_aims.position)
    )
    return tuple(found.scalars())


def _callbacks(session: Session, referral: Referral | None) -> tuple[Callback, ...]:
    if referral is None:
        return ()
    found = session.execute(select(Callback).where(Callback.referral_id == referral.id))
    return tuple(found.scalars())


def _earlier_sent(session: Session, same: Sequence[Case], case: Case) -> Referral | None:
    """The latest referral of the same person that was sent before this one."""
    before = [each for each in same if each.referral_id and each.arrived_at < case.arrived_at]
    return session.get(Referral, before[-1].referral_id) if before else None


def _other(session: Session, case: Case) -> Other:
    referral = _referral_of(session, case)
    booked = appointment_of(session, referral.id) if referral else None
    return Other(
        case=case,
        reference=referral.reference if referral else None,
        name=names_of(session, [referral.id]).get(referral.id) if referral else None,
        slot=slot_of(session, booked) if booked else None,
        to_phone=any(each.state == "requested" for each in _callbacks(session, referral)),
    )


def _suggested(
    session: Session, found: Sequence[Suggestion], mine: _Answers, now: datetime
) -> tuple[Other, ...]:
    made = []
    for each in found:
        other = _other(session, each.case)
        theirs = _Answers(session, _referral_of(session, each.case), sent=True, now=now)
        labels = {row.question: row.label for row in (*theirs.rows, *mine.rows) if row.given}
        compared = tuple(
            (labels[question], _words(mine.rows, question), _words(theirs.rows, question))
            for question in _TO_COMPARE
            if question in labels
        )
        made.append(replace(other, shared=each.shared, compared=compared))
    return tuple(made)
