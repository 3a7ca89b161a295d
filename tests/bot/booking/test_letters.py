from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from bot.booking.dialogue import Booking
from bot.booking.own_page import OwnPage
from bot.booking.texts import booking_data
from bot.booking.times import long_time
from bot.knowledge.services import services
from bot.outbox import queue
from bot.outbox.texts import outbox_data
from bot.outbox.worker import deliver_next
from bot.records.database import Database
from bot.records.models import OutboxMessage, Referral
from tests.bot.booking.conftest import AddSlot, Chat, Mailing, SendReferral, outbox, titles

STOP = "stop the messages"
EMAIL = {"about.email": "robin@example.com"}
BOTH = {**EMAIL, "about.phone": "+447700900123", "about.contact_by": ["any"]}
TEXTS = {"TEXTS_URL": "https://texts.example", "WEBHOOK_SECRET": "a secret of 24 letters or more"}


@pytest.fixture
def times(add_slot: AddSlot, now: datetime) -> list[str]:
    return [add_slot(now + timedelta(days=days)) for days in (5, 6, 7)]


def book(chat: Chat) -> None:
    chat.start()
    chat.say("the first one")
    chat.say("yes")


@pytest.fixture
def by_email(send_referral: SendReferral, mailing: Mailing) -> None:
    """The person has sent a referral, and can be e-mailed."""
    mailing()
    send_referral(answers=EMAIL)


@pytest.fixture
def agree(chat: Chat, by_email: None) -> Callable[[], None]:
    """Has them book the first time there is, and agree to be e-mailed about it."""

    def book_and_agree() -> None:
        book(chat)
        chat.say("yes please")

    return book_and_agree


def names(messages: list[OutboxMessage]) -> list[str]:
    return ["reminder" if ":reminder:" in each.key else each.key.split(":")[3] for each in messages]


def test_nothing_is_asked_or_sent_where_nothing_is_set_up(
    database: Database, chat: Chat, times: list[str], send_referral: SendReferral
) -> None:
    send_referral(answers=EMAIL)
    chat.start()
    chat.say("the first one")
    assert chat.say("yes").ended == "booked"
    assert outbox(database) == []


@pytest.mark.parametrize(
    ("answers", "offered"),
    [
        (EMAIL, ["yes_email"]),
        (BOTH, ["yes_email", "yes_text"]),
        ({**BOTH, "about.contact_by": ["text"]}, ["yes_text"]),
        ({**BOTH, "about.contact_by": ["call"]}, []),
        ({"about.phone": "+447700900123"}, []),  # never said that texts are fine
        ({}, []),
    ],
)
def test_only_the_ways_that_they_gave_are_offered(
    chat: Chat,
    times: list[str],
    send_referral: SendReferral,
    mailing: Mailing,
    answers: dict[str, object],
    offered: list[str],
) -> None:
    mailing(**TEXTS)
    send_referral(answers=answers)
    book(chat)
    buttons = booking_data().buttons
    wanted = [getattr(buttons, name) for name in offered]
    ways = (buttons.yes_email, buttons.yes_text)
    assert [title for title in titles(chat.asked()) if title in ways] == wanted


def test_a_yes_brings_the_invitation_and_a_reminder(
    database: Database,
    chat: Chat,
    times: list[str],
    by_email: None,
    now: datetime,
) -> None:
    book(chat)
    assert "robin@example.com" in chat.asked().text
    assert outbox(database) == []
    assert chat.say("yes please").ended == "booked"
    booked, reminder = outbox(database)
    assert booked.payload["to"] == ["robin@example.com"]
    assert "999" in booked.payload["text"]
    assert "https://foyer.example/visit/" in booked.payload["text"]
    assert "therapy" not in booked.payload["subject"].lower()
    calendar = Calendar.from_ical(booked.payload["calendar"]["text"])
    assert (calendar["method"], booked.payload["calendar"]["method"]) == ("REQUEST", "REQUEST")
    starts = now + timedelta(days=5)
    assert reminder.due_at == starts - timedelta(hours=booking_data().limits.remind_hours)
    assert reminder.over_at == starts


