"""Writes messages to be sent, and hands each to one worker at a time.

A message is written in the transaction of what it is about, so that neither is there without
the other. A worker claims it, delivers it outside of any transaction, and notes how that went.
If it dies in between, the claim runs out and the message is delivered again, with the same key,
by which its receiver knows it. Within a lane nothing overtakes: a dead letter holds up what
is due after it until staff send it again or drop it. What is of no use any more is never sent,
and holds nothing up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from bot.outbox.retry import wait
from bot.outbox.texts import outbox_data
from bot.records.models import OutboxMessage

OVER = "over"  # the problem of what wasn't delivered in time: a name in data/outbox.yml

_messages: Any = OutboxMessage  # its columns


def put(
    session: Session,
    *,
    key: str,
    kind: str,
    payload: Mapping[str, Any],
    now: datetime,
    lane: str | None = None,
    referral_id: str | None = None,
    due: datetime | None = None,
    over: datetime | None = None,
) -> None:
    """Adds a message to the caller's transaction. A key that is there already adds nothing.

    Args:
        key: what the message is about; its receiver gets it too. Nothing personal.
        kind: which sender takes it (see `bot.outbox.senders`).
        payload: what to send, in JSON values; encrypted, and gone once it is delivered.
        lane: messages of one lane go in the order in which they are due; one of its own unless
            given.
        referral_id: the referral with which it is erased.
        due: not before then.
        over: when it is of no use any more.
    """
    if session.execute(select(_messages.id).where(_messages.key == key)).first() is not None:
        return
    session.add(
        OutboxMessage(
            key=key,
            kind=kind,
            lane=lane or key,
            referral_id=referral_id,
            payload=dict(payload),
            state="waiting",
            attempts=0,
            created_at=now,
            due_at=due or now,
            give_up_at=_give_up_at(due or now),
            over_at=over,
        )
    )
    session.flush()


def state_of(session: Session, key: str) -> str | None:
    """The state of a message; None where it was never put, or was delivered long ago."""
    found = session.execute(select(_messages.state).where(_messages.key == key)).scalar()
    return None if found is None else str(found)


def may_have_arrived(session: Session, key: str) -> bool:
    """Whether an earlier attempt may have been delivered after all, though nobody knows of it.

    Not where the receiver said no to it and it is sent again after that.
    """
    found = session.execute(
        select(_messages.attempts, _messages.problem).where(_messages.key == key)
    ).first()
    if found is None:
        return False
    attempts, problem = found
    broke_off = problem is not None and " " not in problem  # the name of an error, not a refusal
    return broke_off or attempts > 1


def withdraw(session: Session, prefix: str) -> int:
    """Takes back what wasn't delivered under a key that begins so; gives how many there were."""
    done: Any = session.execute(
        delete(OutboxMessage)
        .where(
            _messages.key.startswith(prefix, autoescape=True),
            _messages.state.in_(("waiting", "dead")),
        )
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)


def claim(
    session: Session, now: datetime, kinds: Collection[str] | None = None
) -> OutboxMessage | None:
    """The next message that may go, for this worker alone until its claim runs out.

    What is over is put with the dead letters instead, for staff to see that it never went.

    Args:
        kinds: only messages of these.
    """
    message = _next(session, now, kinds)
    while message is not None and is_over(message, now):
        message.state, message.payload, message.problem = "dead", None, OVER
        message.claimed_until, message.finished_at = None, now
        session.flush()
        message = _next(session, now, kinds)
    if message is not None:
        message.claimed_until = now + timedelta(seconds=outbox_data().delivery.claim_seconds)
        message.attempts += 1
        session.flush()
    return message


def delivered(session: Session, message_id: int, now: datetime, *, attempt: int) -> None:
    """Notes that a message has arrived. Its content isn't kept.

    Args:
        attempt: which one it was (`attempts`, when it was claimed).
    """
    message = _claimed(session, message_id, attempt)
    if message is not None:
        message.state, message.payload, message.problem = "delivered", None, None
        message.claimed_until, message.finished_at = None, now


