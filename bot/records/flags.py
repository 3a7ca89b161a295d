"""Keeps what the crisis screen found, so that staff see who needs human contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.crisis.flagging import FlagDraft
from bot.outbox.announce import flag_raised
from bot.records.cases import begin_for_flag
from bot.records.models import Flag


def keep_flag(
    session: Session,
    draft: FlagDraft,
    *,
    conversation_id: str,
    message_id: str,
    service_id: str | None,
    now: datetime,
) -> Flag:
    """Adds a flag to the session, and what tells staff of it.

    The same message and source twice gives one flag.
    """
    known = select(Flag).where(
        Flag.conversation_id == conversation_id,
        Flag.message_id == message_id,
        Flag.source == draft.source,
    )
    flag: Flag | None = session.execute(known).scalar_one_or_none()
    if flag is not None:
        return flag
    flag = Flag(
        conversation_id=conversation_id,
        message_id=message_id,
        service_id=service_id,
        at=now,
        **flag_fields(draft),
    )
    try:
        with session.begin_nested():
            session.add(flag)
    except IntegrityError:  # another process kept it just now
        return session.execute(known).scalar_one()  # type: ignore[no-any-return]
    begin_for_flag(session, flag)
    flag_raised(session, flag, now)
    return flag


def dispute_latest(session: Session, conversation_id: str, now: datetime) -> None:
    """Marks the newest flag as "not meant" by the person. It stays for staff to see."""
    flag: Flag | None = session.execute(
        select(Flag)
        .where(Flag.conversation_id == conversation_id, Flag.tier != "noted")
        .order_by(Flag.at.desc(), Flag.id)
        .limit(1)
    ).scalar_one_or_none()
    if flag is not None and flag.disputed_at is None:
        flag.disputed_at = now


def flags_of(session: Session, conversation_ids: set[str]) -> list[Flag]:
    """The flags of some conversations, oldest first."""
    found: list[Flag] = (
        session.execute(
            select(Flag).where(Flag.conversation_id.in_(conversation_ids)).order_by(Flag.at)
        )
        .scalars()
        .all()
    )
    return found


def not_acknowledged(session: Session) -> dict[str, int]:
    """How many flags nobody has acknowledged, by tier."""
    rows = session.execute(
        select(Flag.tier, func.count()).where(Flag.acknowledged_at.is_(None)).group_by(Flag.tier)
    )
    return {row[0]: row[1] for row in rows}


def flag_fields(draft: FlagDraft) -> dict[str, Any]:
    """The draft as plain JSON values."""
    return {**asdict(draft), "qualifiers": list(draft.qualifiers)}


def flag_draft(fields: Mapping[str, Any]) -> FlagDraft:
    """The draft that `flag_fields` wrote."""
    return FlagDraft(**{**fields, "qualifiers": tuple(fields["qualifiers"])})
