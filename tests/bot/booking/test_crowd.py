"""Two hundred people in the chat want the same time at the same moment."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.booking.dialogue import Booking
from bot.booking.texts import booking_data
from bot.knowledge.services import services
from bot.records.database import Database
from bot.records.models import Appointment, DiarySlot
from tests.bot.booking.conftest import PEOPLE, AddSlot, Chat, SendReferral, race, titles

TEXTS = booking_data().texts


@pytest.mark.parametrize("others_free", [True, False])
def test_one_of_many_gets_the_time_and_the_rest_are_told(
    database: Database,
    crowded: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    now: datetime,
    others_free: bool,
) -> None:
    wanted = add_slot(now + timedelta(days=6))
    if others_free:
        add_slot(now + timedelta(days=7))
    chats = [Chat(Booking(crowded, services()), now, f"person {n}") for n in range(PEOPLE)]
    for chat in chats:
        send_referral(chat.conversation_id)
        chat.start()
    told: dict[int, list[str]] = {}

    def want(number: int) -> bool:
        chosen = chats[number].say("the first one")
        if not chosen.replies:  # asked whether to book it
            return chats[number].say("yes").ended == "booked"
        told[number] = [reply.text for reply in chosen.replies]
        return False

    won = race(want)
    assert won.count(True) == 1
    assert len(told) == PEOPLE - 1
    expected = [TEXTS.taken] if others_free else [TEXTS.taken, TEXTS.none_free]
    assert all(each == expected for each in told.values())
    with database.reading() as session:
        assert session.get(DiarySlot, wanted).state == "booked"
        assert session.execute(select(func.count()).select_from(Appointment)).scalar_one() == 1
    if others_free:
        loser = chats[next(iter(told))]
        assert titles(loser.asked())[0] == "Tue 8 Dec, 10:30am"
