"""What staff work on, and what they did and wrote there."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, UniqueConstraint, text

from bot.records.columns import EncryptedText, UTCDateTime
from bot.records.models.base import Base, belongs_to, own_id


class Case(Base):
    """What staff work on: a sent referral, or a conversation with a flag and no referral yet.

    `rank` and `waiting_since` are its place in the queue (bot/records/cases.py keeps them),
    `live` is whether it is still to be worked on, `version` rises with each change by staff.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_queue", "service_id", "live", "rank", "waiting_since", "id"),
        Index("ix_cases_state", "service_id", "state", "live", "rank", "waiting_since", "id"),
        Index("ix_cases_mine", "assigned_to", "service_id", "live", "rank", "waiting_since", "id"),
        Index(
            "ix_cases_merged_into",
            "merged_into",
            sqlite_where=text("merged_into IS NOT NULL"),
            postgresql_where=text("merged_into IS NOT NULL"),
        ),
        Index(
            "ix_cases_unread",
            "service_id",
            "live",
            "rank",
            "waiting_since",
            "id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id = own_id()
    conversation_id = Column(String(255), nullable=False, index=True)
    referral_id = Column(
        ForeignKey("referrals.id", ondelete="SET NULL"), nullable=True, unique=True
    )
    service_id = Column(String(64))
    state = Column(String(16), nullable=False, default="incoming")
    rank = Column(Integer, nullable=False, default=2)  # 0 flag not acknowledged, 1 not resolved
    live = Column(Boolean, nullable=False, default=True)
    arrived_at = Column(UTCDateTime, nullable=False)
    waiting_since = Column(UTCDateTime, nullable=False)
    read_at = Column(UTCDateTime)  # first opened by staff since it came or a flag was added
    contacted_at = Column(UTCDateTime)
    assigned_to = Column(ForeignKey("staff_users.id", ondelete="SET NULL"))
    merged_into = Column(ForeignKey("cases.id", ondelete="SET NULL"))
    erased_at = Column(UTCDateTime)  # the person erased their words while a flag was open
    version = Column(Integer, nullable=False, default=1)


class CaseStep(Base):
    """A change of a case's state, so that it can be read and undone."""

    __tablename__ = "case_steps"

    id = own_id()
    case_id = belongs_to("cases")
    user_id = Column(String(32), nullable=False)
    from_state = Column(String(16), nullable=False)
    to_state = Column(String(16), nullable=False)
    reason = Column(EncryptedText)
    version = Column(Integer, nullable=False)  # the case's version it led to
    at = Column(UTCDateTime, nullable=False)
    undone_at = Column(UTCDateTime)


class CaseVisit(Base):
    """Who opened a case last when: so that two people in one record see each other."""

    __tablename__ = "case_visits"
    __table_args__ = (UniqueConstraint("case_id", "user_id"),)

    id = own_id()
    case_id = belongs_to("cases")
    user_id = Column(ForeignKey("staff_users.id", ondelete="CASCADE"), nullable=False)
    seen_at = Column(UTCDateTime, nullable=False)


class Note(Base):
    """Something staff wrote about a case."""

    __tablename__ = "notes"

    id = own_id()
    case_id = belongs_to("cases")
    user_id = Column(String(32), nullable=False)
    text = Column(EncryptedText, nullable=False)
    at = Column(UTCDateTime, nullable=False)
