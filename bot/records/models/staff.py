"""Who may use the console, and who is signed in."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Integer, String

from bot.records.columns import EncryptedText, UTCDateTime
from bot.records.models.base import Base, belongs_to, own_id


class StaffUser(Base):
    """Someone who may sign in to the console."""

    __tablename__ = "staff_users"

    id = own_id()
    email = Column(String(254), nullable=False, unique=True)
    name = Column(String(100), nullable=False)
    role = Column(String(16), nullable=False)  # reviewer, lead, administrator
    services = Column(JSON, nullable=False, default=list)
    password_hash = Column(String(255))  # None: signs in through the organisation only
    totp_secret = Column(EncryptedText)
    totp_step = Column(Integer, nullable=False, default=0)  # the last code's time: none twice
    recovery_codes = Column(JSON, nullable=False, default=list)  # SHA-256 of each, unused
    failures = Column(Integer, nullable=False, default=0)
    locked_until = Column(UTCDateTime)
    active = Column(Boolean, nullable=False, default=True)
    created_at = Column(UTCDateTime, nullable=False)


class StaffSession(Base):
    """A signed-in browser. The cookie holds a token, the table only its SHA-256."""

    __tablename__ = "staff_sessions"

    id = Column(String(64), primary_key=True)
    user_id = belongs_to("staff_users")
    csrf = Column(String(64), nullable=False)
    complete = Column(Boolean, nullable=False, default=False)  # the second factor was given
    began_at = Column(UTCDateTime, nullable=False)
    seen_at = Column(UTCDateTime, nullable=False, index=True)