def test_the_link_in_a_reminder_works_when_it_comes(
    database: Database,
    add_slot: AddSlot,
    agree: Callable[[], None],
    now: datetime,
) -> None:
    starts = now + timedelta(days=3 * booking_data().limits.link_days)
    add_slot(starts)
    agree()
    text = outbox(database)[1].payload["text"]
    token = text.partition("/visit/")[2].split()[0]
    page = OwnPage(database, services())
    assert page.show(token, starts - timedelta(hours=1)).can_change
    page.cancel(token, starts - timedelta(hours=1))


def test_a_no_is_kept_and_not_asked_again(
    database: Database,
    chat: Chat,
    times: list[str],
    by_email: None,
) -> None:
    book(chat)
    for unclear in ("perhaps", "ok wait", "text me", "who else reads my email?"):
        assert chat.say(unclear).ended is None
    assert chat.say("no thank you").ended == "booked"
    chat.booking.change(chat.conversation_id, chat.now)
    chat.say("the first one")
    assert chat.say("yes").ended == "moved"
    assert outbox(database) == []


def test_a_move_and_a_cancellation_are_told_in_order_and_take_the_reminder_back(
    database: Database,
    chat: Chat,
    times: list[str],
    agree: Callable[[], None],
    now: datetime,
) -> None:
    agree()
    chat.booking.change(chat.conversation_id, chat.now)
    chat.say("the second one")
    chat.say("yes")
    written = outbox(database)
    assert names(written) == ["booked", "moved", "reminder"]
    moved_to = now + timedelta(days=7)  # the second of those that were left
    assert written[-1].due_at == moved_to - timedelta(hours=booking_data().limits.remind_hours)
    assert long_time(moved_to) in written[-1].payload["text"]
    chat.booking.cancel(chat.conversation_id, chat.now)
    chat.say("yes")
    written = outbox(database)
    assert names(written) == ["booked", "moved", "cancelled"]
    assert len({message.lane for message in written}) == 1
    files = [Calendar.from_ical(each.payload["calendar"]["text"]) for each in written]
    events = [file.walk("VEVENT")[0] for file in files]
    assert len({event["uid"] for event in events}) == 1
    assert [event["sequence"] for event in events] == [0, 1, 2]
    assert [file["method"] for file in files] == ["REQUEST", "REQUEST", "CANCEL"]
    assert {event["attendee"] for event in events} == {"mailto:robin@example.com"}


def change(chat: Chat) -> None:
    chat.booking.change(chat.conversation_id, chat.now)
    chat.say("the first one")
    chat.say("yes")


def delivered_after(database: Database, now: datetime, hours: int) -> list[str]:
    """The subjects that arrive when the mail server is back after so many hours."""
    got: list[str] = []

    def send(payload: Mapping[str, Any], _key: str, at: datetime) -> None:
        if at < now + timedelta(hours=hours):
            raise ConnectionRefusedError
        got.append(payload["subject"])

    for hour in range(hours + 3):  # it is tried every hour at least
        while deliver_next(database, {"email": send}, now + timedelta(hours=hour)):
            pass
    return got


def test_a_person_gets_their_letters_in_order_the_reminder_too(
    database: Database,
    chat: Chat,
    times: list[str],
    agree: Callable[[], None],
    now: datetime,
) -> None:
    agree()
    change(chat)
    letters = outbox_data().letters
    wanted = [letters.booked.subject, letters.moved.subject, letters.reminder.subject]
    assert delivered_after(database, now, 100) == wanted


def test_no_letter_of_an_appointment_comes_after_it_began(
    database: Database,
    add_slot: AddSlot,
    agree: Callable[[], None],
    now: datetime,
) -> None:
    add_slot(now + timedelta(hours=60))
    agree()
    assert delivered_after(database, now, 61) == []
    assert {message.problem for message in outbox(database)} == {"over"}


def test_a_move_takes_back_a_reminder_that_could_not_be_delivered(
    database: Database,
    chat: Chat,
    times: list[str],
    agree: Callable[[], None],
    now: datetime,
) -> None:
    agree()
    with database.session() as session:
        queue.failed(session, outbox(database)[1].id, now, "refused", attempt=0, for_good=True)
    change(chat)
    assert names(outbox(database)) == ["booked", "moved", "reminder"]
    assert {message.state for message in outbox(database)} == {"waiting"}


