from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from bot.booking import diary
from bot.booking.dialogue import Booking
from bot.booking.texts import booking_data
from bot.booking.times import from_london
from bot.knowledge.services import services
from bot.records import referrals
from bot.records.database import Database
from bot.records.models import Referral
from tests.bot.booking.conftest import AddSlot, Chat, SendReferral, titles

TEXTS = booking_data().texts
TITLES = booking_data().buttons


@pytest.fixture
def open_chat(chat: Chat, add_slot: AddSlot, send_referral: SendReferral) -> Chat:
    """Someone who is choosing between two times."""
    for hour in (10, 14):
        add_slot(from_london(date(2026, 12, 8), time(hour)))
    send_referral()
    chat.start()
    return chat


def test_the_prescreen_comes_first(chat: Chat) -> None:
    outcome = chat.start()
    assert outcome.ended == "not-sent"
    assert titles(outcome.replies[0]) == [TITLES.refer]


def test_a_prescreen_that_is_not_finished_comes_first_too(
    chat: Chat, database: Database, now: datetime
) -> None:
    with database.session() as session:
        referrals.begin(session, "someone", "berkshire", now)
    for act in (chat.booking.start, chat.booking.change, chat.booking.cancel):
        outcome = act("someone", now)
        assert outcome.ended == "not-sent"
        assert titles(outcome.replies[0]) == [TITLES.carry_on]


def test_nothing_open(chat: Chat, send_referral: SendReferral) -> None:
    send_referral()
    assert chat.asked().text == TEXTS.nothing_open
    assert chat.booking.is_answer(chat.turn("hello"))
    assert chat.say("hello").ended == "nothing-open"


@pytest.mark.parametrize(
    "text",
    ["2pm", "the first one", "Not now", "afternoon please", "more times", "it's up to you really"],
)
def test_statements_are_answers(open_chat: Chat, text: str) -> None:
    assert open_chat.booking.is_answer(open_chat.turn(text))
    assert open_chat.booking.is_answer(open_chat.turn(text, intent="nlu_fallback"))


@pytest.mark.parametrize(
    "text", ["is there anything in the afternoon?", "can i do 2pm?", "any other times?"]
)
def test_asking_for_times_is_an_answer(open_chat: Chat, text: str) -> None:
    assert open_chat.booking.is_answer(open_chat.turn(text, intent="faq", is_question=True))


@pytest.mark.parametrize(
    "text", ["How long is the first session?", "what is DIT", "is it in the morning every week?"]
)
def test_other_questions_are_not(open_chat: Chat, text: str) -> None:
    turn = open_chat.turn(text, intent="faq", is_question=True)
    assert not open_chat.booking.is_answer(turn)


def test_small_talk_is_left_to_the_assistant(open_chat: Chat) -> None:
    turn = open_chat.turn("tell me about yourself", intent="ask_who_are_you")
    assert not open_chat.booking.is_answer(turn)


def test_a_restart_in_the_middle_loses_nothing(open_chat: Chat, database: Database) -> None:
    open_chat.asked()
    open_chat.say("the second one")
    open_chat.booking = Booking(database, services())
    assert "Tuesday 8 December at 2pm" in open_chat.asked().text
    assert open_chat.say("yes").ended == "booked"


def test_nothing_the_person_wrote_is_in_the_progress(open_chat: Chat, database: Database) -> None:
    open_chat.say("tuesday because my son Jamie is at school")
    with database.reading() as session:
        (progress,) = session.query(Referral.progress).one()
    assert progress["booking"]["step"] == "choose"
    assert "Jamie" not in str(progress)


def test_asking_to_book_in_the_middle_begins_again(open_chat: Chat) -> None:
    open_chat.say("afternoon")
    open_chat.start()
    assert titles(open_chat.asked())[0] == "Tue 8 Dec, 10am"


