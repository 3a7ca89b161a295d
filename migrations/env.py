"""Alembic's entry point: migrates the database that the settings name."""

from __future__ import annotations

from typing import Any

from alembic import context

from bot.records.columns import EncryptedText, UTCDateTime
from bot.records.database import Database
from bot.records.models import Base
from bot.settings import settings


def plain_type(kind: str, item: Any, _context: Any) -> str | bool:
    """Writes our column types as the database's own, so that a migration stands by itself."""
    if kind == "type" and isinstance(item, EncryptedText):
        return "sa.Text()"
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


url = context.config.attributes.get("url") or settings().database_url
database = Database(url)
try:
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=plain_type,
            compare_type=False,
            render_as_batch=connection.dialect.name == "sqlite",
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
finally:
    database.dispose()
