"""The order to undo a booking in another system, unless it is in force here by then."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from bot.outbox.queue import put

RELEASE = "fhir-release"  # the kind of message that undoes a booking


def undo(
    session: Session,
    service_id: str,
    remote_id: str,
    key: str,
    now: datetime,
    *,
    after: timedelta = timedelta(),
) -> None:
    """Writes the order. It names no one, so that it outlives an erasure.

    Args:
        remote_id: the slot in the other system.
        key: under which the booking was made there.
        after: how long to wait for it to come into force.
    """
    put(
        session,
        key=f"undo:{key}:{uuid4().hex}",
        lane=f"undo:{key}",
        kind=RELEASE,
        payload={"service": service_id, "slot": remote_id, "key": key},
        now=now,
        due=now + after,
    )
