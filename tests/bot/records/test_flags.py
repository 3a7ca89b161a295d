from __future__ import annotations

import threading

from sqlalchemy import select

from bot.crisis.flagging import FlagDraft
from bot.records.database import Database
from bot.records.flags import keep_flag
from bot.records.models import Flag

DRAFT = FlagDraft("alert", "overdose", (), "30 tablets", "I took 30 tablets", "match")


def test_two_processes_may_keep_the_same_flag_at_once(database: Database, now) -> None:
    together = threading.Barrier(2)
    ids = []

    def keep() -> None:
        together.wait(10)
        with database.session() as session:
            flag = keep_flag(
                session, DRAFT, conversation_id="c", message_id="m", service_id=None, now=now
            )
            ids.append(flag.id)

    threads = [threading.Thread(target=keep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(ids) == 2
    with database.reading() as session:
        assert len(session.execute(select(Flag)).scalars().all()) == 1
