"""Finds earlier cases that may be of the same person, and merges into one when staff say so.

Never by itself, and never on one thing alone: two of name, phone, date of birth and NHS number
have to agree before it is even suggested. A family shares a phone, twins a birthday.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.records.cases import NO_FLAG, note_step, place
from bot.records.models import Case, StaffUser
from bot.records.search_terms import alike
from bot.review.access import services_of
from bot.review.workflow import ENDS, NotPossible, check_version

_LEAST_SHARED = 2
_cases: Any = Case


@dataclass(frozen=True)
class Suggestion:
    """An earlier case, and what it has in common: "name", "phone", "born", "nhs"."""

    case: Case
    shared: tuple[str, ...]


def suggestions(session: Session, user: StaffUser, case: Case) -> list[Suggestion]:
    """Earlier cases within this person's services that share enough, most in common first."""
    if case.referral_id is None or case.state == "merged":
        return []
    shared = alike(session, case.referral_id, _LEAST_SHARED)
    found = session.execute(
        select(Case).where(
            _cases.referral_id.in_(shared),
            _cases.arrived_at <= case.arrived_at,
            _cases.state != "merged",
        )
    ).scalars()
    # The service is not asked of the database: SQLite would go by it, not by the ids.
    made = [
        Suggestion(each, tuple(sorted(shared[each.referral_id])))
        for each in found
        if each.service_id in services_of(user)
    ]
    return sorted(made, key=lambda each: (-len(each.shared), each.case.arrived_at))


def merge(
    session: Session, case: Case, into: Case, *, version: int, user: StaffUser, now: datetime
) -> None:
    """Puts a case away as a later referral of `into`, which comes back if it was put away.

    Raises:
        Changed: the case was changed meanwhile.
        NotPossible: a flag is open, or `into` isn't among the suggestions any more.
    """
    check_version(case, version)
    if into.id not in {each.case.id for each in suggestions(session, user, case)}:
        raise NotPossible("no_merge")
    if case.state in ENDS:
        raise NotPossible("no_step")
    if case.rank != NO_FLAG:
        raise NotPossible("flag_open")
    note_step(session, case, "merged", by=user.id, reason=None, now=now)
    case.merged_into = into.id
    if into.state in ENDS:
        note_step(session, into, "incoming", by=user.id, reason=None, now=now)
    else:
        into.version += 1
    into.read_at = None
    place(session, into)


def same_person(session: Session, case: Case) -> list[Case]:
    """Cases known to be of the same person: merged with this one, or from the same conversation.

    Oldest first, this one among them.
    """
    root = case.merged_into or case.id
    found = session.execute(
        select(Case)
        .where(
            or_(
                _cases.id == root,
                _cases.merged_into == root,
                _cases.conversation_id == case.conversation_id,
            )
        )
        .order_by(_cases.arrived_at, _cases.id)
    )
    return list(found.scalars())
