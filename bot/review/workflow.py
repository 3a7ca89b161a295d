"""The work on a case: its states, who has it, notes, and undoing the last step.

Every change names the version it was decided on. If someone else changed the case meanwhile,
`Changed` is raised and nothing happens, so that nobody overwrites anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.cases import ELSEWHERE, NO_FLAG, PERSON, note_step, place
from bot.records.models import Case, CaseStep, Note, StaffUser
from bot.review.arranged import appointments

# Where a case can go from each state, in the order the buttons stand in.
STEPS: Mapping[str, tuple[str, ...]] = {
    "incoming": ("accepted", "contacted", "rejected"),
    "accepted": ("contacted", "booked", "closed", "rejected"),
    "contacted": ("booked", "closed", "rejected"),
    "booked": ("contacted", "closed", "rejected"),
    "closed": ("accepted",),
    "rejected": ("incoming",),
    "merged": ("incoming",),
}
NEEDS_REASON = ("rejected",)
ENDS = ("closed", "rejected", "merged")

_steps: Any = CaseStep


class Changed(Exception):
    """Someone else changed the case since it was read."""


class NotPossible(Exception):
    """The step can't be taken. The argument says why: a key of data/staff_words.yml `refused`."""


def check_version(case: Case, version: int) -> None:
    """Raises Changed unless the case is as it was read."""
    if case.version != version:
        raise Changed(case.id)


def steps_from(case: Case) -> tuple[str, ...]:
    """The states that the case can go to now. One with an open flag can't be put away."""
    return tuple(state for state in STEPS[case.state] if case.rank == NO_FLAG or state not in ENDS)


def take_step(
    session: Session,
    case: Case,
    to_state: str,
    *,
    version: int,
    user: StaffUser,
    reason: str | None,
    now: datetime,
    leave: bool = False,
) -> None:
    """Puts the case in another state.

    Args:
        leave: it is put away knowing that an appointment still to come stays booked.

    Raises:
        Changed: it was changed meanwhile.
        NotPossible: there is no such step from here, an open flag bars it, a reason is missing, or
            there is an appointment to come that isn't meant to be left.
    """
    check_version(case, version)
    if to_state not in STEPS[case.state]:
        raise NotPossible("no_step")
    if to_state not in steps_from(case):
        raise NotPossible("flag_open")
    if to_state in NEEDS_REASON and not (reason or "").strip():
        raise NotPossible("reason")
    if to_state in ENDS and not leave and _has_appointment(session, case, now):
        raise NotPossible("appointment_to_come")
    note_step(session, case, to_state, by=user.id, reason=reason, now=now)


def _has_appointment(session: Session, case: Case, now: datetime) -> bool:
    """Whether one is still to come."""
    return any(slot.starts_at > now for _, slot in appointments(session, case, now))


def last_step(session: Session, case: Case) -> CaseStep | None:
    """The step that can be undone: staff's newest, as long as nothing was changed after it."""
    found: CaseStep | None = session.execute(
        select(CaseStep)
        .where(
            _steps.case_id == case.id,
            _steps.version == case.version,
            _steps.user_id.not_in((PERSON, ELSEWHERE)),
            _steps.undone_at.is_(None),
        )
        .limit(1)
    ).scalar_one_or_none()
    return found


def undo(session: Session, case: Case, *, version: int, now: datetime) -> CaseStep:
    """Takes the last step back.

    Raises:
        Changed: the case was changed meanwhile.
        NotPossible: the last change was no step, or an open flag bars the way back.
    """
    check_version(case, version)
    step = last_step(session, case)
    if step is None:
        raise NotPossible("no_undo")
    if step.from_state in ENDS and case.rank != NO_FLAG:
        raise NotPossible("flag_open")
    step.undone_at = now
    case.state = step.from_state
    case.version += 1
    if step.from_state != "merged":
        case.merged_into = None
    if case.contacted_at == step.at:
        case.contacted_at = None
    place(session, case)
    return step


def assign(session: Session, case: Case, assignee: StaffUser | None, *, version: int) -> None:
    """Gives the case to someone, or to nobody.

    Raises:
        Changed: the case was changed meanwhile.
    """
    check_version(case, version)
    case.assigned_to = None if assignee is None else assignee.id
    case.version += 1
    session.flush()


def add_note(session: Session, case: Case, text: str, *, user: StaffUser, now: datetime) -> Note:
    """Adds a note. Notes are only ever added, so no version is needed.

    Raises:
        NotPossible: it is empty.
    """
    if not text.strip():
        raise NotPossible("note")
    note = Note(case_id=case.id, user_id=user.id, text=text.strip(), at=now)
    session.add(note)
    session.flush()
    return note


def history(session: Session, case: Case) -> list[CaseStep]:
    """Every step taken, oldest first, those undone too."""
    found = session.execute(
        select(CaseStep).where(_steps.case_id == case.id).order_by(_steps.at, _steps.version)
    )
    return list(found.scalars())
