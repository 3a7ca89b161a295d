from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from bot.records.conversations import append_events, conversation
from bot.records.erasure import erase_referral
from bot.records.models import (
    Aim,
    Answer,
    Appointment,
    Base,
    Callback,
    Consent,
    Conversation,
    DiarySlot,
    Erasure,
    Event,
    Flag,
    Referral,
)
from bot.records.retention import Retention, purge

PERIODS = Retention(conversation=30, declined=1, draft=30, referral=365, flag=365, outbox=30)


def add_referral(session, now, *, conversation_id="c", **fields) -> Referral:
    owner = conversation(session, conversation_id, now)
    append_events(
        session,
        owner,
        [
            {"event": "user", "timestamp": now.timestamp(), "text": "hello"},
            {
                "event": "bot",
                "timestamp": now.timestamp(),
                "text": "hello to you",
                "data": {"buttons": [{"title": "Refer myself", "payload": "Refer myself"}]},
            },
        ],
    )
    referral = Referral(conversation_id=conversation_id, started_at=now, updated_at=now, **fields)
    session.add(referral)
    session.flush()
    slot = DiarySlot(
        service_id="s", starts_at=now, ends_at=now, mode="video", state="booked", version=3
    )
    session.add(slot)
    session.flush()
    session.add_all(
        [
            Answer(referral_id=referral.id, question_id="q", value=1, answered_at=now),
            Consent(referral_id=referral.id, version="1", given=True, at=now),
            Callback(referral_id=referral.id, requested_at=now),
            Aim(
                conversation_id=conversation_id,
                referral_id=referral.id,
                position=1,
                text="sleep",
                written_at=now,
            ),
            Appointment(referral_id=referral.id, slot_id=slot.id, booked_at=now, changed_at=now),
            Flag(
                conversation_id=conversation_id,
                message_id="m",
                source="message",
                tier="alert",
                category="suicide",
                qualifiers=[],
                layer="match",
                words="w",
                text="t",
                at=now,
            ),
        ]
    )
    return referral


def counts(session) -> dict[str, int]:
    return {
        model.__tablename__: session.execute(select(func.count()).select_from(model)).scalar_one()
        for model in (Answer, Consent, Callback, Aim, Appointment, Referral, Event, Conversation)
    }


def test_erasing_leaves_no_word_and_frees_the_slot(database, now) -> None:
    with database.session() as session:
        erase_referral(
            session, add_referral(session, now, reference="4K7M-2QXD"), by="person", now=now
        )
    with database.session() as session:
        assert set(counts(session).values()) == {0}
        slot = session.execute(select(DiarySlot)).scalar_one()
        assert (slot.state, slot.version) == ("free", 4)
        flag = session.execute(select(Flag)).scalar_one()
        assert (flag.words, flag.text, flag.tier) == (None, None, "alert")
        erasure = session.execute(select(Erasure)).scalar_one()
        assert (erasure.reference, erasure.by) == ("4K7M-2QXD", "person")


def test_each_class_of_record_is_kept_for_its_time(database, now) -> None:
    sent = {"state": "sent", "sent_at": now}
    with database.session() as session:
        add_referral(session, now, conversation_id="draft")
        add_referral(session, now, conversation_id="sent", **sent)
        conversation(session, "asked", now)
        conversation(session, "declined", now).retention = "declined"

    def left(days: int) -> set[str]:
        with database.session() as session:
            purge(session, now + timedelta(days=days), PERIODS)
            return set(session.execute(select(Conversation.id)).scalars())

    assert left(0) == {"draft", "sent", "asked", "declined"}
    assert left(2) == {"draft", "sent", "asked"}
    assert left(29) == {"draft", "sent", "asked"}
    assert left(31) == {"sent"}
    assert left(364) == {"sent"}
    assert left(366) == set()
    with database.session() as session:
        assert session.execute(select(func.count()).select_from(Flag)).scalar_one() == 0


def test_the_tables_all_take_part(database) -> None:
    """A new table must be thought of here: does it hold something of a person?"""
    assert set(Base.metadata.tables) == {
        "aims",
        "answers",
        "appointments",
        "audit_entries",
        "callbacks",
        "case_steps",
        "case_visits",
        "cases",
        "consents",
        "conversations",
        "diary_slots",
        "erasures",
        "events",
        "failed_lookups",
        "flags",
        "notes",
        "outbox",
        "referrals",
        "requests",
        "search_terms",
        "staff_sessions",
        "staff_users",
        "waiting",
    }
