"""The tables. Names, contacts, answers and transcripts are in encrypted columns only.

Times are UTC. Identifiers are random; a `reference` is what a person can read out.
SQLAlchemy 1.4, the one Rasa allows, has no types of its own: to mypy its columns are `Any`.
"""

from __future__ import annotations

from bot.records.models.audit import AuditEntry
from bot.records.models.base import Base, new_id
from bot.records.models.booking import Appointment, Callback, DiarySlot, Waiting
from bot.records.models.cases import Case, CaseStep, CaseVisit, Note
from bot.records.models.conversations import Conversation, Event
from bot.records.models.erasures import Erasure, Request
from bot.records.models.flags import Flag
from bot.records.models.outbox import OutboxMessage
from bot.records.models.referrals import Aim, Answer, Consent, FailedLookup, Referral, SearchTerm
from bot.records.models.staff import StaffSession, StaffUser

__all__ = [
    "Aim",
    "Answer",
    "Appointment",
    "AuditEntry",
    "Base",
    "Callback",
    "Case",
    "CaseStep",
    "CaseVisit",
    "Consent",
    "Conversation",
    "DiarySlot",
    "Erasure",
    "Event",
    "FailedLookup",
    "Flag",
    "Note",
    "OutboxMessage",
    "Referral",
    "Request",
    "SearchTerm",
    "StaffSession",
    "StaffUser",
    "Waiting",
    "new_id",
]
