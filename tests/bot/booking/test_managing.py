"""Changing and cancelling an appointment in the chat."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from icalendar import Calendar

from bot.booking import diary
from bot.booking.texts import booking_data
from bot.booking.times import from_london
from bot.knowledge.services import services
from bot.records.database import Database
from bot.records.models import Case
from tests.bot.booking.conftest import AddSlot, Chat, SendReferral, titles

TEXTS = booking_data().texts
TITLES = booking_data().buttons


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return from_london(date(2026, 12, day), time(hour, minute))


@pytest.fixture
def other(add_slot: AddSlot) -> str:
    """A second free slot, on Friday 11 December at 2pm."""
    return add_slot(at(11, 14))


@pytest.fixture
def mine(
    chat: Chat, add_slot: AddSlot, send_referral: SendReferral, database: Database, now: datetime
) -> str:
    """The referral of someone who is booked for Tuesday 8 December at 9:30am."""
    slot, referral_id = add_slot(at(8, 9, 30)), send_referral()
    with database.session() as session:
        diary.book(session, slot, referral_id, now)
    return referral_id


def booked_for(database: Database, referral_id: str) -> datetime | None:
    with database.reading() as session:
        appointment = diary.appointment_of(session, referral_id)
        return diary.slot_of(session, appointment).starts_at if appointment else None


def test_booking_again_asks_what_to_do_with_the_one_there_is(chat: Chat, mine: str) -> None:
    assert chat.start().ended is None
    assert "Tuesday 8 December at 9:30am" in chat.asked().text
    assert titles(chat.asked()) == [TITLES.change, TITLES.cancel, TITLES.keep]


def test_changing(chat: Chat, mine: str, other: str, database: Database) -> None:
    assert chat.booking.change("someone", chat.now).ended is None
    assert TEXTS.choose_move in chat.asked().text
    assert titles(chat.asked()) == ["Fri 11 Dec, 2pm", TITLES.keep]
    chat.say("Fri 11 Dec, 2pm")
    assert chat.asked().text.startswith("Move your appointment to Friday 11 December at 2pm")
    assert booked_for(database, mine) == at(8, 9, 30)
    assert chat.say("ok, hold on").ended is None
    assert booked_for(database, mine) == at(8, 9, 30)
    done = chat.say("yes, move it please")
    assert done.ended == "moved"
    assert Calendar.from_ical(done.replies[0].custom["calendar"]).walk("VEVENT")[0]["sequence"] == 1
    assert booked_for(database, mine) == at(11, 14)


@pytest.mark.parametrize("words", [["change it", "the first one"], ["move it to friday at 2"]])
def test_changing_by_what_is_typed(
    chat: Chat, mine: str, other: str, database: Database, words: list[str]
) -> None:
    chat.start()
    for text in words:
        chat.say(text)
    assert chat.say("yes").ended == "moved"
    assert booked_for(database, mine) == at(11, 14)


@pytest.mark.parametrize("text", ["Keep it", "not now", "leave it as it is"])
def test_keeping_it_after_all(
    chat: Chat, mine: str, other: str, database: Database, text: str
) -> None:
    chat.booking.change("someone", chat.now)
    outcome = chat.say(text)
    assert outcome.ended == "kept"
    assert "Tuesday 8 December at 9:30am" in outcome.replies[0].text
    assert booked_for(database, mine) == at(8, 9, 30)


def test_no_other_time_to_change_to(chat: Chat, mine: str, database: Database) -> None:
    outcome = chat.booking.change("someone", chat.now)
    assert outcome.ended == "none-free"
    assert "Tuesday 8 December at 9:30am" in outcome.replies[-1].text
    assert booked_for(database, mine) == at(8, 9, 30)


@pytest.mark.parametrize("text", ["Yes, cancel it", "yes", "cancel it please", "Ok yes thank you"])
def test_cancelling(chat: Chat, mine: str, database: Database, text: str) -> None:
    chat.booking.cancel("someone", chat.now)
    assert "Tuesday 8 December at 9:30am" in chat.asked().text
    outcome = chat.say(text)
    assert outcome.ended == "cancelled"
    assert Calendar.from_ical(outcome.replies[0].custom["calendar"])["method"] == "CANCEL"
    assert booked_for(database, mine) is None


@pytest.mark.parametrize("text", ["No, keep it", "no", "don't cancel it", "stop"])
def test_not_cancelling(chat: Chat, mine: str, database: Database, text: str) -> None:
    chat.booking.cancel("someone", chat.now)
    assert chat.say(text).ended == "kept"
    assert booked_for(database, mine) == at(8, 9, 30)


@pytest.mark.parametrize(
    "text",
    [
        "hmm",
        "ok wait",
        "please wait",
        "hmm ok but I might still come",
        "cancel what?",
        "I'm not sure, maybe cancel",
        "what if I just cancel later?",
        "yes but can I rebook?",
        "book it",
        "cancel?",
    ],
)
def test_only_a_clear_yes_cancels(chat: Chat, mine: str, database: Database, text: str) -> None:
    chat.booking.cancel("someone", chat.now)
    outcome = chat.say(text)
    assert [reply.text for reply in outcome.replies] == [TEXTS.confirm_unclear]
    assert titles(chat.asked()) == [TITLES.yes_cancel, TITLES.no_cancel]
    assert booked_for(database, mine) == at(8, 9, 30)


def test_a_time_that_suits_better_instead_of_cancelling(
    chat: Chat, mine: str, other: str, database: Database
) -> None:
    chat.booking.cancel("someone", chat.now)
    chat.say("change it instead")
    chat.say("the first one")
    assert chat.say("yes").ended == "moved"


def test_cancelling_while_choosing_another_time_asks_first(
    chat: Chat, mine: str, other: str, database: Database
) -> None:
    chat.booking.change("someone", chat.now)
    chat.say("just cancel it")
    assert TEXTS.confirm_cancel.split("{")[0] in chat.asked().text
    assert booked_for(database, mine) == at(8, 9, 30)


def test_unclear_is_asked_again(chat: Chat, mine: str) -> None:
    chat.start()
    outcome = chat.say("purple")
    assert [reply.text for reply in outcome.replies] == [TEXTS.manage_unclear]
    assert titles(chat.asked()) == [TITLES.change, TITLES.cancel, TITLES.keep]


def test_nothing_to_change(chat: Chat, send_referral: SendReferral) -> None:
    send_referral()
    for act in (chat.booking.change, chat.booking.cancel):
        outcome = act("someone", chat.now)
        assert outcome.ended == "nothing-booked"
        assert titles(outcome.replies[0]) == [TITLES.book]


@pytest.mark.parametrize(
    ("hour", "sentence", "offered"), [(9, TEXTS.has_begun, []), (12, TEXTS.past, [TITLES.book])]
)
def test_one_that_has_begun_or_is_past_stays(
    chat: Chat, mine: str, other: str, hour: int, sentence: str, offered: list[str]
) -> None:
    chat.now = at(8, hour, 45)
    acts = (chat.booking.change, chat.booking.cancel)
    for act in acts if offered else (*acts, chat.booking.start):
        outcome = act("someone", chat.now)
        assert outcome.ended == "past"
        assert outcome.replies[0].text.startswith(sentence.split("{")[0])
        assert services()["berkshire"].contact.once_sent in outcome.replies[0].text
        assert titles(outcome.replies[0]) == offered


def test_who_missed_an_appointment_books_another(
    chat: Chat, mine: str, other: str, database: Database
) -> None:
    chat.now = at(8, 12)
    assert titles(chat.booking.status("someone", chat.now)) == [TITLES.book]
    said = [reply.text for reply in chat.start().replies]
    assert said[0].startswith("Your appointment was on Tuesday 8 December at 9:30am. If you missed")
    assert services()["berkshire"].contact.once_sent in said
    assert titles(chat.asked())[0] == "Fri 11 Dec, 2pm"
    chat.say("the first one")
    assert chat.say("yes").ended == "booked"
    assert booked_for(database, mine) == at(11, 14)
    chat.start()
    assert "Friday 11 December at 2pm" in chat.asked().text


@pytest.mark.parametrize("state", ["closed", "rejected"])
def test_no_times_once_staff_have_ended_their_case(
    chat: Chat, send_referral: SendReferral, other: str, database: Database, state: str
) -> None:
    mine = send_referral()
    chat.start()
    chat.say("the first one")
    with database.session() as session:
        session.query(Case).one().state = state
    for outcome in (chat.say("yes"), chat.start()):
        assert outcome.ended == "ended"
        said = [reply.text for reply in outcome.replies]
        assert getattr(TEXTS, f"status_case_{state}") in said
        assert services()["berkshire"].contact.once_sent in said
    assert booked_for(database, mine) is None


def test_what_is_booked_is_moved_and_cancelled_also_once_their_case_is_closed(
    chat: Chat, mine: str, other: str, database: Database
) -> None:
    with database.session() as session:
        session.query(Case).one().state = "closed"
    chat.booking.change("someone", chat.now)
    chat.say("the first one")
    assert chat.say("yes").ended == "moved"


def test_cancelled_by_staff_while_the_person_decides(
    chat: Chat, mine: str, other: str, database: Database
) -> None:
    chat.booking.change("someone", chat.now)
    chat.say("the first one")
    with database.session() as session:
        diary.cancel(session, mine, chat.now)
    assert chat.say("yes").ended == "nothing-booked"


def test_a_demonstration_is_marked_throughout(
    chat: Chat, add_slot: AddSlot, send_referral: SendReferral, database: Database, now: datetime
) -> None:
    slot, referral_id = add_slot(at(8, 9, 30), demonstration=True), send_referral()
    with database.session() as session:
        diary.book(session, slot, referral_id, now)
    chat.start()
    assert TEXTS.demonstration_one in chat.asked().text
    assert TEXTS.demonstration_one in chat.say("keep it").replies[0].text
