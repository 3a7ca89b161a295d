"""Referrals, their answers, codes and references."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.records import referrals
from bot.records.database import Database
from bot.records.models import Aim, Consent, Flag, Referral


def begun(database: Database, now: datetime, conversation_id: str = "c") -> Referral:
    with database.session() as session:
        return referrals.begin(session, conversation_id, "berkshire", now)


def test_the_newest_draft_is_the_unfinished_one(database: Database, now: datetime) -> None:
    begun(database, now)
    newer = begun(database, now + timedelta(minutes=1))
    begun(database, now + timedelta(minutes=2), "someone else")
    with database.reading() as session:
        found = referrals.unfinished(session, "c")
        assert found is not None
        assert found.id == newer.id
        assert referrals.of_conversation(session, "c")[0].id == newer.id
        assert referrals.unfinished(session, "nobody") is None


def test_a_correction_keeps_the_former_answer(database: Database, now: datetime) -> None:
    with database.session() as session:
        referral = referrals.begin(session, "c", None, now)
        for number, value in enumerate(("first", "second"), start=1):
            referrals.set_answer(
                session, referral, "q", value, said=value, message_id=f"m{number}", now=now
            )
        referrals.set_answer(session, referral, "r", None, said=None, message_id=None, now=now)
        assert referrals.answers(session, referral) == {"q": "second", "r": None}
        assert referrals.said(session, referral) == {"q": "second", "r": None}
        values = [a.value for a in referrals.history(session, referral) if a.question_id == "q"]
        assert sorted(values) == ["first", "second"]
        assert referrals.has_message(session, referral, "m1")
        assert not referrals.has_message(session, referral, "m3")


def test_an_answer_taken_back_is_not_in_force(database: Database, now: datetime) -> None:
    with database.session() as session:
        referral = referrals.begin(session, "c", None, now)
        referrals.set_answer(session, referral, "q", 1, said="1", message_id="m", now=now)
        referrals.drop_answers(session, referral, {"q"}, now)
        assert referrals.answers(session, referral) == {}
        assert len(referrals.history(session, referral)) == 1


def test_consent_with_its_wording(database: Database, now: datetime) -> None:
    with database.session() as session:
        referral = referrals.begin(session, "c", None, now)
        referrals.keep_consent(session, referral, "2026-11", now)
        consent = session.execute(select(Consent)).scalar_one()
        assert (consent.referral_id, consent.version, consent.at) == (referral.id, "2026-11", now)


def test_a_code_finds_its_referral_until_it_expires(database: Database, now: datetime) -> None:
    with database.session() as session:
        referral = referrals.begin(session, "c", None, now)
        code, expires = referrals.pause(session, referral, now, 7)
        assert expires == now + timedelta(days=7)
        assert code not in str(vars(referral))
        found = referrals.by_resume_code(session, code, expires - timedelta(seconds=1))
        assert found is referral
        assert referrals.by_resume_code(session, code, expires) is None
        assert referrals.by_resume_code(session, "4K7M-2QXD-9RTA", now) is None


def test_a_new_code_takes_the_place_of_the_old(database: Database, now: datetime) -> None:
    with database.session() as session:
        referral = referrals.begin(session, "c", None, now)
        old, _ = referrals.pause(session, referral, now, 7)
        new, _ = referrals.pause(session, referral, now, 7)
        assert referrals.by_resume_code(session, old, now) is None
        assert referrals.by_resume_code(session, new, now) is referral


@pytest.mark.parametrize("aims_there", [0, 2])
def test_flags_and_aims_move_with_a_referral(
    database: Database, now: datetime, aims_there: int
) -> None:
    with database.session() as session:
        referral = referrals.begin(session, "old", None, now)
        session.add(Aim(conversation_id="old", position=1, text="To sleep", written_at=now))
        for position in range(1, aims_there + 1):
            session.add(
                Aim(conversation_id="new", position=position, text="Another", written_at=now)
            )
        session.add(
            Flag(
                conversation_id="old",
                message_id="m",
                source="message",
                tier="alert",
                category="x",
                layer="y",
                at=now,
            )
        )
        session.flush()
        referrals.move(session, referral, "new", now)
        assert (referral.conversation_id, referral.progress) == ("new", {"earlier": ["old"]})
        assert session.execute(select(Flag.conversation_id)).scalar_one() == "new"
        aims = session.execute(select(Aim.conversation_id)).scalars().all()
        assert aims == ["new"] * (aims_there + 1)


def test_moving_nowhere_changes_nothing(database: Database, now: datetime) -> None:
    with database.session() as session:
        referral = referrals.begin(session, "c", None, now)
        referrals.move(session, referral, "c", now)
        assert referral.progress == {}


def test_sent_once_a_referral_keeps_its_reference(database: Database, now: datetime) -> None:
    with database.session() as session:
        referral = referrals.begin(session, "c", None, now)
        code, _ = referrals.pause(session, referral, now, 7)
        reference = referrals.send(session, referral, now)
        assert referrals.send(session, referral, now + timedelta(hours=1)) == reference
        assert (referral.state, referral.sent_at, referral.current_question) == ("sent", now, None)
        assert referrals.by_reference(session, reference) is referral
        assert referrals.latest_sent(session, "c") is referral
        assert referrals.unfinished(session, "c") is None
        assert referrals.by_resume_code(session, code, now) is None
        assert referrals.by_reference(session, "0000-0000") is None
