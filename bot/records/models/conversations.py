"""Conversations, as Rasa's tracker has them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, UniqueConstraint

from bot.records.columns import EncryptedJSON, UTCDateTime
from bot.records.models.base import Base


class Conversation(Base):
    """One chat with one person, by the id its channel gave it."""

    __tablename__ = "conversations"

    id = Column(String(255), primary_key=True)
    service_id = Column(String(64))
    retention = Column(String(32), nullable=False, default="conversation")
    started_at = Column(UTCDateTime, nullable=False)
    last_message_at = Column(UTCDateTime, nullable=False, index=True)
    event_count = Column(Integer, nullable=False, default=0)
    state = Column(EncryptedJSON)  # slots and active form, for Rasa
    resume_failures = Column(Integer, nullable=False, default=0)
    closed_at = Column(UTCDateTime)  # the person left: its chat can't be read or written any more


class Event(Base):
    """One event of a conversation as Rasa's tracker has it: the transcript."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("conversation_id", "position"),
        Index("ix_events_message", "conversation_id", "message_id"),
    )

    id = Column(Integer, primary_key=True)
    conversation_id = Column(ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False)
    position = Column(Integer, nullable=False)
    kind = Column(String(64), nullable=False)
    message_id = Column(String(64))  # of a person's message, by which one sent twice is known
    occurred_at = Column(UTCDateTime, nullable=False)
    data = Column(EncryptedJSON, nullable=False)
