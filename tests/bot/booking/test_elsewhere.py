"""Getting ready to ask another system; the asking itself is in test_asking and test_kills."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.booking import diary, elsewhere
from bot.booking.texts import booking_data
from bot.booking.visit import Visit
from bot.knowledge.services import services
from bot.outbox.bookings import RELEASE
from bot.records.database import Database
from bot.records.models import DiarySlot, Referral
from tests.bot.booking.conftest import AddSlot, SendReferral, outbox


def begin(
    database: Database, referral_id: str, slot: str, now: datetime, *, moving: bool = False
) -> elsewhere.Attempt:
    with database.session() as session:
        referral = session.get(Referral, referral_id)
        visit = Visit(session, referral, services()["berkshire"], now)
        return elsewhere.begin(visit, slot, moving=moving)


def test_the_time_is_held_and_the_order_to_undo_it_is_written(
    database: Database, add_slot: AddSlot, send_referral: SendReferral, now: datetime
) -> None:
    slot, mine = add_slot(now + timedelta(days=3), remote_id="there"), send_referral()
    attempt = begin(database, mine, slot, now)
    with database.reading() as session:
        held = session.get(DiarySlot, slot)
        assert (held.state, held.held_by) == ("held", mine)
    (order,) = outbox(database)
    assert order.kind == RELEASE
    assert order.payload == {"service": "berkshire", "slot": "there", "key": attempt.key}
    assert order.due_at == now + timedelta(minutes=booking_data().limits.undo_minutes)
    assert begin(database, mine, slot, now).key != attempt.key  # each try has one of its own


@pytest.mark.parametrize(("booked", "moving"), [(True, False), (False, True)])
def test_what_does_not_fit_with_what_is_booked_is_not_begun(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    now: datetime,
    booked: bool,
    moving: bool,
) -> None:
    slot, other = add_slot(now + timedelta(days=3)), add_slot(now + timedelta(days=4))
    mine = send_referral()
    if booked:
        with database.session() as session:
            diary.book(session, other, mine, now)
    wrong = diary.AlreadyBooked if booked else diary.NothingBooked
    with pytest.raises(wrong):
        begin(database, mine, slot, now, moving=moving)
    assert outbox(database) == []


def test_a_time_that_someone_else_holds_is_not_begun(
    database: Database, add_slot: AddSlot, send_referral: SendReferral, now: datetime
) -> None:
    slot = add_slot(now + timedelta(days=3))
    begin(database, send_referral("faster"), slot, now)
    with pytest.raises(diary.SlotTaken):
        begin(database, send_referral("slower"), slot, now)
    assert len(outbox(database)) == 1
