"""Danger that was noticed, and what was done about it."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, String, UniqueConstraint

from bot.records.columns import EncryptedText, UTCDateTime
from bot.records.models.base import Base, own_id


class Flag(Base):
    """Someone may need human contact: what was found, in their own words, and what was done."""

    __tablename__ = "flags"
    __table_args__ = (UniqueConstraint("conversation_id", "message_id", "source"),)

    id = own_id()
    conversation_id = Column(String(255), nullable=False, index=True)
    message_id = Column(String(64), nullable=False)
    service_id = Column(String(64), index=True)
    source = Column(String(32), nullable=False)  # message, or a questionnaire's item
    tier = Column(String(16), nullable=False)  # alert, check-in, noted
    category = Column(String(64), nullable=False)
    qualifiers = Column(JSON, nullable=False, default=list)
    layer = Column(String(16), nullable=False)
    words = Column(EncryptedText)  # the words it rests on
    text = Column(EncryptedText)  # the whole message
    at = Column(UTCDateTime, nullable=False, index=True)
    disputed_at = Column(UTCDateTime)
    case_id = Column(ForeignKey("cases.id", ondelete="SET NULL"), index=True)
    acknowledged_at = Column(UTCDateTime)
    acknowledged_by = Column(String(64))
    resolved_at = Column(UTCDateTime)
    resolved_by = Column(String(64))
    resolution = Column(EncryptedText)  # what was done, in the words of who did it
