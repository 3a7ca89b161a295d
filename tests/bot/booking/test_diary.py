from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.booking import diary
from bot.records.database import Database
from bot.records.models import Appointment, DiarySlot
from tests.bot.booking.conftest import PEOPLE, AddSlot, SendReferral, race


@pytest.fixture
def soon(now: datetime) -> datetime:
    return now + timedelta(days=3)


def state_of(database: Database, slot_id: str) -> tuple[str, str | None]:
    with database.reading() as session:
        slot = session.get(DiarySlot, slot_id)
        return slot.state, slot.held_by


def free_ids(database: Database, now: datetime, **fields: object) -> list[str]:
    with database.reading() as session:
        return [slot.id for slot in diary.free_slots(session, "berkshire", now, **fields)]


def booked_count(database: Database, slot_id: str) -> int:
    with database.reading() as session:
        return session.execute(
            select(func.count())
            .select_from(Appointment)
            .where(Appointment.slot_id == slot_id, Appointment.state == "booked")
        ).scalar_one()


def test_free_slots_come_soonest_first_and_only_the_services_own(
    database: Database, add_slot: AddSlot, soon: datetime, now: datetime
) -> None:
    later = add_slot(soon + timedelta(hours=1))
    first = add_slot(soon)
    add_slot(soon, service_id="elsewhere")
    add_slot(soon, state="closed")
    add_slot(soon, state="booked")
    add_slot(now - timedelta(hours=1))
    assert free_ids(database, now) == [first, later]


def test_notice_leaves_out_what_is_too_soon(
    database: Database, add_slot: AddSlot, now: datetime
) -> None:
    add_slot(now + timedelta(hours=5))
    kept = add_slot(now + timedelta(hours=25))
    assert free_ids(database, now, notice=timedelta(hours=24)) == [kept]


