"""What is to be sent out."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String

from bot.records.columns import EncryptedJSON, UTCDateTime
from bot.records.models.base import Base, belongs_to


class OutboxMessage(Base):
    """Something to be sent, written with what it is about. Ids rise."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "state", "due_at"),
        Index("ix_outbox_lane", "lane", "state"),
    )

    id = Column(Integer, primary_key=True)
    key = Column(String(160), nullable=False, unique=True)  # the same key is never sent twice
    lane = Column(String(160), nullable=False)  # within a lane, one after the other
    kind = Column(String(32), nullable=False)  # which sender takes it
    referral_id = belongs_to("referrals", optional=True)
    payload = Column(EncryptedJSON)  # None once it is delivered
    state = Column(String(16), nullable=False, default="waiting")  # waiting delivered dead dropped
    attempts = Column(Integer, nullable=False, default=0)
    created_at = Column(UTCDateTime, nullable=False)
    due_at = Column(UTCDateTime, nullable=False)  # the place in its lane, too
    give_up_at = Column(UTCDateTime, nullable=False)  # then a failure is the last one
    over_at = Column(UTCDateTime)  # of no use from then on, and never sent
    claimed_until = Column(UTCDateTime)  # not before then: a worker is at it, or it failed
    finished_at = Column(UTCDateTime)
    problem = Column(String(200))  # why the last attempt failed; nothing personal
