"""Signed-in browsers: they end when idle, and after some hours at the latest."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from bot.records.models import StaffSession, StaffUser
from bot.staff.rules import rules

_sessions: Any = StaffSession


def begin(session: Session, user: StaffUser, now: datetime, *, complete: bool) -> str:
    """A new session; gives the token for the cookie.

    Args:
        complete: the second factor was given too. Without it nothing but that can be done.
    """
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            id=_id(token),
            user_id=user.id,
            csrf=secrets.token_urlsafe(32),
            complete=complete,
            began_at=now,
            seen_at=now,
        )
    )
    session.flush()
    return token


def find(session: Session, token: str, now: datetime) -> tuple[StaffSession, StaffUser] | None:
    """The session of a token with its user, while it lasts and the user is active."""
    found = session.execute(
        select(StaffSession, StaffUser)
        .join(StaffUser, StaffUser.id == StaffSession.user_id)
        .where(_sessions.id == _id(token), StaffUser.active)
    ).first()
    if found is None or found[0].seen_at <= _idle_before(found[0], now):
        return None
    if found[0].began_at <= now - timedelta(hours=rules().sign_in.hours):
        return None
    return found[0], found[1]


def left(current: StaffSession, now: datetime) -> tuple[timedelta, bool]:
    """How long a session still lasts if nothing is opened, and whether that is its longest."""
    limits = rules().sign_in
    idle = current.seen_at - _idle_before(current, now)
    longest = current.began_at + timedelta(hours=limits.hours) - now
    return min(idle, longest), longest <= idle


def seen(session: Session, current: StaffSession, now: datetime) -> None:
    """Notes that the person is still there."""
    session.execute(
        update(StaffSession)
        .where(_sessions.id == current.id)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


def end(session: Session, token: str) -> None:
    """Signs out."""
    session.execute(delete(StaffSession).where(_sessions.id == _id(token)))


def tidy(session: Session, now: datetime) -> None:
    """Removes the sessions that are over."""
    limits = rules().sign_in
    session.execute(
        delete(StaffSession).where(
            or_(
                _sessions.seen_at <= now - timedelta(minutes=limits.idle_minutes),
                _sessions.began_at <= now - timedelta(hours=limits.hours),
            )
        )
    )


def _idle_before(current: StaffSession, now: datetime) -> datetime:
    limits = rules().sign_in
    minutes = limits.idle_minutes if current.complete else limits.half_way_minutes
    return now - timedelta(minutes=minutes)


def _id(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
