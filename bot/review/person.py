"""One person's record as staff read it: first what they must know in ten seconds, then the rest.

Scores and bands describe answers. There is no risk score and no risk level anywhere, on purpose:
NHS England (Staying safe from suicide, 2025) and NICE NG225 rule them out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.booking.diary import appointment_of, slot_of
from bot.knowledge.services import Service, services
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
from bot.review import arranged, workflow
from bot.review.access import may_open
from bot.review.answers import (
    AnswerRow,
    Answers,
    ScoreCard,
    in_words,
    of_steps,
    other_steps,
    part,
    together,
)
from bot.review.merging import Suggestion, put_away_into, same_person, suggestions
from bot.review.presence import Visitor, others
from bot.review.queue import names_of
from bot.review.transcript import Line, transcript
from bot.review.waiting import Waiting, waiting
from bot.staff.words import words

_CONTACT = ("phone", "email", "other_contact", "contact_by", "voicemail", "best_time")
_TO_COMPARE = ("about.name", "about.date_of_birth", "about.phone", "about.nhs_number")
_notes: Any = Note
_flags: Any = Flag
_aims: Any = Aim


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

    `newer` were merged into this one, the newest first: what the newest says is shown. `slots` and
    `callbacks` are those of all: every appointment to come, or one that is over. `elsewhere` are
    the flags that another record has: by the flag's id that record's, None where it is of a service
    that the user doesn't see.
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
    slots: tuple[DiarySlot, ...]
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
    read = Answers(session, shown, sent=referral is not None, now=now)
    conversations = _conversations(case, shown)
    flags = _flags_of(session, conversations)
    same = same_person(session, user, case)
    merged = put_away_into(session, user, case)
    newer = [each for each in merged if each.referral_id]  # the others were erased
    reads = [Answers(session, _referral_of(session, each), sent=True, now=now) for each in newer]
    reads.append(read)
    rows = together(reads)
    all_conversations = [*_conversations_of(session, merged), *conversations]
    all_flags = _flags_of(session, all_conversations) if merged else flags
    return Person(
        case=case,
        referral=referral,
        service=services().get(case.service_id or ""),
        name=in_words(rows, "about.name"),
        called=in_words(rows, "about.preferred_name"),
        born=in_words(rows, "about.date_of_birth"),
        age=next((each.filled.age for each in reads if each.filled.age is not None), None),
        waiting=waiting(case, now),
        contact=tuple(row for row in of_steps(rows, "about") if part(row) in _CONTACT),
        access=tuple(row for row in of_steps(rows, "access") if not row.empty or row.before),
        access_said=any(row.given for row in of_steps(rows, "access")),
        about=tuple(
            row
            for row in of_steps(rows, "place", "about", "access")
            if part(row) not in _CONTACT and (row.empty or not row.question.startswith("access"))
        ),
        story=of_steps(rows, "story"),
        more=other_steps(rows, "place", "about", "access", "story"),
        flags=tuple(flag for flag in all_flags if flag.tier != "noted"),
        noted=tuple(flag for flag in all_flags if flag.tier == "noted"),
        elsewhere=_elsewhere(session, user, case, all_flags),
        cards=(
            reads[0].cards(session, _earlier_sent(session, same, newer[0] if newer else case))
            if referral
            else ()
        ),
        aims=_aims_of(session, all_conversations),
        slots=tuple(slot for _, slot in arranged.appointments(session, case, now)),
        callbacks=tuple(arranged.calls(session, arranged.referrals_of(session, case))),
        newer=tuple(_other(session, each) for each in newer),
        same=tuple(_other(session, each) for each in same if each.id != case.id),
        suggested=_suggested(session, suggestions(session, case), read, now),
        notes=tuple(
            session.execute(
                select(Note).where(_notes.case_id == case.id).order_by(_notes.at, _notes.id)
            ).scalars()
        ),
        steps=tuple(workflow.history(session, case)),
        visitors=tuple(others(session, case, user, now)),
        next_states=workflow.steps_from(case),
        can_undo=workflow.last_step(session, case) is not None,
        staff={
            **words().no_staff,
            **dict(session.execute(select(StaffUser.id, StaffUser.name)).all()),
        },
        lines=tuple(transcript(session, conversations, flags, read.history)),
        demonstration=case.conversation_id.startswith("demonstration-"),
    )


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
        select(Flag)
        .where(_flags.conversation_id.in_(conversation_ids))
        .order_by(_flags.at, _flags.id)
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


def _earlier_sent(session: Session, same: Sequence[Case], case: Case) -> Referral | None:
    """The latest referral of the same person that was sent before this one."""
    before = [each for each in same if each.referral_id and each.arrived_at < case.arrived_at]
    return session.get(Referral, before[-1].referral_id) if before else None


def _other(session: Session, case: Case) -> Other:
    referral = _referral_of(session, case)
    booked = appointment_of(session, referral.id) if referral else None
    calls = arranged.calls(session, [referral.id]) if referral else ()
    return Other(
        case=case,
        reference=referral.reference if referral else None,
        name=names_of(session, [referral.id]).get(referral.id) if referral else None,
        slot=slot_of(session, booked) if booked else None,
        to_phone=any(each.state == "requested" for each in calls),
    )


def _suggested(
    session: Session, found: Sequence[Suggestion], mine: Answers, now: datetime
) -> tuple[Other, ...]:
    made = []
    for each in found:
        other = _other(session, each.case)
        theirs = Answers(session, _referral_of(session, each.case), sent=True, now=now)
        labels = {row.question: row.label for row in (*theirs.rows, *mine.rows) if row.given}
        compared = tuple(
            (labels[question], in_words(mine.rows, question), in_words(theirs.rows, question))
            for question in _TO_COMPARE
            if question in labels
        )
        made.append(replace(other, shared=each.shared, compared=compared))
    return tuple(made)
