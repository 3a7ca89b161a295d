"""Keeps the cases that staff work on in step with referrals and flags.

A case begins when a referral is sent, or when a flag is raised in a conversation that has none.
Its place in the queue is kept in the row, so that a page of the queue is read from an index:
people with a flag that nobody has acknowledged, then those whose flag isn't resolved, then by age.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.records import search_terms
from bot.records.models import Appointment, Case, CaseStep, DiarySlot, Flag, Note, Referral

NEEDS_CONTACT = ("alert", "check-in")  # the tiers of flags that need a person
OPEN_STATES = ("incoming", "accepted", "contacted", "booked")
UNACKNOWLEDGED, UNRESOLVED, NO_FLAG = range(3)  # Case.rank
PERSON = "person"  # whose step it was, where no member of staff took it
ELSEWHERE = "elsewhere"  # the same, for the people of a booking system that keeps the diary

_cases: Any = Case  # its columns
_flags: Any = Flag
_steps: Any = CaseStep


def begin_for_referral(session: Session, referral: Referral, now: datetime) -> Case:
    """The case of a referral that is being sent; one begun by a flag before becomes this one.

    If staff had put that one away, it is open again: nobody has seen the referral yet.
    """
    case = by_referral(session, referral.id) or without_referral(session, referral.conversation_id)
    if case is None:
        case = Case(conversation_id=referral.conversation_id, arrived_at=now, waiting_since=now)
        session.add(case)
    else:
        _changed_by_person(session, case)
    case.referral_id = referral.id
    case.service_id = referral.service_id
    case.arrived_at = referral.sent_at or now
    session.flush()
    if case.state not in OPEN_STATES:
        case.contacted_at = None
        note_step(session, case, "incoming", by=PERSON, reason=None, now=now)
    place(session, case)
    return case


def begin_for_flag(session: Session, flag: Flag) -> Case | None:
    """The case a flag belongs to, begun if there is none; None for a flag that is only noted."""
    if flag.tier not in NEEDS_CONTACT:
        return None
    case = latest_of(session, flag.conversation_id)
    if case is None:
        case = Case(
            conversation_id=flag.conversation_id,
            service_id=flag.service_id,
            arrived_at=flag.at,
            waiting_since=flag.at,
        )
        session.add(case)
        session.flush()
    else:
        _changed_by_person(session, case)
    case.service_id = case.service_id or flag.service_id
    flag.case_id = case.id
    session.flush()
    place(session, case)
    if case.referral_id is None:
        search_terms.index_drafts(session, case)
    return case


def note_step(
    session: Session, case: Case, to_state: str, *, by: str, reason: str | None, now: datetime
) -> None:
    """Writes a step down and takes it; the caller has checked that it may be.

    Args:
        by: the id of a member of staff; PERSON where something they did themselves led to it, or
            ELSEWHERE.
    """
    case.version += 1
    session.add(
        CaseStep(
            case_id=case.id,
            user_id=by,
            from_state=case.state,
            to_state=to_state,
            reason=(reason or "").strip() or None,
            version=case.version,
            at=now,
        )
    )
    case.state = to_state
    if to_state in ("contacted", "booked") and by != PERSON and case.contacted_at is None:
        case.contacted_at = now
    place(session, case)


def booked(session: Session, referral_id: str, now: datetime) -> None:
    """Follows what the person has booked. What was put away is open again; what was merged stays.

    As with all that they do by a merged referral, the case that staff work on follows. Nobody of
    staff has been in touch by that.
    """
    case = _worked_on(session, referral_id)
    if case is not None and case.state != "booked":
        note_step(session, case, "booked", by=PERSON, reason=None, now=now)


def moved(session: Session, referral_id: str) -> None:
    """Follows an appointment that the person has moved."""
    _worked_on(session, referral_id)


def cancelled(session: Session, referral_id: str, *, by: str, now: datetime) -> None:
    """Follows an appointment that is cancelled: the case is where it was before it was booked.

    Not where another one is still to come, made by a referral that it is merged with.

    Args:
        by: as of `note_step`.
    """
    case = _worked_on(session, referral_id, by=by)
    if case is not None and case.state == "booked" and not _has_appointment(session, case, now):
        former = session.execute(
            select(_steps.from_state)
            .where(
                _steps.case_id == case.id,
                _steps.to_state == "booked",
                _steps.undone_at.is_(None),
            )
            .order_by(_steps.version.desc())
        ).scalars()
        state = former.first()
        back = state if state in OPEN_STATES else "incoming"
        note_step(session, case, back, by=by, reason=None, now=now)


def asked_to_be_phoned(session: Session, referral_id: str, now: datetime) -> None:
    """Follows a phone call that the person has asked for. What was put away is open again."""
    case = _worked_on(session, referral_id)
    if case is not None and case.state not in OPEN_STATES:
        note_step(session, case, "incoming", by=PERSON, reason=None, now=now)


def place(session: Session, case: Case) -> None:
    """Puts a case where it belongs in the queue."""
    open_flags = session.execute(
        select(_flags.at, _flags.acknowledged_at).where(
            _flags.case_id == case.id,
            _flags.tier.in_(NEEDS_CONTACT),
            _flags.resolved_at.is_(None),
        )
    ).all()
    unseen = [at for at, acknowledged_at in open_flags if acknowledged_at is None]
    if unseen:
        case.rank, case.waiting_since = UNACKNOWLEDGED, min(unseen)
    elif open_flags:
        case.rank, case.waiting_since = UNRESOLVED, min(at for at, _ in open_flags)
    else:
        case.rank, case.waiting_since = NO_FLAG, case.arrived_at
    case.live = bool(open_flags) or case.state in OPEN_STATES
    session.flush()


def move(session: Session, former: str, conversation_id: str) -> None:
    """Takes a case that has no referral yet along into another conversation, with what is in it."""
    case = without_referral(session, former)
    if case is None:
        return
    present = without_referral(session, conversation_id)
    _changed_by_person(session, present or case)
    if present is None:
        case.conversation_id = conversation_id
        session.flush()
        return
    for model in (Flag, Note):
        session.execute(
            update(model)
            .where(model.case_id == case.id)
            .values(case_id=present.id)
            .execution_options(synchronize_session=False)
        )
    session.delete(case)
    session.flush()
    place(session, present)


def close_erased(session: Session, case: Case, *, by: str, now: datetime) -> None:
    """What is left of a case when its person is erased.

    A flag that is still open keeps its case, without a word in it, when the person erased their
    words or the conversation is past its time: staff should know that there was one. Where staff
    or an operator erase, and where no flag is open, the case goes too.
    """
    _hand_on(session, case)
    if by in ("person", "retention") and case.rank != NO_FLAG:
        case.referral_id = None
        case.erased_at = now
        session.flush()
        return
    session.execute(
        update(Flag)
        .where(_flags.case_id == case.id)
        .values(case_id=None)
        .execution_options(synchronize_session=False)
    )
    session.delete(case)
    session.flush()


def _hand_on(session: Session, case: Case) -> None:
    """Lets the newest case that was merged into one that goes take its place, with the others."""
    left = [each for each in merged_into(session, case) if each.merged_into == case.id]
    if not left:
        return
    heir, others = left[0], left[1:]
    heir.merged_into, heir.state = case.merged_into, case.state
    heir.assigned_to = heir.assigned_to or case.assigned_to
    heir.contacted_at = heir.contacted_at or case.contacted_at
    heir.version += 1
    for other in others:
        other.merged_into = heir.id
    session.flush()
    place(session, heir)


def by_referral(session: Session, referral_id: str) -> Case | None:
    """The case of a sent referral."""
    found: Case | None = session.execute(
        select(Case).where(_cases.referral_id == referral_id)
    ).scalar_one_or_none()
    return found


def staying(session: Session, case: Case) -> Case:
    """The case that staff work on: the one of its service that this was merged into, or itself."""
    seen = {case.id}
    while case.state == "merged" and case.merged_into and case.merged_into not in seen:
        into: Case = session.get(Case, case.merged_into)
        if into.service_id != case.service_id:
            break
        case = into
        seen.add(case.id)
    return case


def merged_into(session: Session, case: Case) -> list[Case]:
    """The cases of its service merged into this one, into those, and so on; newest first."""
    return merged_into_each(session, [case])[case.id]


def merged_into_each(session: Session, found: Sequence[Case]) -> dict[str, list[Case]]:
    """The same for several cases, by their ids."""
    directly: dict[str, list[Case]] = {}
    looked: set[str] = set()
    newest = {case.id for case in found}
    while newest:
        looked |= newest
        merged = session.execute(
            select(Case).where(_cases.merged_into.in_(newest), _cases.state == "merged")
        )
        newest = set()
        for each in merged.scalars():
            directly.setdefault(each.merged_into, []).append(each)
            newest.add(each.id)
        newest -= looked
    return {case.id: _below(case, directly) for case in found}


def _below(case: Case, directly: Mapping[str, Sequence[Case]]) -> list[Case]:
    found = [case]
    for each in found:
        # The service is not asked of the database: SQLite would go by it, not by the ids.
        found += [
            other
            for other in directly.get(each.id, ())
            if other not in found and other.service_id == case.service_id
        ]
    return sorted(found[1:], key=lambda each: (each.arrived_at, each.id), reverse=True)


def latest_of(session: Session, conversation_id: str) -> Case | None:
    """The newest case of a conversation."""
    found: Case | None = session.execute(
        select(Case)
        .where(_cases.conversation_id == conversation_id, _cases.erased_at.is_(None))
        .order_by(_cases.arrived_at.desc(), _cases.id)
        .limit(1)
    ).scalar_one_or_none()
    return found


def without_referral(session: Session, conversation_id: str) -> Case | None:
    """The case of a conversation in which something was flagged and no referral sent."""
    found: Case | None = session.execute(
        select(Case)
        .where(
            _cases.conversation_id == conversation_id,
            _cases.referral_id.is_(None),
            _cases.erased_at.is_(None),
        )
        .limit(1)
    ).scalar_one_or_none()
    return found


def _worked_on(session: Session, referral_id: str, *, by: str = PERSON) -> Case | None:
    """The case in which staff work on a referral, after a change that `by` made (`note_step`)."""
    case = by_referral(session, referral_id)
    if case is None:
        return None
    if by != PERSON:
        case = staying(session, case)
        session.refresh(case, with_for_update=True)
        return case
    _changed_by_person(session, case)
    stays = staying(session, case)
    if stays is not case:
        _changed_by_person(session, stays)
    return stays


def _has_appointment(session: Session, case: Case, now: datetime) -> bool:
    """Whether one is still to come, by its referral or one that was merged into it."""
    referrals = [each.referral_id for each in (case, *merged_into(session, case))]
    found = session.execute(
        select(Appointment.id)
        .join(DiarySlot, DiarySlot.id == Appointment.slot_id)
        .where(
            Appointment.referral_id.in_([each for each in referrals if each]),
            Appointment.state == "booked",
            DiarySlot.starts_at > now,
        )
    )
    return found.first() is not None


def _changed_by_person(session: Session, case: Case) -> None:
    """Makes it unread, and nothing can be decided on a page that staff have open from before."""
    # Locked and read anew: staff may be putting it away at this moment.
    session.refresh(case, with_for_update=True)
    case.version += 1
    case.read_at = None
