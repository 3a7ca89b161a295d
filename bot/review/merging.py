"""Finds earlier cases that may be of the same person, and merges into one when staff say so.

Never by itself, never across services, and never on one thing alone: two of name, phone, date of
birth and NHS number have to agree before it is even suggested. A family shares a phone and a last
name, twins a birthday.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.cases import NO_FLAG, merged_into, note_step, place, staying
from bot.records.models import Answer, Case, StaffUser
from bot.records.search_terms import alike, name_parts
from bot.review.access import may_open
from bot.review.workflow import ENDS, NotPossible, check_version

_LEAST_SHARED = 2
_NAME, _PREFERRED = "about.name", "about.preferred_name"
_cases: Any = Case
_answers: Any = Answer


@dataclass(frozen=True)
class Suggestion:
    """An earlier case, and what it has in common: "name", "phone", "born", "nhs"."""

    case: Case
    shared: tuple[str, ...]


def suggestions(session: Session, case: Case) -> list[Suggestion]:
    """Earlier cases of the same service that share enough, most in common first."""
    if case.referral_id is None or case.state == "merged":
        return []
    shared = alike(session, case.referral_id, _LEAST_SHARED)
    names = _names(session, [case.referral_id, *shared])
    for other, kinds in shared.items():
        if not _one_name(names[case.referral_id], names[other]):
            kinds.discard("name")
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
        if each.service_id == case.service_id and len(shared[each.referral_id]) >= _LEAST_SHARED
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
    if into.id not in {each.case.id for each in suggestions(session, case)}:
        raise NotPossible("no_merge")
    if case.state in ENDS:
        raise NotPossible("no_step")
    if case.rank != NO_FLAG:
        raise NotPossible("flag_open")
    note_step(session, case, "merged", by=user.id, reason=None, now=now)
    case.merged_into = into.id
    if into.state in ENDS:
        note_step(session, into, "incoming", by=user.id, reason=None, now=now)
    # Also after that step: undone by itself, it would put both away.
    into.version += 1
    into.read_at = None
    place(session, into)


def same_person(session: Session, user: StaffUser, case: Case) -> list[Case]:
    """Cases known to be of the same person: merged with this one, or from the same conversation.

    Oldest first, this one among them; only those that the user may open.
    """
    first = staying(session, case)
    of_conversation = session.execute(
        select(Case).where(_cases.conversation_id == case.conversation_id)
    ).scalars()
    found = {each.id: each for each in (first, *merged_into(session, first), *of_conversation)}
    mine = [each for each in found.values() if may_open(user, each)]
    return sorted(mine, key=lambda each: (each.arrived_at, each.id))


def put_away_into(session: Session, user: StaffUser, case: Case) -> list[Case]:
    """The cases that were merged into this one, newest first; only those the user may open."""
    return [each for each in merged_into(session, case) if may_open(user, each)]


def _names(session: Session, referral_ids: Sequence[str]) -> dict[str, dict[str, set[str]]]:
    """By referral, the parts of the name and of the preferred name."""
    found: dict[str, dict[str, set[str]]] = {each: {} for each in referral_ids}
    for referral_id, question_id, value in session.execute(
        select(_answers.referral_id, _answers.question_id, _answers.value).where(
            _answers.referral_id.in_(referral_ids),
            _answers.question_id.in_((_NAME, _PREFERRED)),
            _answers.replaced_at.is_(None),
        )
    ):
        found[referral_id][question_id] = name_parts(value or "")
    return found


def _one_name(mine: Mapping[str, set[str]], theirs: Mapping[str, set[str]]) -> bool:
    """Whether all of one's name is among the other's names: a last name alone is a family's."""
    return any(
        bool(one.get(_NAME)) and one[_NAME] <= set().union(*other.values())
        for one, other in ((mine, theirs), (theirs, mine))
    )
