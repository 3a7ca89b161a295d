"""The audit log: every view, search, change and export, each entry bound to the one before.

Every entry's hash covers its content and the hash of the entry before, and the database refuses
to change or delete one. Whoever gets round that leaves a chain that no longer fits. An end cut
off still fits, so note the last number and hash elsewhere from time to time, and give them to
`verify`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.records.database import Database
from bot.records.models import AuditEntry

BEGINNING = "0" * 64
_LOCK = 5_210_415  # any number, the same everywhere: entries are added one after the other
_ROWS_AT_ONCE = 1_000
_entries: Any = AuditEntry


@dataclass(frozen=True)
class Verified:
    """How a log stands: the number of entries, the last hash, and the first entry that is wrong."""

    entries: int
    head: str
    wrong: int | None = None


def record(
    session: Session,
    *,
    action: str,
    user_id: str | None,
    now: datetime,
    case_id: str | None = None,
    service_id: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Adds an entry in the caller's transaction, best as its last step.

    Args:
        action: what was done, one of the actions in data/staff_words.yml.
        details: plain values that say more. Never anything a person wrote.
    """
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    last = session.execute(
        select(_entries.position, _entries.hash).order_by(_entries.position.desc()).limit(1)
    ).first()
    entry = AuditEntry(
        position=last[0] + 1 if last else 1,
        at=now,
        user_id=user_id,
        action=action,
        case_id=case_id,
        service_id=service_id,
        details=dict(details or {}),
        previous=last[1] if last else BEGINNING,
    )
    entry.hash = entry_hash(entry)
    session.add(entry)
    session.flush()


def entry_hash(entry: AuditEntry) -> str:
    """What the hash of an entry has to be."""
    content = [
        entry.position,
        entry.at.isoformat(),
        entry.user_id,
        entry.action,
        entry.case_id,
        entry.service_id,
        entry.details,
        entry.previous,
    ]
    written = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def verify(database: Database, noted: tuple[int, str] | None = None) -> Verified:
    """Checks the whole chain.

    Args:
        noted: a number and hash noted earlier, which the log must still hold.
    """
    previous, position = BEGINNING, 0
    while True:
        with database.reading() as session:
            found = session.execute(
                select(AuditEntry)
                .where(_entries.position > position)
                .order_by(_entries.position)
                .limit(_ROWS_AT_ONCE)
            )
            batch = found.scalars().all()
        for entry in batch:
            fits = entry.position == position + 1 and entry.previous == previous
            if not fits or entry.hash != entry_hash(entry):
                return Verified(position, previous, wrong=position + 1)
            if noted and noted[0] == entry.position and noted[1] != entry.hash:
                return Verified(position, previous, wrong=entry.position)
            position, previous = entry.position, entry.hash
        if not batch:
            break
    if noted and noted[0] > position:
        return Verified(position, previous, wrong=position + 1)
    return Verified(position, previous)
