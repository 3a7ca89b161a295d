"""Holds on disk what the database can't take now, so that it isn't lost.

One encrypted file for each thing, written whole or not at all, in `spool/` under the project's
var folder. `drain` moves them into the database once it answers again. Several processes may
hold and drain at once: nothing is locked, and what comes twice is kept once.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from bot.crisis.flagging import FlagDraft
from bot.records.conversations import close
from bot.records.database import Database
from bot.records.encryption import DecryptionError, cipher
from bot.records.flags import flag_draft, flag_fields, keep_flag

logger = logging.getLogger(__name__)

_WAITING = ".waiting"


class Spool:
    """A folder of things that wait for the database. Each is a JSON object."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, thing: dict[str, Any]) -> None:
        """Writes it to disk, flushed, before it returns."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / uuid4().hex
        with open(draft, "w", opener=_private) as file:
            file.write(cipher().encrypt(json.dumps(thing)))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(draft.with_suffix(_WAITING))
        _flush_folder(self._folder)

    def waiting(self) -> int:
        """How many wait."""
        return len(self._files())

    def move(self, keep: Callable[[Session, dict[str, Any]], None], database: Database) -> int:
        """Moves what waits into the database by `keep`, oldest first; gives how many.

        What can't be read with today's keys stays, and holds nothing else up.
        """
        moved = 0
        for path in self._files():
            try:
                thing = json.loads(cipher().decrypt(path.read_text()))
            except FileNotFoundError:  # another process was faster
                continue
            except (DecryptionError, ValueError) as error:
                logger.error("%s can't be read (%s): it stays.", path.name, type(error).__name__)
                continue
            with database.session() as session:
                keep(session, thing)
            path.unlink(missing_ok=True)
            moved += 1
        return moved

    def _files(self) -> list[Path]:
        found = self._folder.glob(f"*{_WAITING}")
        return sorted(found, key=_written) if self._folder.exists() else []


class FlagSpool:
    """Flags that wait for the database."""

    def __init__(self, var: Path) -> None:
        self._spool = Spool(var / "spool" / "waiting-flags")

    def hold(
        self,
        draft: FlagDraft,
        *,
        conversation_id: str,
        message_id: str,
        service_id: str | None,
        now: datetime,
    ) -> None:
        """Writes a flag to disk, flushed, before it returns."""
        self._spool.put(
            {
                "draft": flag_fields(draft),
                "conversation_id": conversation_id,
                "message_id": message_id,
                "service_id": service_id,
                "now": now.isoformat(),
            }
        )

    def drain(self, database: Database) -> int:
        """Moves what waits into the database; gives how many. Twice is harmless."""
        return self._spool.move(_keep, database)

    def waiting(self) -> int:
        """How many wait."""
        return self._spool.waiting()


class ClosingSpool:
    """Conversations that were left while the database was away."""

    def __init__(self, var: Path) -> None:
        self._spool = Spool(var / "spool" / "waiting-closings")

    def hold(self, conversation_id: str, now: datetime) -> None:
        """Writes to disk, flushed, that a conversation was left, before it returns."""
        self._spool.put({"conversation_id": conversation_id, "now": now.isoformat()})

    def drain(self, database: Database) -> int:
        """Closes them in the database; gives how many. Twice is harmless."""
        return self._spool.move(_close, database)


def _close(session: Session, left: dict[str, Any]) -> None:
    close(session, left["conversation_id"], datetime.fromisoformat(left["now"]))


def _keep(session: Session, flag: dict[str, Any]) -> None:
    draft = flag_draft(flag.pop("draft"))
    keep_flag(session, draft, now=datetime.fromisoformat(flag.pop("now")), **flag)


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _flush_folder(folder: Path) -> None:
    """Flushes the new name too, which a power cut could otherwise take away."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
