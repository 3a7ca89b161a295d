from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.booking import changing, diary, letters
from bot.booking.dialogue import Booking
from bot.booking.texts import booking_data
from bot.booking.times import from_london, long_time
from bot.booking.visit import Visit
from bot.booking.waiting import offer_free_times
from bot.knowledge.services import services
from bot.outbox.worker import deliver_next
from bot.records.database import Database
from bot.records.models import Case, DiarySlot, Referral, Waiting
from tests.bot.booking.conftest import AddSlot, Chat, Mailing, SendReferral, outbox, titles

STOP = "take me off the waiting list"
EMAIL = {"about.email": "robin@example.com"}


Wait = Callable[..., Chat]


@pytest.fixture
def wait(database: Database, send_referral: SendReferral, mailing: Mailing, now: datetime) -> Wait:
    """Has someone who can be e-mailed find no free time, and join the list."""
    mailing()

    def join(name: str = "first", at: datetime = now) -> Chat:
        send_referral(name, answers={"about.email": f"{name}@example.com"})
        chat = Chat(Booking(database, services()), at, name)
        assert chat.start().ended is None
        assert f"Shall I email {name}@example.com when one comes free?" in chat.asked().text
        assert chat.say("Yes, email me").ended == "waiting"
        return chat

    return join


def holders(database: Database) -> list[str | None]:
    with database.reading() as session:
        return list(
            session.execute(select(DiarySlot.held_by).order_by(DiarySlot.starts_at)).scalars()
        )


def test_the_longest_waiting_are_offered_the_first_times(
    database: Database,
    add_slot: AddSlot,
    wait: Wait,
    now: datetime,
) -> None:
    first = wait()
    wait("second", now + timedelta(minutes=1))
    slot = add_slot(now + timedelta(days=3))
    assert offer_free_times(database, services(), now) == 1
    assert offer_free_times(database, services(), now) == 0
    (letter,) = outbox(database)
    assert letter.payload["to"] == ["first@example.com"]
    first.start()
    first.say("the first one")
    assert first.say("yes").replies[0].custom["state"] == "booked"
    with database.reading() as session:
        assert session.get(DiarySlot, slot).state == "booked"
        assert len(session.execute(select(Waiting)).scalars().all()) == 1


def test_a_time_not_taken_up_goes_to_the_next(
    database: Database,
    add_slot: AddSlot,
    wait: Wait,
    now: datetime,
) -> None:
    wait()
    wait("second", now + timedelta(minutes=1))
    add_slot(now + timedelta(days=3))
    offer_free_times(database, services(), now)
    later = now + timedelta(minutes=booking_data().limits.waiting_hold_minutes)
    assert offer_free_times(database, services(), later) == 1
    to = [letter.payload["to"][0] for letter in outbox(database)]
    assert to == ["first@example.com", "second@example.com"]
    assert long_time(later) in outbox(database)[0].payload["text"]  # until when it was kept
    with database.reading() as session:
        assert len(session.execute(select(Waiting)).scalars().all()) == 2


@pytest.mark.parametrize(
    "words", [["the first one"], ["the second one"], ["the first one", "no"], ["Not now"]]
)
def test_the_time_kept_for_them_stays_theirs_while_they_look(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    wait: Wait,
    now: datetime,
    words: list[str],
) -> None:
    first = wait()
    add_slot(now + timedelta(days=3))
    offer_free_times(database, services(), now)
    add_slot(now + timedelta(days=4))
    first.now = now + timedelta(minutes=5)
    first.start()
    for text in words:
        first.say(text)
    if words == ["the first one"]:
        assert "until 2:30pm" in first.asked().text
    send_referral("other")
    other = Chat(Booking(database, services()), now + timedelta(hours=3, minutes=59), "other")
    other.start()
    assert "Sat 5 Dec, 10:30am" in titles(other.asked())
    assert "Fri 4 Dec, 10:30am" not in titles(other.asked())


def test_a_time_is_offered_only_if_it_can_be_booked_as_long_as_it_is_kept(
    database: Database,
    add_slot: AddSlot,
    wait: Wait,
    now: datetime,
) -> None:
    wait()
    add_slot(now + timedelta(hours=26))  # in four hours that is too soon
    assert offer_free_times(database, services(), now) == 0


def test_times_too_soon_or_on_a_bank_holiday_are_not_offered(
    database: Database,
    add_slot: AddSlot,
    wait: Wait,
    now: datetime,
) -> None:
    wait()
    add_slot(now + timedelta(hours=2))
    add_slot(datetime(2026, 12, 25, 10, 0, tzinfo=now.tzinfo))
    assert offer_free_times(database, services(), now) == 0
    assert holders(database) == [None, None]