@pytest.fixture
def two(
    chat: Chat, add_slot: AddSlot, send_referral: SendReferral, database: Database, now: datetime
) -> tuple[str, str]:
    """Someone with two referrals, each with an appointment; the older one's is on Tuesday."""
    mine = []
    for day in (8, 10):
        slot = add_slot(from_london(date(2026, 12, day), time(10)))
        mine.append(send_referral())
        with database.session() as session:
            diary.book(session, slot, mine[-1], now)
            session.get(Referral, mine[-1]).sent_at = now - timedelta(days=20 - day)
    add_slot(from_london(date(2026, 12, 16), time(14)))
    return mine[0], mine[1]


@pytest.mark.parametrize("text", ["Tue 8 Dec, 10am", "the first one", "the one on tuesday"])
def test_of_two_appointments_the_one_that_is_meant_is_cancelled(
    chat: Chat, two: tuple[str, str], database: Database, text: str
) -> None:
    assert chat.booking.cancel("someone", chat.now).ended is None
    assert chat.asked().text == TEXTS.which
    assert titles(chat.asked()) == ["Tue 8 Dec, 10am", "Thu 10 Dec, 10am", TITLES.keep]
    assert chat.booking.is_answer(chat.turn(text))
    chat.say(text)
    assert "Tuesday 8 December at 10am" in chat.asked().text
    assert chat.say("yes").ended == "cancelled"
    with database.reading() as session:
        assert [diary.appointment_of(session, each) is None for each in two] == [True, False]
    assert chat.booking.cancel("someone", chat.now).ended is None
    assert "Thursday 10 December" in chat.asked().text  # there is only one now


def test_of_two_appointments_the_older_ones_is_moved(
    chat: Chat, two: tuple[str, str], database: Database
) -> None:
    chat.start()
    assert [reply.text for reply in chat.say("purple").replies] == [TEXTS.unclear]
    chat.say("the first one")
    chat.say("change it")
    chat.say("the first one")
    assert chat.asked().text.startswith("Move your appointment to Wednesday 16 December at 2pm")
    assert chat.say("yes").ended == "moved"
    with database.reading() as session:
        moved = diary.appointment_of(session, two[0])
        assert diary.slot_of(session, moved).starts_at.day == 16


def test_of_two_appointments_both_are_kept(chat: Chat, two: tuple[str, str]) -> None:
    chat.booking.change("someone", chat.now)
    outcome = chat.say("Keep it")
    assert ([reply.text for reply in outcome.replies], outcome.ended) == (
        [TEXTS.which_kept],
        "kept",
    )
    assert chat.asked().text != TEXTS.which


def test_two_appointments_with_two_services_are_told_apart_by_them(
    database: Database, two: tuple[str, str], now: datetime
) -> None:
    other = services()["berkshire"].copy(update={"id": "other", "short_name": "Elsewhere"})
    with database.session() as session:
        session.get(Referral, two[0]).service_id = "other"
    chat = Chat(Booking(database, {**services(), "other": other}), now)
    chat.booking.cancel("someone", now)
    assert titles(chat.asked())[0] == "Tue 8 Dec, 10am, Elsewhere"
    chat.say("Tue 8 Dec, 10am, Elsewhere")
    assert "Tuesday 8 December at 10am" in chat.asked().text


def test_a_second_referral_does_not_hide_the_firsts_appointment(
    open_chat: Chat, database: Database, send_referral: SendReferral, now: datetime
) -> None:
    open_chat.say("2pm")
    assert open_chat.say("Yes, book it").ended == "booked"
    with database.session() as session:
        session.query(Referral).one().sent_at = now - timedelta(days=2)
    newest = send_referral()
    open_chat.start()  # a time for the newest, left open
    open_chat.booking.change("someone", now)
    assert TEXTS.choose_move in open_chat.asked().text
    open_chat.say("10am")
    assert open_chat.say("Yes, book it").ended == "moved"
    assert open_chat.booking.cancel("someone", now).ended is None
    assert open_chat.say("Yes, cancel it").ended == "cancelled"
    with database.reading() as session:
        assert diary.changes(session, newest) == 0
    open_chat.start()
    open_chat.say("10am")
    open_chat.say("Yes, book it")
    with database.reading() as session:
        assert diary.changes(session, newest) == 1
