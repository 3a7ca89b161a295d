from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.crisis.flagging import FlagDraft
from bot.records.database import Database
from bot.records.models import Base, Flag
from bot.records.spool import FlagSpool

DRAFT = FlagDraft("alert", "overdose", (), "30 tablets", "I took 30 tablets", "match")


def hold(spool: FlagSpool, message_id: str, now) -> None:
    spool.hold(DRAFT, conversation_id="c", message_id=message_id, service_id=None, now=now)


def files(folder: Path) -> list[Path]:
    return sorted((folder / "spool").rglob("*.waiting"))


def test_a_flag_waits_on_disk_and_is_moved_once(database: Database, tmp_path, now) -> None:
    spool = FlagSpool(tmp_path)
    hold(spool, "m", now)
    hold(spool, "m", now)
    assert spool.waiting() == 2
    assert spool.drain(database) == 2
    assert (spool.waiting(), spool.drain(database)) == (0, 0)
    with database.reading() as session:
        flag = session.execute(select(Flag)).scalar_one()
    assert (flag.message_id, flag.words, flag.at) == ("m", "30 tablets", now)


def test_it_is_for_its_owner_only_and_not_readable(tmp_path, now) -> None:
    hold(FlagSpool(tmp_path), "m", now)
    (file,) = files(tmp_path)
    assert file.stat().st_mode & 0o077 == 0
    assert "tablets" not in file.read_text()


@pytest.mark.alters_tables
def test_it_stays_until_the_database_has_it(database: Database, tmp_path, now) -> None:
    spool = FlagSpool(tmp_path)
    hold(spool, "m", now)
    Base.metadata.drop_all(database.engine)
    with pytest.raises(SQLAlchemyError):
        spool.drain(database)
    assert spool.waiting() == 1


def test_one_that_cannot_be_read_holds_up_no_other(
    database: Database, tmp_path, now, caplog: pytest.LogCaptureFixture
) -> None:
    spool = FlagSpool(tmp_path)
    hold(spool, "first", now)
    files(tmp_path)[0].write_text("of another key")
    hold(spool, "second", now)
    assert spool.drain(database) == 1
    assert spool.waiting() == 1
    assert "can't be read" in caplog.text


def test_nothing_waits_at_first(database: Database, tmp_path) -> None:
    assert (FlagSpool(tmp_path).waiting(), FlagSpool(tmp_path).drain(database)) == (0, 0)