def test_no_reminder_of_what_is_nearly_here(
    database: Database,
    chat: Chat,
    add_slot: AddSlot,
    by_email: None,
    now: datetime,
) -> None:
    add_slot(now + timedelta(hours=30))
    book(chat)
    assert "a reminder if you move it to a time more than 48 hours away?" in chat.asked().text
    assert booking_data().texts.letters_yes_only in chat.say("yes please").replies[0].text
    assert names(outbox(database)) == ["booked"]


def test_a_reminder_is_promised_only_where_it_will_be_sent(
    chat: Chat,
    times: list[str],
    by_email: None,
    now: datetime,
) -> None:
    book(chat)
    assert "and a reminder beforehand?" in chat.asked().text
    chat.now = now + timedelta(days=4)  # they answer when it has become too late for one
    assert booking_data().texts.letters_yes_only in chat.say("yes please").replies[0].text


def test_they_take_their_yes_back_and_what_was_written_goes_too(
    database: Database,
    chat: Chat,
    times: list[str],
    by_email: None,
    now: datetime,
) -> None:
    book(chat)
    assert "stop the messages" in chat.say("yes please").replies[0].text
    with database.session() as session:
        queue.failed(session, outbox(database)[1].id, now, "refused", attempt=0, for_good=True)
    said = chat.booking.stop_messages(chat.conversation_id, STOP, now)
    assert "won't send you any more messages" in said.text
    assert "Your appointment is still Sunday 6 December at 10:30am" in said.text
    assert outbox(database) == []
    chat.booking.cancel(chat.conversation_id, now)
    chat.say("yes")
    assert outbox(database) == []
    again = chat.booking.stop_messages(chat.conversation_id, STOP, now)
    assert again.text == booking_data().texts.messages_none
    book(chat)
    assert "Shall I email the details" in chat.asked().text  # nothing is sent unless they say so


def test_stopping_them_is_no_answer_to_an_open_question(
    chat: Chat, times: list[str], by_email: None
) -> None:
    chat.start()
    assert not chat.booking.is_answer(chat.turn("stop texting me", intent="stop_messages"))
    book(chat)
    assert chat.booking.is_answer(chat.turn("no, don't email me", intent="stop_messages"))


def test_asking_for_a_reminder_stops_nothing(chat: Chat, now: datetime) -> None:
    said = chat.booking.stop_messages(chat.conversation_id, "can I get a text reminder", now)
    assert said.text == booking_data().texts.messages_how


def test_they_stop_for_every_referral_of_the_chat(
    database: Database,
    chat: Chat,
    times: list[str],
    send_referral: SendReferral,
    agree: Callable[[], None],
    now: datetime,
) -> None:
    agree()
    send_referral(service_id="lewisham", answers=EMAIL)
    said = chat.booking.stop_messages(chat.conversation_id, STOP, now)
    assert "Your appointment is still" in said.text
    assert outbox(database) == []


def test_another_chat_has_no_messages_to_stop(chat: Chat, now: datetime) -> None:
    said = chat.booking.stop_messages(chat.conversation_id, STOP, now)
    assert said.text == booking_data().texts.messages_elsewhere


def test_a_text_message_is_short_and_goes_to_the_gateway(
    database: Database,
    chat: Chat,
    times: list[str],
    send_referral: SendReferral,
    mailing: Mailing,
) -> None:
    mailing(**TEXTS)
    send_referral(answers=BOTH)
    book(chat)
    chat.say("Yes, text me")
    booked, reminder = outbox(database)
    assert booked.payload["url"] == "https://texts.example"
    assert booked.payload["body"]["to"] == "+447700900123"
    assert {booked.kind, reminder.kind} == {"webhook"}


def test_a_demonstration_is_marked_in_what_is_sent(
    database: Database,
    add_slot: AddSlot,
    agree: Callable[[], None],
    now: datetime,
) -> None:
    add_slot(now + timedelta(days=5), demonstration=True)
    agree()
    assert all("not a real appointment" in each.payload["text"] for each in outbox(database))


def test_what_was_agreed_to_is_kept_without_the_address(
    database: Database,
    times: list[str],
    send_referral: SendReferral,
    mailing: Mailing,
    now: datetime,
) -> None:
    mailing()
    referral_id = send_referral(answers=EMAIL)
    chat = Chat(Booking(database, services()), now)
    book(chat)
    chat.say("yes please")
    with database.reading() as session:
        assert session.get(Referral, referral_id).progress == {"letters": ["email"]}