def test_a_hold_keeps_others_out_until_it_runs_out(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    slot, mine, theirs = add_slot(soon), send_referral("me"), send_referral("them")
    with database.session() as session:
        diary.hold(session, slot, mine, now, now + timedelta(minutes=10))
    assert free_ids(database, now) == []
    assert free_ids(database, now, for_referral=mine) == [slot]
    with pytest.raises(diary.SlotTaken), database.session() as session:
        diary.book(session, slot, theirs, now + timedelta(minutes=9))
    with database.session() as session:
        diary.book(session, slot, theirs, now + timedelta(minutes=10))
    assert state_of(database, slot) == ("booked", None)


def test_holding_another_slot_lets_go_of_the_first(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    first, second, mine = add_slot(soon), add_slot(soon + timedelta(hours=1)), send_referral()
    for slot in (first, second):
        with database.session() as session:
            diary.hold(session, slot, mine, now, now + timedelta(minutes=10))
    assert state_of(database, first) == ("free", None)
    assert state_of(database, second) == ("held", mine)
    with database.session() as session:
        diary.release(session, mine)
    assert state_of(database, second) == ("free", None)


def test_what_was_promised_is_kept_whatever_they_look_at(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    first, second, mine = add_slot(soon), add_slot(soon + timedelta(hours=1)), send_referral()
    until, shortly = now + timedelta(hours=4), now + timedelta(minutes=10)
    with database.session() as session:
        diary.hold(session, first, mine, now, until, promised=True)
    for slot in (first, second, first):
        with database.session() as session:
            diary.hold(session, slot, mine, now, shortly)
    with database.session() as session:
        diary.release(session, mine)
        assert session.get(DiarySlot, first).held_until == until
    assert state_of(database, first) == ("held", mine)
    assert state_of(database, second) == ("free", None)
    with database.session() as session:  # with an appointment they need it no longer
        diary.book(session, second, mine, now)
    assert state_of(database, first) == ("free", None)


def test_a_promise_that_is_over_is_none(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    slot, mine = add_slot(soon), send_referral()
    later = now + timedelta(hours=4)
    with database.session() as session:
        diary.hold(session, slot, mine, now, later, promised=True)
    with database.session() as session:
        diary.hold(session, slot, mine, later, later + timedelta(minutes=10))
        diary.release(session, mine)
    assert state_of(database, slot) == ("free", None)


def test_what_one_holds_one_can_book(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    slot, mine = add_slot(soon), send_referral()
    with database.session() as session:
        diary.hold(session, slot, mine, now, now + timedelta(minutes=10))
        appointment = diary.book(session, slot, mine, now)
    assert (appointment.slot_id, appointment.sequence) == (slot, 0)
    assert state_of(database, slot) == ("booked", None)


def test_booking_the_same_slot_again_changes_nothing(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    slot, mine = add_slot(soon), send_referral()
    with database.session() as session:
        first = diary.book(session, slot, mine, now).id
    with database.session() as session:
        assert diary.book(session, slot, mine, now).id == first
    assert booked_count(database, slot) == 1


def test_a_referral_has_one_appointment_at_a_time(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    first, second, mine = add_slot(soon), add_slot(soon + timedelta(hours=1)), send_referral()
    with database.session() as session:
        diary.book(session, first, mine, now)
    with pytest.raises(diary.AlreadyBooked), database.session() as session:
        diary.book(session, second, mine, now)
    assert free_ids(database, now) == [second]


@pytest.mark.parametrize("state", ["closed", "booked"])
def test_a_slot_that_is_not_free_cannot_be_had(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
    state: str,
) -> None:
    slot, mine = add_slot(soon, state=state), send_referral()
    for act in (diary.book, lambda *args: diary.hold(*args, now + timedelta(minutes=10))):
        with pytest.raises(diary.SlotTaken), database.session() as session:
            act(session, slot, mine, now)


def test_a_slot_that_has_begun_or_is_gone_cannot_be_had(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    slot, mine = add_slot(soon), send_referral()
    for slot_id, at in ((slot, soon), ("0" * 32, now)):
        with pytest.raises(diary.SlotTaken), database.session() as session:
            diary.book(session, slot_id, mine, at)


def test_the_index_stands_behind_the_update(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    slot, mine, theirs = add_slot(soon), send_referral("me"), send_referral("them")
    with database.session() as session:
        diary.book(session, slot, theirs, now)
        session.get(DiarySlot, slot).state = "free"  # as a faulty program might leave it
    with database.session() as session:
        with pytest.raises(diary.SlotTaken):
            diary.book(session, slot, mine, now)
        assert diary.appointment_of(session, mine) is None  # and the session still works
    assert booked_count(database, slot) == 1


def test_cancelling_frees_the_slot_for_someone_else(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    slot, mine, theirs = add_slot(soon), send_referral("me"), send_referral("them")
    with database.session() as session:
        diary.book(session, slot, mine, now)
    with database.session() as session:
        cancelled = diary.cancel(session, mine, now)
        assert (cancelled.state, cancelled.sequence) == ("cancelled", 1)
        assert diary.appointment_of(session, mine) is None
        assert diary.last_cancelled(session, mine).id == cancelled.id
    with database.session() as session:
        diary.book(session, slot, theirs, now)
    assert booked_count(database, slot) == 1


def test_a_slot_that_staff_closed_stays_closed(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    slot, mine = add_slot(soon), send_referral()
    with database.session() as session:
        diary.book(session, slot, mine, now)
        session.get(DiarySlot, slot).state = "closed"
    with database.session() as session:
        diary.cancel(session, mine, now)
    assert state_of(database, slot) == ("closed", None)


def test_moving_keeps_the_appointment_and_frees_the_former_slot(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    first, second, mine = add_slot(soon), add_slot(soon + timedelta(hours=1)), send_referral()
    with database.session() as session:
        booked = diary.book(session, first, mine, now).id
    with database.session() as session:
        moved = diary.move(session, second, mine, now)
        assert (moved.id, moved.slot_id, moved.sequence) == (booked, second, 1)
    with database.session() as session:
        assert diary.move(session, second, mine, now).sequence == 1  # moved there already
    assert state_of(database, first) == ("free", None)
    assert state_of(database, second) == ("booked", None)


def test_a_failed_move_leaves_the_appointment_where_it_was(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    first, second = add_slot(soon), add_slot(soon + timedelta(hours=1))
    mine, theirs = send_referral("me"), send_referral("them")
    with database.session() as session:
        diary.book(session, first, mine, now)
        diary.book(session, second, theirs, now)
    with database.session() as session:
        with pytest.raises(diary.SlotTaken):
            diary.move(session, second, mine, now)
        assert diary.appointment_of(session, mine).slot_id == first
    assert state_of(database, first) == ("booked", None)


def test_nothing_to_change_without_an_appointment_to_come(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    slot, other, mine = add_slot(soon), add_slot(soon + timedelta(days=1)), send_referral()
    with pytest.raises(diary.NothingBooked), database.session() as session:
        diary.cancel(session, mine, now)
    with database.session() as session:
        diary.book(session, slot, mine, now)
    with pytest.raises(diary.NothingBooked), database.session() as session:
        diary.move(session, other, mine, soon)


def test_one_of_many_gets_the_last_slot(
    database: Database,
    crowded: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    slot = add_slot(soon)
    people = [send_referral(f"person {number}") for number in range(PEOPLE)]

    def book(number: int) -> bool:
        try:
            with crowded.session() as session:
                diary.book(session, slot, people[number], now)
        except diary.SlotTaken:
            return False
        return True

    assert race(book).count(True) == 1
    assert booked_count(database, slot) == 1


def test_many_people_share_out_fewer_slots_without_a_clash(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    slots = [add_slot(soon + timedelta(hours=number)) for number in range(5)]
    people = [send_referral(f"person {number}") for number in range(PEOPLE)]

    def hold_and_book(number: int) -> bool:
        for slot in slots:
            try:
                with database.session() as session:
                    diary.hold(session, slot, people[number], now, now + timedelta(minutes=10))
                with database.session() as session:
                    diary.book(session, slot, people[number], now)
            except diary.SlotTaken:
                continue
            return True
        return False

    assert race(hold_and_book).count(True) == len(slots)
    assert [booked_count(database, slot) for slot in slots] == [1] * len(slots)


def test_one_person_who_taps_twice_gets_one_appointment(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    slots = [add_slot(soon + timedelta(hours=number)) for number in range(8)]
    mine = send_referral()

    def book(number: int) -> bool:
        try:
            with database.session() as session:
                diary.book(session, slots[number], mine, now)
        except diary.AlreadyBooked:
            return False
        return True

    assert race(book, people=len(slots)).count(True) == 1
    assert len(free_ids(database, now)) == len(slots) - 1


def test_many_people_who_move_to_one_slot(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    soon: datetime,
    now: datetime,
) -> None:
    wanted = add_slot(soon)
    people = [send_referral(f"person {number}") for number in range(10)]
    own = [add_slot(soon + timedelta(hours=number)) for number in range(1, 11)]
    with database.session() as session:
        for slot, person in zip(own, people, strict=True):
            diary.book(session, slot, person, now)

    def move(number: int) -> bool:
        try:
            with database.session() as session:
                diary.move(session, wanted, people[number], now)
        except diary.SlotTaken:
            return False
        return True

    moved = race(move, people=len(people))
    assert moved.count(True) == 1
    assert booked_count(database, wanted) == 1
    assert free_ids(database, now) == [own[moved.index(True)]]
