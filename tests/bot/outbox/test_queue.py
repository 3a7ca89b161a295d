from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.outbox import queue
from bot.outbox.texts import outbox_data
from bot.records import referrals
from bot.records.database import Database
from bot.records.erasure import erase_referral
from bot.records.models import Erasure, OutboxMessage, Referral
from bot.records.retention import purge
from bot.records.rotation import rotate
from tests.bot.outbox.conftest import messages


def put(database: Database, now: datetime, key: str, **fields: Any) -> None:
    with database.session() as session:
        queue.put(session, **{"key": key, "kind": "email", "payload": {}, "now": now, **fields})


def claimed(database: Database, now: datetime) -> str | None:
    with database.session() as session:
        message = queue.claim(session, now)
        return None if message is None else str(message.key)


def number(database: Database, key: str) -> int:
    return next(message.id for message in messages(database) if message.key == key)


def delivered(session: Session, message_id: int, now: datetime) -> None:
    """What a worker notes that had the message last."""
    queue.delivered(session, message_id, now, attempt=attempt(session, message_id))


def failed(
    session: Session, message_id: int, now: datetime, problem: str, *, for_good: bool
) -> None:
    """The same."""
    last = attempt(session, message_id)
    queue.failed(session, message_id, now, problem, attempt=last, for_good=for_good)


def attempt(session: Session, message_id: int) -> int:
    return int(session.get(OutboxMessage, message_id).attempts)


