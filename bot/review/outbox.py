"""Messages that could not be delivered, as staff see them and send them again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.outbox import plainly, queue
from bot.records.models import Case, Flag, OutboxMessage, Referral, StaffUser
from bot.review.access import may_open, services_of
from bot.review.workflow import NotPossible

_messages: Any = OutboxMessage
_cases: Any = Case


@dataclass(frozen=True)
class Undelivered:
    """A dead letter without its content. `over`: its time has passed, so that it is of no use."""

    id: int
    about: str
    problem: str
    attempts: int
    written_at: datetime
    failed_at: datetime
    over: bool
    reference: str | None
    case: Case | None


def undelivered(
    session: Session, user: StaffUser, now: datetime, *, size: int, before: int | None = None
) -> list[Undelivered]:
    """The newest dead letters of this person's services, and those that belong to no referral.

    Args:
        before: only those with a lower number.
    """
    wanted = [] if before is None else [_messages.id < before]
    return list(_found(session, user, now, size, *wanted))


def send_again(session: Session, user: StaffUser, message_id: int, now: datetime) -> Undelivered:
    """Puts a dead letter back in the queue.

    Raises:
        NotPossible: it isn't one any more, or its time is over.
    """
    found = next(_found(session, user, now, 1, _messages.id == message_id), None)
    if found is None:
        raise NotPossible("not_dead")
    if found.over:
        raise NotPossible("message_over")
    queue.resend(session, message_id, now)
    return found


def _found(
    session: Session, user: StaffUser, now: datetime, size: int, *wanted: Any
) -> Iterator[Undelivered]:
    # Columns, not the whole row: what it says isn't even decrypted.
    rows = session.execute(
        select(
            _messages.id,
            _messages.key,
            _messages.kind,
            _messages.problem,
            _messages.attempts,
            _messages.created_at,
            _messages.finished_at,
            _messages.over_at,
            Referral.reference,
            Case,
        )
        .outerjoin(Referral, Referral.id == _messages.referral_id)
        .outerjoin(Case, _cases.referral_id == Referral.id)
        .where(
            _messages.state == "dead",
            or_(_messages.referral_id.is_(None), Referral.service_id.in_(services_of(user))),
            *wanted,
        )
        .order_by(_messages.id.desc())
        .limit(size)
    ).all()
    for row in rows:
        case = row.Case or _flagged(session, row.key)
        yield Undelivered(
            id=row.id,
            about=plainly.about(row.key, row.kind),
            problem=plainly.problem(row.problem),
            attempts=row.attempts,
            written_at=row.created_at,
            failed_at=row.finished_at,
            over=queue.is_over(row, now),
            reference=row.reference,
            case=case if case and may_open(user, case) else None,
        )


def _flagged(session: Session, key: str) -> Case | None:
    """The case of the flag that a notice is about."""
    kind, _, rest = key.partition(":")
    flag = session.get(Flag, rest.partition(":")[0]) if kind == "flag" else None
    return session.get(Case, flag.case_id) if flag and flag.case_id else None