def test_whoever_cannot_be_told_is_not_put_on_the_list(
    chat: Chat, send_referral: SendReferral
) -> None:
    send_referral(answers=EMAIL)
    assert chat.start().ended == "none-free"


def test_a_no_leaves_it_and_on_the_list_they_are_not_asked_again(
    database: Database, chat: Chat, send_referral: SendReferral, mailing: Mailing, now: datetime
) -> None:
    mailing()
    send_referral(answers=EMAIL)
    chat.start()
    assert chat.say("No, I'll look again").ended == "not-waiting"
    chat.start()
    assert chat.say("Yes, email me").ended == "waiting"
    again = Chat(Booking(database, services()), now).start()
    assert again.ended == "none-free"
    assert "on the list" in again.replies[0].text


@pytest.mark.parametrize(
    ("day", "hour", "minute", "offered"),
    [
        (1, 7, 59, 0),
        (1, 8, 0, 1),
        (1, 16, 0, 1),  # kept until 8pm
        (1, 16, 1, 0),
        (1, 22, 0, 0),
        (2, 2, 0, 0),
    ],
)
@pytest.mark.parametrize("month", [6, 12])
def test_times_are_offered_and_kept_by_day_only(
    database: Database,
    add_slot: AddSlot,
    wait: Wait,
    month: int,
    day: int,
    hour: int,
    minute: int,
    offered: int,
) -> None:
    wait()
    moment = from_london(date(2027, month, day), time(hour, minute))
    add_slot(moment + timedelta(days=7))
    assert offer_free_times(database, services(), moment) == offered


def deliver(database: Database, moment: datetime) -> None:
    """Delivers what may go; nothing arrives twice."""
    while deliver_next(database, {"email": lambda *_: None}, moment):
        pass


def test_nobody_is_written_to_for_ever(
    database: Database,
    add_slot: AddSlot,
    wait: Wait,
    now: datetime,
) -> None:
    chat = wait()
    add_slot(now + timedelta(days=20))
    for day in range(6):
        moment = now + timedelta(days=day)
        offer_free_times(database, services(), moment)
        deliver(database, moment)
    told = [letter.key.split(":")[2] for letter in outbox(database)]
    assert len(told) == booking_data().limits.waiting_offers + 1
    assert told[-1] == "over"
    assert holders(database) == [None]
    chat.now = now + timedelta(days=6)
    with database.session() as session:  # and they may join again
        session.execute(delete(DiarySlot))
    assert chat.start().ended is None
    assert "Shall I email" in chat.asked().text


def test_what_could_not_be_told_does_not_count_against_them(
    database: Database,
    add_slot: AddSlot,
    wait: Wait,
    now: datetime,
) -> None:
    wait()
    add_slot(now + timedelta(days=20))
    for day in range(6):  # the mail server is down all the time
        moment = now + timedelta(days=day)
        deliver_next(database, {}, moment)
        assert offer_free_times(database, services(), moment) == 1
    assert {letter.key.split(":")[2] for letter in outbox(database)} != {"over"}


def test_who_missed_their_appointment_may_wait_for_another(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    mailing: Mailing,
    now: datetime,
) -> None:
    mailing()
    mine, slot = send_referral(answers=EMAIL), add_slot(now + timedelta(days=3))
    with database.session() as session:
        visit = Visit(session, session.get(Referral, mine), services()["berkshire"], now)
        changing.book(visit, slot)
    chat = Chat(Booking(database, services()), now + timedelta(days=4))
    chat.start()
    assert chat.say("Yes, email me").ended == "waiting"
    add_slot(now + timedelta(days=9))
    assert offer_free_times(database, services(), chat.now) == 1


@pytest.mark.parametrize("state", ["booked", "closed", "rejected", "merged"])
def test_whoever_has_nothing_to_wait_for_is_taken_off_and_not_written_to(
    database: Database,
    add_slot: AddSlot,
    wait: Wait,
    now: datetime,
    state: str,
) -> None:
    chat = wait()
    with database.session() as session:
        session.execute(select(Case)).scalar_one().state = state
    slot = add_slot(now + timedelta(days=3))
    assert offer_free_times(database, services(), now) == 0
    assert outbox(database) == []
    with database.session() as session:
        assert session.execute(select(Waiting)).first() is None
        session.get(DiarySlot, slot).state = "closed"
    assert chat.start().ended in ("none-free", "ended")  # nor are they asked to join