def failed(
    session: Session,
    message_id: int,
    now: datetime,
    problem: str,
    *,
    attempt: int,
    for_good: bool,
) -> None:
    """Notes a failed attempt: it is tried again later, or is a dead letter.

    Args:
        problem: the kind of failure; nothing personal.
        attempt: as of `delivered`.
        for_good: trying again is of no use.
    """
    message = _claimed(session, message_id, attempt)
    if message is None:
        return
    message.problem, message.claimed_until = problem[:200], None
    if for_good or now >= message.give_up_at:
        message.state, message.finished_at = "dead", now
    else:
        message.claimed_until = now + wait(message.attempts)


def dead_letters(session: Session) -> list[OutboxMessage]:
    """What could not be delivered, oldest first, for staff to see."""
    found: list[OutboxMessage] = (
        session.execute(
            select(OutboxMessage).where(_messages.state == "dead").order_by(_messages.id)
        )
        .scalars()
        .all()
    )
    return found


def resend(session: Session, message_id: int, now: datetime) -> bool:
    """Puts a dead letter back in its place; False when there is none of that id, or it is over."""
    message = session.get(OutboxMessage, message_id)
    if message is None or message.state != "dead" or is_over(message, now):
        return False
    message.state, message.attempts, message.finished_at = "waiting", 0, None
    message.claimed_until, message.give_up_at = now, _give_up_at(now)
    return True


def drop(session: Session, message_id: int, now: datetime) -> bool:
    """Gives a dead letter up, so that its lane goes on; False when there is none of that id."""
    message = session.get(OutboxMessage, message_id)
    if message is None or message.state != "dead":
        return False
    message.state, message.payload, message.finished_at = "dropped", None, now
    return True


def late(session: Session, now: datetime) -> int:
    """How many messages have been due for so long that no worker can be running."""
    since = now - timedelta(minutes=outbox_data().delivery.late_after_minutes)
    query = select(func.count()).where(
        _messages.state == "waiting",
        _messages.due_at < since,
        or_(_messages.claimed_until.is_(None), _messages.claimed_until < since),
    )
    # What stands behind another in its lane isn't late: that other one is.
    return int(session.execute(query.where(~_held_up(now))).scalar_one())


def is_over(message: OutboxMessage, now: datetime) -> bool:
    """Whether the message is of no use any more."""
    return message.over_at is not None and bool(message.over_at <= now)


def _claimed(session: Session, message_id: int, attempt: int) -> OutboxMessage | None:
    """The message, locked, if it is still this attempt's to say what became of it.

    It isn't once the claim has run out and another worker has it, or its person was erased.
    """
    message: OutboxMessage | None = session.get(
        OutboxMessage, message_id, with_for_update=True, populate_existing=True
    )
    if message is None or message.state != "waiting" or message.attempts != attempt:
        return None
    return message


def _next(session: Session, now: datetime, kinds: Collection[str] | None) -> OutboxMessage | None:
    found: OutboxMessage | None = (
        session.execute(
            select(OutboxMessage)
            .where(
                true() if kinds is None else _messages.kind.in_(kinds),
                _messages.state == "waiting",
                _messages.due_at <= now,
                or_(_messages.claimed_until.is_(None), _messages.claimed_until <= now),
                ~_held_up(now),
            )
            .order_by(_messages.due_at, _messages.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=OutboxMessage)
        )
        .scalars()
        .first()
    )
    return found


def _held_up(now: datetime) -> Any:
    """Whether something else of the lane comes first."""
    first: Any = aliased(OutboxMessage)
    return exists().where(
        first.lane == _messages.lane,
        or_(
            first.due_at < _messages.due_at,
            and_(first.due_at == _messages.due_at, first.id < _messages.id),
        ),
        first.state.in_(("waiting", "dead")),
        or_(first.over_at.is_(None), first.over_at > now),
    )


def _give_up_at(due: datetime) -> datetime:
    return due + timedelta(hours=outbox_data().delivery.give_up_after_hours)
