"""Who else has a record open, so that two people don't phone the same person."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.records.models import Case, CaseVisit, StaffUser
from bot.staff.rules import rules

_RECENT = timedelta(minutes=10)  # without script, an open page says nothing for itself
_visits: Any = CaseVisit


@dataclass(frozen=True)
class Visitor:
    """Someone else who opened the record; `here` while it is open in front of them."""

    name: str
    at: datetime
    here: bool


def visit(session: Session, case: Case, user: StaffUser, now: datetime) -> None:
    """Notes that someone has the record open."""
    noted: Any = session.execute(
        update(CaseVisit)
        .where(_visits.case_id == case.id, _visits.user_id == user.id)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )
    if not noted.rowcount:
        # Their other tab may be noting it at this moment.
        with suppress(IntegrityError), session.begin_nested():
            session.add(CaseVisit(case_id=case.id, user_id=user.id, seen_at=now))


def others(session: Session, case: Case, user: StaffUser, now: datetime) -> list[Visitor]:
    """Who else opened the record in the last minutes, newest first."""
    found = session.execute(
        select(StaffUser.name, _visits.seen_at)
        .join(StaffUser, StaffUser.id == _visits.user_id)
        .where(
            _visits.case_id == case.id,
            _visits.user_id != user.id,
            _visits.seen_at > now - _RECENT,
        )
        .order_by(_visits.seen_at.desc())
    )
    here = now - timedelta(seconds=rules().here_seconds)
    return [Visitor(name, at, at > here) for name, at in found]