def test_they_are_told_in_the_way_they_agreed_to(
    database: Database,
    add_slot: AddSlot,
    chat: Chat,
    send_referral: SendReferral,
    mailing: Mailing,
    now: datetime,
) -> None:
    mailing(TEXTS_URL="https://texts.example", WEBHOOK_SECRET="a secret of 24 letters or more")
    phone = {"about.phone": "+447700900123", "about.contact_by": ["any"]}
    send_referral(answers={**EMAIL, **phone})
    chat.start()
    assert "I can email robin@example.com or text 07700 900123" in chat.asked().text
    assert titles(chat.asked())[:2] == ["Yes, email me", "Yes, text me"]
    assert chat.say("Yes, text me").ended == "waiting"
    add_slot(now + timedelta(days=3))
    assert offer_free_times(database, services(), now) == 1
    (letter,) = outbox(database)
    assert letter.payload["body"]["to"] == "+447700900123"


def test_nobody_is_written_to_who_did_not_say_that_they_want_it(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    mailing: Mailing,
    now: datetime,
) -> None:
    mailing()
    mine = send_referral(answers=EMAIL)
    with database.session() as session:
        session.add(Waiting(referral_id=mine, service_id="berkshire", joined_at=now))
    add_slot(now + timedelta(days=3))
    assert offer_free_times(database, services(), now) == 0
    assert outbox(database) == []
    assert holders(database) == [None]


def test_they_come_off_the_list_when_they_say_so(
    database: Database,
    add_slot: AddSlot,
    wait: Wait,
    now: datetime,
) -> None:
    chat = wait()
    add_slot(now + timedelta(days=3))
    assert offer_free_times(database, services(), now) == 1
    said = chat.booking.stop_messages(chat.conversation_id, STOP, now)
    assert said.text == booking_data().texts.list_left
    assert outbox(database) == []
    assert holders(database) == [None]
    assert offer_free_times(database, services(), now) == 0


def test_a_letter_that_waits_is_taken_back_when_they_book_without_it(
    database: Database,
    add_slot: AddSlot,
    wait: Wait,
    now: datetime,
) -> None:
    chat = wait()
    add_slot(now + timedelta(days=3))
    offer_free_times(database, services(), now)
    chat.start()
    chat.say("the first one")
    chat.say("yes")
    assert outbox(database) == []


def test_an_empty_list_looks_at_nothing(database: Database, now: datetime) -> None:
    assert offer_free_times(database, services(), now) == 0


def test_looking_at_the_list_waits_for_nobody(
    database: Database, add_slot: AddSlot, wait: Wait, now: datetime
) -> None:
    wait()
    with database.session() as session:  # someone is writing meanwhile
        session.execute(select(Case)).scalar_one().version += 1
        session.flush()
        assert offer_free_times(database, services(), now) == 0


def test_each_is_offered_a_time_by_itself(
    database: Database,
    add_slot: AddSlot,
    wait: Wait,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wait()
    wait("second", now + timedelta(minutes=1))
    for days in (3, 4):
        add_slot(now + timedelta(days=days))
    kept: list[int] = []

    def offer_time(visit: Visit, slot: DiarySlot, until: datetime) -> None:
        kept.append(sum(holder is not None for holder in holders(database)))

    monkeypatch.setattr(letters, "offer_time", offer_time)
    assert offer_free_times(database, services(), now) == 2
    assert kept == [0, 1]  # what is there for all to see when each is written to


def test_a_time_that_someone_has_just_taken_stops_nothing_else(
    database: Database,
    add_slot: AddSlot,
    wait: Wait,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wait()
    wait("second", now + timedelta(minutes=1))
    taken, *others = (add_slot(now + timedelta(days=days)) for days in (3, 4, 5))
    hold = diary.hold

    def faster(session: Session, slot_id: str, *arguments: Any, **options: Any) -> DiarySlot:
        if slot_id == taken:
            raise diary.SlotTaken(slot_id)
        return hold(session, slot_id, *arguments, **options)

    monkeypatch.setattr(diary, "hold", faster)
    assert offer_free_times(database, services(), now) == 2
    assert holders(database)[0] is None
    assert None not in holders(database)[1:]
    assert len(outbox(database)) == len(others)


def test_who_is_in_the_chat_at_that_moment_is_left_for_the_next_round(
    database: Database, add_slot: AddSlot, wait: Wait, now: datetime
) -> None:
    wait()
    add_slot(now + timedelta(days=3))
    if database.engine.dialect.name == "postgresql":  # elsewhere one writes after the other
        with database.session() as session:
            session.execute(select(Referral).with_for_update())
            assert offer_free_times(database, services(), now) == 0
    assert offer_free_times(database, services(), now) == 1
