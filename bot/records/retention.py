"""Removes what has been kept for as long as it may be, by class of record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from pydantic import PositiveInt
from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from bot.datafile import DATA, Strict, load_model
from bot.records.erasure import erase_conversation, erase_referral
from bot.records.models import (
    Case,
    Conversation,
    FailedLookup,
    Flag,
    OutboxMessage,
    Referral,
)


class Retention(Strict):
    """Days each class of record is kept (data/retention.yml)."""

    conversation: PositiveInt
    declined: PositiveInt
    draft: PositiveInt
    referral: PositiveInt
    flag: PositiveInt
    outbox: PositiveInt


@dataclass(frozen=True)
class Purged:
    """How many of each class were removed."""

    referrals: int
    conversations: int
    flags: int


@lru_cache(maxsize=1)
def retention() -> Retention:
    """The periods in force."""
    return load_model(DATA / "retention.yml", Retention)


def purge(session: Session, now: datetime, periods: Retention | None = None) -> Purged:
    """Removes what is past its period.

    A conversation that belongs to a referral goes with the referral, not before it. A flag
    outlives its conversation, so that what staff did about it can still be seen.
    """
    periods = periods or retention()

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    referrals = 0
    for state_is_sent, days in ((True, periods.referral), (False, periods.draft)):
        sent = Referral.sent_at.is_not(None) if state_is_sent else Referral.sent_at.is_(None)
        due = session.execute(
            select(Referral).where(sent, Referral.updated_at < before(days))
        ).scalars()
        for referral in due.all():
            erase_referral(session, referral, by="retention", now=now)
            referrals += 1

    conversations = 0
    for kind, days in (
        ("conversation", periods.conversation),
        ("declined", periods.declined),
    ):
        due = session.execute(
            select(Conversation.id).where(
                Conversation.retention == kind,
                Conversation.last_message_at < before(days),
                Conversation.id.not_in(select(Referral.conversation_id)),
            )
        ).scalars()
        for conversation_id in due.all():
            erase_conversation(session, conversation_id, by="retention", now=now)
            conversations += 1

    flags = session.execute(
        delete(Flag)
        .where(
            Flag.at < before(periods.flag),
            Flag.conversation_id.not_in(select(Referral.conversation_id)),
        )
        .execution_options(synchronize_session=False)
    ).rowcount
    session.execute(
        delete(Case)
        .where(
            Case.erased_at.is_not(None),
            Case.id.not_in(select(Flag.case_id).where(Flag.case_id.is_not(None))),
        )
        .execution_options(synchronize_session=False)
    )
    # What was given up goes with its referral: until then the person is told that it never arrived.
    given_up = and_(OutboxMessage.state == "dropped", OutboxMessage.referral_id.is_(None))
    session.execute(
        delete(OutboxMessage)
        .where(
            or_(OutboxMessage.state == "delivered", given_up),
            OutboxMessage.finished_at < before(periods.outbox),
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(FailedLookup).where(FailedLookup.last_at < before(1)))
    return Purged(referrals=referrals, conversations=conversations, flags=flags)
