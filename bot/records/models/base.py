"""What every table shares: their list, their identifiers, and how one belongs to another."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import Column, ForeignKey, MetaData, String
from sqlalchemy.orm import declarative_base

# Names for constraints, so that a migration can speak of them on every database.
Base: Any = declarative_base(
    metadata=MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
)


def new_id() -> str:
    """A random identifier (32 hex digits)."""
    return uuid4().hex


def own_id() -> Any:
    """The column of a row's random identifier."""
    return Column(String(32), primary_key=True, default=new_id)


def belongs_to(table: str, *, optional: bool = False) -> Any:
    """The column of the row in another table that this one goes with, and is erased with."""
    return Column(ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=optional, index=True)
