"""Encrypts everything anew under the newest key, so that an old one can be taken away."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, select, type_coerce, update
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from bot.records.columns import EncryptedText
from bot.records.database import Database
from bot.records.encryption import cipher
from bot.records.models import Base
from bot.records.search_terms import reindex

_ROWS_AT_ONCE = 500


def rotate(database: Database) -> int:
    """Rewrites every encrypted value, some rows at a time; gives how many there were.

    It may be stopped and begun again: values already under the newest key stay readable. The
    hashes that staff search by are made anew too.
    """
    count = sum(
        _rotate_column(database, table, column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, EncryptedText)
    )
    reindex(database)
    return count


def _rotate_column(database: Database, table: Table, column: Any) -> int:
    (key,) = table.primary_key.columns
    raw = type_coerce(column, Text)  # as stored, not decrypted
    after: Any = None
    count = 0
    while True:
        with database.session() as session:
            rows = _next_rows(session, key, raw, after)
            for identity, token in rows:
                session.execute(
                    update(table)
                    .where(key == identity)
                    .values({column: type_coerce(cipher().rotate(token), Text)})
                )
        if not rows:
            return count
        count += len(rows)
        after = rows[-1][0]


def _next_rows(session: Session, key: Any, raw: Any, after: Any) -> list[Any]:
    query = select(key, raw).where(raw.is_not(None)).order_by(key).limit(_ROWS_AT_ONCE)
    if after is not None:
        query = query.where(key > after)
    rows: list[Any] = session.execute(query).all()
    return rows
