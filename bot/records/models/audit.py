"""What staff looked at and did, which the database itself refuses to change."""

from __future__ import annotations

from sqlalchemy import DDL, JSON, Column, Index, Integer, String, event

from bot.records.columns import UTCDateTime
from bot.records.models.base import Base


class AuditEntry(Base):
    """What staff looked at and did. Only ever added to; each entry's hash covers the one before.

    It holds no word of a person: what was searched for is noted by its kind alone.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_case", "case_id"),)

    position = Column(Integer, primary_key=True, autoincrement=False)
    at = Column(UTCDateTime, nullable=False, index=True)
    user_id = Column(String(32))
    action = Column(String(40), nullable=False)
    case_id = Column(String(32))
    service_id = Column(String(64))
    details = Column(JSON, nullable=False, default=dict)
    previous = Column(String(64), nullable=False)
    hash = Column(String(64), nullable=False)


_APPEND_ONLY = "the audit log is append-only"

# The database itself refuses to change an entry. Migration 0003 makes the same triggers.
for _dialect, _statements in {
    "sqlite": [
        f"CREATE TRIGGER audit_entries_no_{verb} BEFORE {verb} ON audit_entries "
        f"BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION audit_entries_fixed() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_APPEND_ONLY}'; END $$",
        "CREATE TRIGGER audit_entries_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_fixed()",
    ],
}.items():
    for _statement in _statements:
        event.listen(
            AuditEntry.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect)
        )