def test_a_message_is_there_only_if_what_it_is_about_is(database: Database, now: datetime) -> None:
    def write_and_fail() -> None:
        with database.session() as session:
            referrals.begin(session, "c", "berkshire", now)
            queue.put(session, key="k", kind="email", payload={}, now=now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert messages(database) == []
    with database.reading() as session:
        assert session.execute(select(Referral)).first() is None


def test_the_same_key_is_taken_once(database: Database, now: datetime) -> None:
    put(database, now, "k", payload={"n": 1})
    put(database, now, "k", payload={"n": 2})
    (message,) = messages(database)
    assert message.payload == {"n": 1}


def test_the_content_is_encrypted_and_gone_once_delivered(
    database: Database, now: datetime
) -> None:
    put(database, now, "k", payload={"to": ["robin@example.com"]})
    with database.reading() as session:
        stored = session.execute(text("SELECT payload FROM outbox")).scalar_one()
    assert "robin" not in stored
    assert rotate(database) == 1
    with database.session() as session:
        delivered(session, number(database, "k"), now)
    (message,) = messages(database)
    assert (message.state, message.payload, message.finished_at) == ("delivered", None, now)


def test_a_claimed_message_is_nobody_elses_until_the_claim_runs_out(
    database: Database, now: datetime
) -> None:
    put(database, now, "k")
    assert claimed(database, now) == "k"
    assert claimed(database, now) is None
    later = now + timedelta(seconds=outbox_data().delivery.claim_seconds)
    assert claimed(database, later) == "k"
    assert messages(database)[0].attempts == 2


@pytest.mark.parametrize("by_then", ["delivered", "dead", "sent again", "under way"])
@pytest.mark.parametrize("noted", ["delivered", "failed"])
def test_whoever_took_longer_than_the_claim_changes_nothing_any_more(
    database: Database, now: datetime, noted: str, by_then: str
) -> None:
    put(database, now, "k")
    assert claimed(database, now) == "k"
    later = now + timedelta(seconds=outbox_data().delivery.claim_seconds)
    assert claimed(database, later) == "k"  # by another worker
    with database.session() as session:
        if by_then == "delivered":
            delivered(session, 1, later)
        elif by_then != "under way":
            failed(session, 1, later, "refused", for_good=True)
        if by_then == "sent again":
            assert queue.resend(session, 1, later)
    (before,) = messages(database)
    with database.session() as session:
        if noted == "delivered":
            queue.delivered(session, 1, later, attempt=1)
        else:
            queue.failed(session, 1, later, "ReadTimeout", attempt=1, for_good=True)
    (after,) = messages(database)
    for name in ("state", "payload", "problem", "claimed_until", "finished_at"):
        assert getattr(after, name) == getattr(before, name)


def test_only_messages_of_the_kinds_asked_for_are_claimed(
    database: Database, now: datetime
) -> None:
    put(database, now, "post", kind="webhook")
    put(database, now, "letter")
    with database.session() as session:
        assert queue.claim(session, now, ("email",)).key == "letter"
        assert queue.claim(session, now, ("email",)) is None
        assert queue.claim(session, now).key == "post"


def test_within_a_lane_one_goes_after_the_other(database: Database, now: datetime) -> None:
    put(database, now, "first", lane="person")
    put(database, now, "second", lane="person")
    put(database, now, "other")
    assert [claimed(database, now) for _ in range(3)] == ["first", "other", None]
    with database.session() as session:
        delivered(session, number(database, "first"), now)
    assert claimed(database, now) == "second"


def test_a_message_for_later_waits(database: Database, now: datetime) -> None:
    put(database, now, "k", due=now + timedelta(days=2))
    assert claimed(database, now + timedelta(days=1)) is None
    assert claimed(database, now + timedelta(days=2)) == "k"


def test_a_failure_is_tried_again_later_and_in_the_end_is_a_dead_letter(
    database: Database, now: datetime
) -> None:
    put(database, now, "k")
    assert claimed(database, now) == "k"
    with database.session() as session:
        failed(session, 1, now, "ConnectionError", for_good=False)
    (message,) = messages(database)
    assert (message.state, message.problem) == ("waiting", "ConnectionError")
    assert message.claimed_until > now
    end = now + timedelta(hours=outbox_data().delivery.give_up_after_hours)
    assert claimed(database, end) == "k"
    with database.session() as session:
        failed(session, 1, end, "ConnectionError", for_good=False)
        assert [dead.key for dead in queue.dead_letters(session)] == ["k"]


def test_a_dead_letter_holds_up_its_lane_until_it_is_sent_again_or_given_up(
    database: Database, now: datetime
) -> None:
    put(database, now, "first", lane="person", payload={"n": 1})
    put(database, now, "second", lane="person")
    assert claimed(database, now) == "first"
    with database.session() as session:
        failed(session, 1, now, "refused", for_good=True)
    assert claimed(database, now) is None
    with database.session() as session:
        assert queue.resend(session, 1, now)
        assert not queue.resend(session, 2, now)  # it isn't dead
    assert claimed(database, now) == "first"
    with database.session() as session:
        failed(session, 1, now, "refused", for_good=True)
        assert messages(database)[0].payload == {"n": 1}
        assert queue.drop(session, 1, now)
        assert not queue.drop(session, 1, now)
    assert claimed(database, now) == "second"


def test_a_lane_goes_in_the_order_in_which_it_is_due(database: Database, now: datetime) -> None:
    later = now + timedelta(days=2)
    put(database, now, "reminder", lane="person", due=later)
    put(database, now, "moved", lane="person")
    assert claimed(database, now) == "moved"
    with database.session() as session:
        failed(session, number(database, "moved"), now, "refused", for_good=True)
    assert claimed(database, later) is None
    with database.session() as session:
        assert queue.resend(session, number(database, "moved"), later)
    assert claimed(database, later) == "moved"  # not behind what waited for it
    with database.session() as session:
        delivered(session, number(database, "moved"), later)
    assert claimed(database, later) == "reminder"


def test_what_is_over_is_never_sent_and_holds_nothing_up(database: Database, now: datetime) -> None:
    over = now + timedelta(hours=4)
    put(database, now, "refused", lane="person", payload={"n": 1}, over=over)
    put(database, now, "waiting", lane="person", payload={"n": 2}, over=over)
    put(database, now, "next", lane="person")
    assert claimed(database, now) == "refused"
    with database.session() as session:
        failed(session, 1, now, "refused", for_good=True)
    assert claimed(database, over - timedelta(seconds=1)) is None
    assert claimed(database, over) == "next"
    unsent = messages(database)[1]
    assert (unsent.state, unsent.payload, unsent.problem) == ("dead", None, queue.OVER)
    with database.session() as session:
        assert not queue.resend(session, 1, over)
        assert not queue.resend(session, 2, over)


def test_what_wasnt_delivered_can_be_taken_back(database: Database, now: datetime) -> None:
    for key in ("remind:1:email", "remind:1:text", "remind:12:email", "remind_1:email"):
        put(database, now, key)
    with database.session() as session:
        failed(session, number(database, "remind:1:text"), now, "refused", for_good=True)
        assert queue.withdraw(session, "remind:1:") == 2
        assert queue.withdraw(session, "remind_") == 1  # an underscore is only itself
    assert [message.key for message in messages(database)] == ["remind:12:email"]


def test_late_counts_what_no_worker_takes(database: Database, now: datetime) -> None:
    put(database, now, "first", lane="person")
    put(database, now, "second", lane="person")

    def late(**after: float) -> int:
        with database.reading() as session:
            return queue.late(session, now + timedelta(**after))

    assert (late(minutes=9), late(minutes=11)) == (0, 1)
    with database.session() as session:
        failed(session, 1, now, "refused", for_good=True)
    assert late(minutes=11) == 0  # it isn't the worker's fault


def test_what_is_sent_for_a_person_is_erased_with_them(database: Database, now: datetime) -> None:
    with database.session() as session:
        referral = referrals.begin(session, "c", "berkshire", now)
        queue.put(session, key="k", kind="x", payload={}, referral_id=referral.id, now=now)
        erase_referral(session, referral, by="person", now=now)
    assert messages(database) == []
    with database.reading() as session:
        assert session.query(Erasure).count() == 1
    with database.session() as session:  # a worker that was at it finds it gone
        queue.delivered(session, 1, now, attempt=1)
        queue.failed(session, 1, now, "x", attempt=1, for_good=True)


def test_what_was_delivered_is_purged_and_what_wasnt_stays(
    database: Database, now: datetime
) -> None:
    put(database, now, "delivered")
    put(database, now, "waiting")
    with database.session() as session:
        delivered(session, 1, now)
        purge(session, now + timedelta(days=365))
    assert [message.key for message in messages(database)] == ["waiting"]


def test_a_message_goes_to_one_of_two_workers(database: Database, now: datetime) -> None:
    put(database, now, "k")
    if database.engine.dialect.name == "sqlite":  # its writers go one after the other anyway
        assert [claimed(database, now), claimed(database, now)] == ["k", None]
        return
    with database.session() as one, database.session() as other:
        first, second = queue.claim(one, now), queue.claim(other, now)
        assert isinstance(first, OutboxMessage)
        assert second is None
