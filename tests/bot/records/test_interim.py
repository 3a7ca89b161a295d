from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, SlotSet, UserUttered
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.components.tracker_store import RecordsTrackerStore
from bot.crisis.conversation import respond
from bot.crisis.flagging import FlagDraft
from bot.datafile import ROOT
from bot.records.database import Database
from bot.records.flags import keep_flag
from bot.records.interim import Standing, TurnSpool, keep_turn, standing, turn_record
from bot.records.models import Base, Flag
from bot.records.spool import FlagSpool
from bot.records.transcript import transcript
from bot.reply import reply_json

DOMAIN = Domain.load(str(ROOT / "domain.yml"))


def held(now: datetime, text: str = "I want to kill myself", **fields: Any) -> dict[str, Any]:
    turn = respond(text, fields.pop("state", None))
    assert turn is not None
    return turn_record(
        conversation_id="c",
        message_id=fields.pop("message_id", "m-crisis"),
        text=text,
        tapped=False,
        service_id="berkshire",
        reply=reply_json(turn.reply),
        state=turn.state,
        disputed=turn.disputed,
        now=now,
    )


@pytest.fixture
async def store(database: Database, tmp_path: Path) -> RecordsTrackerStore:
    """Rasa's side, with a pre-screen in progress in the conversation "c"."""
    store = RecordsTrackerStore(DOMAIN, database=database, spool=FlagSpool(tmp_path))
    tracker = await store.get_or_create_tracker("c")
    for event in (
        UserUttered("Refer myself", message_id="m-refer"),
        ActiveLoop("prescreen_form"),
        SlotSet("requested_slot", "prescreen_answer"),
        SlotSet("age", 30),
        BotUttered("Is it OK?"),
        ActionExecuted("action_listen"),
    ):
        tracker.update(event)
    await store.save(tracker)
    return store


async def test_rasa_goes_on_from_a_turn_held_without_it(store, database, now) -> None:
    with database.session() as session:
        known = standing(session, "c")
        keep_turn(session, held(now, state=known.crisis))
    tracker = await store.retrieve("c")
    assert tracker.latest_message.text == "I want to kill myself"
    assert tracker.latest_action_name == "action_listen"
    assert tracker.active_loop_name is None
    assert tracker.get_slot("requested_slot") is None
    assert tracker.get_slot("crisis")["asked"] == "safe"
    assert tracker.get_slot("crisis")["paused"] == "prescreen_form"
    with database.reading() as session:
        said = [(line.id, line.text) for line in transcript(session, "c")]
        assert said[2] == ("m-crisis", "I want to kill myself")
        assert transcript(session, "c")[3].custom["type"] == "crisis"


async def test_what_rasa_has_by_now_is_not_kept_again(store, database, now) -> None:
    with database.session() as session:
        keep_turn(session, held(now))
        keep_turn(session, held(now))
        assert len(transcript(session, "c")) == 4


async def test_the_standing_is_what_rasa_left(store, database) -> None:
    with database.reading() as session:
        assert standing(session, "c") == Standing({"paused": "prescreen_form"}, None, 30)
        assert standing(session, "another") == Standing()


async def test_a_new_conversation_may_begin_with_such_a_turn(database, now) -> None:
    with database.session() as session:
        keep_turn(session, held(now))
    with database.reading() as session:
        assert standing(session, "c").crisis["asked"] == "safe"
        assert [line.speaker for line in transcript(session, "c")] == ["person", "assistant"]


async def test_a_flag_may_be_disputed_meanwhile(database, now) -> None:
    draft = FlagDraft("alert", "suicidal-thoughts", (), "w", "t", "match")
    first = held(now)
    later = held(
        now + timedelta(minutes=1),
        "I didn't mean that",
        message_id="m-sorry",
        state=first["state"],
    )
    with database.session() as session:
        keep_flag(
            session,
            draft,
            conversation_id="c",
            message_id="m-crisis",
            service_id=None,
            now=now,
        )
        keep_turn(session, first)
        keep_turn(session, later)
        assert session.execute(select(Flag)).scalar_one().disputed_at is not None


@pytest.mark.alters_tables
def test_turns_wait_on_disk(database, tmp_path, now) -> None:
    spool = TurnSpool(tmp_path)
    spool.hold(held(now))
    Base.metadata.drop_all(database.engine)
    with pytest.raises(SQLAlchemyError):
        spool.drain(database)
    Base.metadata.create_all(database.engine)
    assert (spool.drain(database), spool.drain(database)) == (1, 0)
    with database.reading() as session:
        assert len(transcript(session, "c")) == 2
