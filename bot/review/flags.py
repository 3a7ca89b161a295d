"""Acknowledging a flag (someone has seen it) and resolving it (something was done)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.cases import place
from bot.records.models import Case, Flag, StaffUser
from bot.review.workflow import NotPossible

UNDO_MINUTES = 10  # how long someone may undo their own acknowledging or resolving

_flags: Any = Flag


def flag_of(session: Session, case: Case, flag_id: str) -> Flag:
    """The flag of that id.

    Raises:
        NotPossible: the case has no such flag.
    """
    found: Flag | None = session.execute(
        select(Flag).where(_flags.id == flag_id, _flags.case_id == case.id).with_for_update()
    ).scalar_one_or_none()
    if found is None:
        raise NotPossible("no_flag")
    return found


def acknowledge(
    session: Session, case: Case, flag: Flag, *, user: StaffUser, now: datetime
) -> bool:
    """Notes who has seen the flag. False when somebody had already: theirs stays."""
    if flag.acknowledged_at is not None:
        return False
    flag.acknowledged_at, flag.acknowledged_by = now, user.id
    _changed(session, case)
    return True


def take_back(session: Session, case: Case, flag: Flag, *, user: StaffUser, now: datetime) -> None:
    """Takes one's own acknowledgement back, soon after, while nothing was done yet.

    Raises:
        NotPossible: it is someone else's, too long ago, or the flag is resolved.
    """
    if not can_take_back(flag, user, now):
        raise NotPossible("no_undo")
    flag.acknowledged_at = flag.acknowledged_by = None
    _changed(session, case)


def can_take_back(flag: Flag, user: StaffUser, now: datetime) -> bool:
    """Whether `take_back` would work."""
    return (
        flag.resolved_at is None
        and flag.acknowledged_by == user.id
        and flag.acknowledged_at > now - timedelta(minutes=UNDO_MINUTES)
    )


def resolve(
    session: Session, case: Case, flag: Flag, done: str, *, user: StaffUser, now: datetime
) -> None:
    """Notes what was done about the flag. Whoever resolves it has seen it too.

    Raises:
        NotPossible: what was done is missing, or somebody has resolved it already.
    """
    if not done.strip():
        raise NotPossible("done")
    if flag.resolved_at is not None:
        raise NotPossible("resolved")
    if flag.acknowledged_at is None:
        flag.acknowledged_at, flag.acknowledged_by = now, user.id
    flag.resolved_at, flag.resolved_by, flag.resolution = now, user.id, done.strip()
    _changed(session, case)


def reopen(session: Session, case: Case, flag: Flag, *, user: StaffUser, now: datetime) -> None:
    """Undoes one's own resolving, soon after: the flag is as it was before, and what was done goes.

    Raises:
        NotPossible: it isn't resolved, or by someone else, or too long ago.
    """
    if not can_reopen(flag, user, now):
        raise NotPossible("no_undo")
    # Resolving acknowledges what nobody had: then nobody has seen it, for all one knows.
    if (flag.acknowledged_at, flag.acknowledged_by) == (flag.resolved_at, flag.resolved_by):
        flag.acknowledged_at = flag.acknowledged_by = None
    flag.resolved_at = flag.resolved_by = flag.resolution = None
    _changed(session, case)


def can_reopen(flag: Flag, user: StaffUser, now: datetime) -> bool:
    """Whether `reopen` would work."""
    return (
        flag.resolved_at is not None
        and flag.resolved_by == user.id
        and flag.resolved_at > now - timedelta(minutes=UNDO_MINUTES)
    )


def _changed(session: Session, case: Case) -> None:
    case.version += 1
    session.flush()
    place(session, case)
