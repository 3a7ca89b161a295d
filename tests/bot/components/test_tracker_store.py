from __future__ import annotations

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import select, text

from bot.components.tracker_store import RecordsTrackerStore
from bot.crisis.flagging import FlagDraft
from bot.datafile import ROOT
from bot.records.database import Database
from bot.records.flags import flag_fields
from bot.records.models import Base, Conversation, Event, Flag
from bot.records.spool import FlagSpool

DOMAIN = Domain.load(str(ROOT / "domain.yml"))
DRAFT = FlagDraft(
    tier="alert",
    category="suicidal-thoughts",
    qualifiers=("recent",),
    words="some words",
    text="all the words",
    layer="match",
    source="message",
)


def turn(tracker: DialogueStateTracker, said: str, reply: str, *slots: SlotSet) -> None:
    for event in (
        UserUttered(said, {"name": "greet", "confidence": 1.0}, message_id=f"m-{said}"),
        *slots,
        BotUttered(reply),
        ActionExecuted("action_listen"),
    ):
        tracker.update(event)


def raised(**fields: object) -> SlotSet:
    return SlotSet("flag", {"draft": flag_fields(DRAFT), **fields})


@pytest.fixture
def store(database: Database, tmp_path) -> RecordsTrackerStore:
    return RecordsTrackerStore(DOMAIN, database=database, spool=FlagSpool(tmp_path))


def fresh(store: RecordsTrackerStore, tmp_path) -> RecordsTrackerStore:
    """As another process would see it."""
    return RecordsTrackerStore(DOMAIN, database=store._database, spool=FlagSpool(tmp_path))


async def test_a_conversation_goes_on_where_it_was(store, tmp_path) -> None:
    tracker = await store.get_or_create_tracker("c")
    turn(tracker, "hello", "hi", SlotSet("service", "xyla"))
    tracker.update(ActiveLoop("prescreen_form"))
    await store.save(tracker)

    again = await fresh(store, tmp_path).retrieve("c")
    assert again.get_slot("service") == "xyla"
    assert again.active_loop_name == "prescreen_form"
    assert again.latest_message.text == "hello"
    turn(again, "more", "yes")
    await store.save(again)
    with store._database.reading() as session:
        positions = session.execute(select(Event.position).order_by(Event.position)).scalars()
        said = [
            e.data["text"] for e in session.execute(select(Event)).scalars() if "text" in e.data
        ]
        assert list(positions) == list(range(len(again.events) - 2))  # two restored from state
        assert said == ["hello", "hi", "more", "yes"]
        assert session.get(Conversation, "c").service_id == "xyla"


async def test_a_long_conversation_is_restored_by_its_end(store) -> None:
    tracker = await store.get_or_create_tracker("c")
    tracker.update(SlotSet("service", "lewisham"))
    for number in range(60):
        turn(tracker, f"q{number}", f"a{number}")
    await store.save(tracker)
    again = await store.retrieve("c")
    said = [event.text for event in again.events if isinstance(event, (UserUttered, BotUttered))]
    assert said == ["q57", "a57", "q58", "a58", "q59", "a59"]
    assert again.get_slot("service") == "lewisham"
    assert again.latest_message.text == "q59"


async def test_an_event_that_rasa_no_longer_knows_is_left_out(store) -> None:
    tracker = await store.get_or_create_tracker("c")
    turn(tracker, "hello", "hi")
    await store.save(tracker)
    with store._database.session() as session:
        for event in session.execute(select(Event).where(Event.kind == "bot")).scalars():
            event.kind = "dropped"
    again = await store.retrieve("c")
    said = [event.text for event in again.events if isinstance(event, (UserUttered, BotUttered))]
    assert said == ["hello"]


async def test_an_unknown_conversation_is_none(store) -> None:
    assert await store.retrieve("nobody") is None


async def test_a_flag_is_kept_with_its_turn_and_once(store) -> None:
    tracker = await store.get_or_create_tracker("c")
    turn(tracker, "words", "reply", SlotSet("service", "xyla"), raised())
    await store.save(tracker)
    await store.save(tracker)
    with store._database.reading() as session:
        flag = session.execute(select(Flag)).scalar_one()
        assert (flag.message_id, flag.service_id, flag.tier) == ("m-words", "xyla", "alert")
        assert (flag.words, flag.text, flag.qualifiers) == (
            "some words",
            "all the words",
            ["recent"],
        )


async def test_a_flag_goes_to_the_service_of_the_page(store) -> None:
    tracker = await store.get_or_create_tracker("c")
    tracker.update(UserUttered("words", message_id="m", metadata={"service": "berkshire"}))
    tracker.update(raised())
    await store.save(tracker)
    with store._database.reading() as session:
        assert session.execute(select(Flag)).scalar_one().service_id == "berkshire"
        assert session.get(Conversation, "c").service_id == "berkshire"


async def test_a_person_may_dispute_a_flag_and_it_stays(store) -> None:
    tracker = await store.get_or_create_tracker("c")
    turn(tracker, "words", "reply", raised())
    turn(tracker, "not meant", "sorry", SlotSet("flag", {"disputed": True}))
    await store.save(tracker)
    with store._database.reading() as session:
        assert session.execute(select(Flag)).scalar_one().disputed_at is not None


@pytest.mark.alters_tables
async def test_the_database_may_fail_and_nothing_is_lost(store, tmp_path) -> None:
    tracker = await store.get_or_create_tracker("c")
    turn(tracker, "before", "reply")
    await store.save(tracker)

    Base.metadata.drop_all(store._database.engine)  # down
    turn(tracker, "during", "reply", raised())
    await store.save(tracker)
    meanwhile = await store.retrieve("c")
    assert meanwhile.latest_message.text == "during"
    turn(meanwhile, "still", "reply")
    await store.save(meanwhile)
    assert FlagSpool(tmp_path).waiting() == 1

    Base.metadata.create_all(store._database.engine)  # back
    turn(meanwhile, "after", "reply")
    await store.save(meanwhile)
    with store._database.reading() as session:
        said = [
            e.data["text"] for e in session.execute(select(Event)).scalars() if "text" in e.data
        ]
        assert said == ["during", "reply", "still", "reply", "after", "reply"]
        assert session.execute(select(Flag)).scalar_one().message_id == "m-during"
    assert FlagSpool(tmp_path).waiting() == 0


@pytest.mark.alters_tables
async def test_a_new_conversation_begins_while_the_database_is_down(store) -> None:
    Base.metadata.drop_all(store._database.engine)
    tracker = await store.get_or_create_tracker("new")
    turn(tracker, "hello", "hi")
    await store.save(tracker)
    assert (await store.retrieve("new")).latest_message.text == "hello"


async def test_what_was_said_is_not_readable_in_the_database(store) -> None:
    tracker = await store.get_or_create_tracker("c")
    turn(tracker, "marigold", "reply", SlotSet("crisis", "marigold"))
    await store.save(tracker)
    with store._database.reading() as session:
        raw = session.execute(text("SELECT data FROM events")).scalars().all()
        state = session.execute(text("SELECT state FROM conversations")).scalar_one()
        assert not any("marigold" in each for each in [*raw, state])
