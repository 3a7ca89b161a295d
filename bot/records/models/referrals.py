"""Self-referrals: what was agreed to, answered, hoped for, and how they are found."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, UniqueConstraint, text

from bot.records.columns import EncryptedJSON, EncryptedText, UTCDateTime
from bot.records.models.base import Base, belongs_to, own_id


class Referral(Base):
    """A self-referral: a pre-screen being filled in (draft, paused) or sent to a service."""

    __tablename__ = "referrals"

    id = own_id()
    conversation_id = Column(String(255), nullable=False, index=True)
    service_id = Column(String(64), index=True)
    state = Column(String(16), nullable=False, default="draft", index=True)
    reference = Column(String(16), unique=True)
    current_question = Column(String(64))
    progress = Column(JSON, nullable=False, default=dict)
    resume_fingerprint = Column(String(64), index=True)
    resume_expires_at = Column(UTCDateTime)
    started_at = Column(UTCDateTime, nullable=False)
    updated_at = Column(UTCDateTime, nullable=False, index=True)
    sent_at = Column(UTCDateTime, index=True)


class Consent(Base):
    """What was agreed to, in which wording, and when."""

    __tablename__ = "consents"

    id = own_id()
    referral_id = belongs_to("referrals")
    version = Column(String(32), nullable=False)
    given = Column(Boolean, nullable=False)
    at = Column(UTCDateTime, nullable=False)


class Answer(Base):
    """An answer to one question. A correction is a new row; the former is marked replaced."""

    __tablename__ = "answers"
    __table_args__ = (
        Index(
            "ix_answers_current",
            "referral_id",
            "question_id",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
        Index("ix_answers_message", "referral_id", "message_id"),
    )

    id = own_id()
    referral_id = belongs_to("referrals")
    question_id = Column(String(64), nullable=False)
    value = Column(EncryptedJSON)  # as understood; None when skipped
    said = Column(EncryptedText)  # as the person put it
    message_id = Column(String(64))
    answered_at = Column(UTCDateTime, nullable=False)
    replaced_at = Column(UTCDateTime)


class Aim(Base):
    """Something the person wants from therapy, in their own words."""

    __tablename__ = "aims"
    __table_args__ = (UniqueConstraint("conversation_id", "position"),)

    id = own_id()
    conversation_id = Column(String(255), nullable=False)
    referral_id = belongs_to("referrals", optional=True)
    position = Column(Integer, nullable=False)
    text = Column(EncryptedText, nullable=False)
    written_at = Column(UTCDateTime, nullable=False)


class SearchTerm(Base):
    """A keyed hash by which a sent referral is found: a part of the name, a phone number, …

    `service_id` and `at` are the referral's own: what is found is read in order from the index.
    """

    __tablename__ = "search_terms"
    __table_args__ = (
        Index("ix_search_terms_fingerprint", "fingerprint", "service_id", "at", "referral_id"),
    )

    id = own_id()
    referral_id = belongs_to("referrals")
    service_id = Column(String(64))
    at = Column(UTCDateTime, nullable=False)  # when it was sent
    kind = Column(String(16), nullable=False)  # name, phone, born, nhs
    fingerprint = Column(String(64), nullable=False)


class FailedLookup(Base):
    """Failed tries to find a referral by reference, by a keyed hash of who or what was tried."""

    __tablename__ = "failed_lookups"

    fingerprint = Column(String(64), primary_key=True)
    failures = Column(Integer, nullable=False, default=0)
    last_at = Column(UTCDateTime, nullable=False)
