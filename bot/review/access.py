"""Which cases someone may open: those of their own services, and those that name none yet."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.knowledge.services import services
from bot.records.models import Case, StaffUser

_cases: Any = Case


def services_of(user: StaffUser) -> list[str]:
    """The ids of the services whose people someone sees; what no longer exists is left out."""
    known = services()
    return [each for each in known if each in set(user.services)]


def scopes(user: StaffUser) -> list[str | None]:
    """The same, with None for flagged conversations in which no service was named yet.

    Those are shown to everyone: better seen by the wrong team than by none.
    """
    return [*services_of(user), None]


def may_open(user: StaffUser, case: Case) -> bool:
    """Whether the case is one that this person may see."""
    return case.service_id is None or case.service_id in services_of(user)


def case_for(session: Session, user: StaffUser, case_id: str, *, lock: bool = False) -> Case | None:
    """The case of that id if this person may see it, else None as if there were none.

    Args:
        lock: hold it until the transaction ends, to change it.
    """
    query = select(Case).where(_cases.id == case_id)
    found: Case | None = session.execute(
        query.with_for_update() if lock else query
    ).scalar_one_or_none()
    return found if found is not None and may_open(user, found) else None
