from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.booking.dialogue import Booking
from bot.booking.texts import booking_data
from bot.booking.times import long_time
from bot.booking.waiting import offer_free_times
from bot.knowledge.services import services
from bot.records.database import Database
from bot.records.models import DiarySlot, Waiting
from tests.bot.booking.conftest import AddSlot, Chat, Mailing, SendReferral, outbox, titles

EMAIL = {"about.email": "robin@example.com"}


def wait(database: Database, now: datetime, name: str, send_referral: SendReferral) -> Chat:
    """Someone who found no free time and joined the list."""
    send_referral(name, answers={"about.email": f"{name}@example.com"})
    chat = Chat(Booking(database, services()), now, name)
    assert chat.start().ended is None
    assert "Shall I let you know" in chat.asked().text
    assert chat.say("Yes, let me know").ended == "waiting"
    return chat


def holders(database: Database) -> list[str | None]:
    with database.reading() as session:
        return list(
            session.execute(select(DiarySlot.held_by).order_by(DiarySlot.starts_at)).scalars()
        )


def test_the_longest_waiting_are_offered_the_first_times(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    mailing: Mailing,
    now: datetime,
) -> None:
    mailing()
    first = wait(database, now, "first", send_referral)
    wait(database, now + timedelta(minutes=1), "second", send_referral)
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
    send_referral: SendReferral,
    mailing: Mailing,
    now: datetime,
) -> None:
    mailing()
    wait(database, now, "first", send_referral)
    wait(database, now + timedelta(minutes=1), "second", send_referral)
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
    mailing: Mailing,
    now: datetime,
    words: list[str],
) -> None:
    mailing()
    first = wait(database, now, "first", send_referral)
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
    send_referral: SendReferral,
    mailing: Mailing,
    now: datetime,
) -> None:
    mailing()
    wait(database, now, "first", send_referral)
    add_slot(now + timedelta(hours=26))  # in four hours that is too soon
    assert offer_free_times(database, services(), now) == 0


def test_times_too_soon_or_on_a_bank_holiday_are_not_offered(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    mailing: Mailing,
    now: datetime,
) -> None:
    mailing()
    wait(database, now, "first", send_referral)
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
    wait(database, now, "someone", lambda *_args, **_fields: "")
    again = Chat(Booking(database, services()), now).start()
    assert again.ended == "none-free"
    assert "on the list" in again.replies[0].text


def test_an_empty_list_looks_at_nothing(database: Database, now: datetime) -> None:
    assert offer_free_times(database, services(), now) == 0
