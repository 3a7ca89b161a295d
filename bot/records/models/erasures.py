"""What was erased, and what staff ask to have erased."""

from __future__ import annotations

from sqlalchemy import Column, String

from bot.records.columns import EncryptedText, UTCDateTime
from bot.records.models.base import Base, belongs_to, own_id


class Erasure(Base):
    """That something was erased, and by whom; nothing of what it was."""

    __tablename__ = "erasures"

    id = own_id()
    reference = Column(String(16))
    by = Column(String(16), nullable=False)  # person, operator, retention, staff
    at = Column(UTCDateTime, nullable=False)


class Request(Base):
    """An erasure or a retention run that one person asked for and a second decides on."""

    __tablename__ = "requests"

    id = own_id()
    kind = Column(String(16), nullable=False)  # erase, purge
    case_id = belongs_to("cases", optional=True)
    asked_by = Column(String(32), nullable=False)
    asked_at = Column(UTCDateTime, nullable=False)
    reason = Column(EncryptedText)
    decided_by = Column(String(32))
    decided_at = Column(UTCDateTime)
    outcome = Column(String(16))  # done, refused
