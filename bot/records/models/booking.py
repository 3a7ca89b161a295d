"""What comes after a referral is sent: times, appointments, the waiting list, callbacks."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, text

from bot.records.columns import EncryptedText, UTCDateTime
from bot.records.models.base import Base, belongs_to, own_id


class DiarySlot(Base):
    """A time in a service's own diary. `version` rises with each change."""

    __tablename__ = "diary_slots"
    __table_args__ = (Index("ix_diary_slots_search", "service_id", "state", "starts_at"),)

    id = own_id()
    service_id = Column(String(64), nullable=False)
    starts_at = Column(UTCDateTime, nullable=False)
    ends_at = Column(UTCDateTime, nullable=False)
    mode = Column(String(16), nullable=False)  # video, in-person
    place = Column(String(200))
    state = Column(String(16), nullable=False, default="free")  # free held booked closed
    held_by = Column(String(32))  # the referral that holds it
    held_until = Column(UTCDateTime)
    promised_until = Column(UTCDateTime)  # until then it is kept, as they were told in a letter
    version = Column(Integer, nullable=False, default=1)
    demonstration = Column(Boolean, nullable=False, default=False)
    remote_id = Column(String(255))  # the slot in another system that this one stands for


class Appointment(Base):
    """A slot given to a referral. `sequence` counts changes, as a calendar file needs."""

    __tablename__ = "appointments"
    __table_args__ = (
        Index(
            "ix_appointments_current",
            "slot_id",
            unique=True,
            sqlite_where=text("state = 'booked'"),
            postgresql_where=text("state = 'booked'"),
        ),
    )

    id = own_id()
    referral_id = belongs_to("referrals")
    slot_id = Column(ForeignKey("diary_slots.id"), nullable=False)
    state = Column(String(16), nullable=False, default="booked")  # booked cancelled
    sequence = Column(Integer, nullable=False, default=0)
    booked_at = Column(UTCDateTime, nullable=False)
    changed_at = Column(UTCDateTime, nullable=False)
    remote_id = Column(String(255))  # the appointment in another system


class Waiting(Base):
    """A place on a service's waiting list: to be told when a time comes free."""

    __tablename__ = "waiting"

    id = own_id()
    referral_id = Column(
        ForeignKey("referrals.id", ondelete="CASCADE"), nullable=False, unique=True
    )
    service_id = Column(String(64), nullable=False, index=True)
    joined_at = Column(UTCDateTime, nullable=False)
    told_at = Column(UTCDateTime)  # when a time was last kept for them and they were told


class Callback(Base):
    """A request to be phoned, where a service takes them."""

    __tablename__ = "callbacks"

    id = own_id()
    referral_id = belongs_to("referrals")
    best_time = Column(EncryptedText)
    state = Column(String(16), nullable=False, default="requested")  # requested done
    requested_at = Column(UTCDateTime, nullable=False)
