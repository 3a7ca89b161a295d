"""Choosing and booking a time, as the person does it in the chat."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from icalendar import Calendar

from bot.booking import diary
from bot.booking.texts import booking_data
from bot.booking.times import from_london
from bot.knowledge.services import services
from bot.records.database import Database
from bot.records.models import Appointment, DiarySlot
from tests.bot.booking.conftest import AddSlot, Chat, SendReferral, titles

TEXTS = booking_data().texts
TITLES = booking_data().buttons


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return from_london(date(2026, 12, day), time(hour, minute))


@pytest.fixture(autouse=True)
def referral_id(send_referral: SendReferral) -> str:
    return send_referral()


@pytest.fixture
def slots(add_slot: AddSlot) -> dict[str, str]:
    """Tuesday 8 to Friday 11 December at 9:30, 10:30, 1:30 and 3."""
    return {
        f"{day} {hour}:{minute:02}": add_slot(at(day, hour, minute))
        for day in range(8, 12)
        for hour, minute in ((9, 30), (10, 30), (13, 30), (15, 0))
    }


def booked_slot(database: Database, referral_id: str) -> str | None:
    with database.reading() as session:
        appointment = diary.appointment_of(session, referral_id)
        return appointment.slot_id if appointment else None


def take(database: Database, slot_id: str, other: str, now: datetime) -> None:
    with database.session() as session:
        diary.book(session, slot_id, other, now)


def test_tapping_through(
    chat: Chat, slots: dict[str, str], database: Database, referral_id: str
) -> None:
    opened = chat.start()
    assert opened.ended is None
    assert opened.replies[0].text == services()["berkshire"].handover.text
    assert titles(chat.asked())[0] == "Tue 8 Dec, 9:30am"

    assert chat.say("Tue 8 Dec, 9:30am").replies == ()
    confirm = chat.asked()
    assert confirm.text.startswith("Book Tuesday 8 December at 9:30am, by video call?")
    assert titles(confirm) == [TITLES.yes_book, TITLES.no_book]

    done = chat.say(TITLES.yes_book)
    assert done.ended == "booked"
    (reply,) = done.replies
    assert "Tuesday 8 December at 9:30am, by video call" in reply.text
    assert reply.custom["reference"] in reply.text
    assert "change my appointment" in reply.text
    assert reply.custom["type"] == "appointment"
    assert reply.custom["when"] == "Tuesday 8 December at 9:30am"
    assert reply.custom["way"] == "by video call"
    assert Calendar.from_ical(reply.custom["calendar"])["method"] == "PUBLISH"
    assert booked_slot(database, referral_id) == slots["8 9:30"]


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("the first one", "8 9:30"),
        ("the last one please", "10 13:30"),
        ("2", "8 13:30"),
        ("tuesday at half 9", "8 9:30"),
        ("10:30 on the 8th", "8 10:30"),
        ("wed 3pm", "9 15:00"),
        ("Friday 11 December at 1:30pm", "11 13:30"),
        ("earliest on thursday", "10 9:30"),
        ("earliest friday afternoon", "11 13:30"),
        ("I can't do tuesday, earliest on wednesday", "9 9:30"),
        ("any of them, I don't mind", "8 9:30"),
    ],
)
def test_typing_the_choice(
    chat: Chat,
    slots: dict[str, str],
    database: Database,
    referral_id: str,
    text: str,
    slot: str,
) -> None:
    chat.start()
    chat.asked()
    turn = chat.turn(text)
    assert chat.booking.is_answer(turn)
    assert chat.booking.answer(turn).ended is None
    assert chat.say("yes please").ended == "booked"
    assert booked_slot(database, referral_id) == slots[slot]


@pytest.mark.parametrize(
    ("text", "first", "count"),
    [
        ("any time friday", "Fri 11 Dec, 9:30am", 4),
        ("afternoon please", "Tue 8 Dec, 1:30pm", 6),
        ("not tuesday or wednesday", "Thu 10 Dec, 9:30am", 6),
        ("wednesday morning", "Wed 9 Dec, 9:30am", 2),
        ("10:30", "Tue 8 Dec, 10:30am", 4),
        ("is there anything after 2 on thursday or friday?", "Thu 10 Dec, 3pm", 2),
    ],
)
def test_typing_a_wish_narrows_the_times(
    chat: Chat, slots: dict[str, str], text: str, first: str, count: int
) -> None:
    chat.start()
    outcome = chat.say(text)
    assert [reply.text for reply in outcome.replies] == [TEXTS.some_then]
    shown = [title for title in titles(chat.asked()) if " Dec, " in title]
    assert (shown[0], len(shown)) == (first, count)


def test_more_times_and_back(chat: Chat, slots: dict[str, str]) -> None:
    chat.start()
    assert titles(chat.asked())[0] == "Tue 8 Dec, 9:30am"
    chat.say(TITLES.more)
    assert titles(chat.asked())[0] == "Fri 11 Dec, 9:30am"
    assert TITLES.more not in titles(chat.asked())
    again = chat.say("anything later?")
    assert [reply.text for reply in again.replies] == [TEXTS.nothing_later]
    assert titles(chat.asked())[0] == "Tue 8 Dec, 9:30am"
    chat.say("friday")
    chat.say(TITLES.all_times)
    assert titles(chat.asked())[0] == "Tue 8 Dec, 9:30am"


def test_more_times_of_what_was_wished(chat: Chat, slots: dict[str, str]) -> None:
    chat.start()
    chat.say("afternoons")
    chat.say("more")
    assert titles(chat.asked())[:2] == ["Fri 11 Dec, 1:30pm", "Fri 11 Dec, 3pm"]


def test_a_time_that_is_not_there(chat: Chat, slots: dict[str, str]) -> None:
    chat.start()
    outcome = chat.say("saturday at 8pm")
    assert [reply.text for reply in outcome.replies] == [TEXTS.nothing_then]
    assert titles(chat.asked())[0] == "Tue 8 Dec, 9:30am"


def test_unclear_is_asked_again_with_the_choices(chat: Chat, slots: dict[str, str]) -> None:
    chat.start()
    outcome = chat.say("the blue one")
    assert [reply.text for reply in outcome.replies] == [TEXTS.unclear]
    assert len(titles(chat.asked())) > 6


@pytest.mark.parametrize("text", ["Not now", "no thanks", "stop", "I'll do it later"])
def test_leaving_without_a_time(
    chat: Chat, slots: dict[str, str], database: Database, referral_id: str, text: str
) -> None:
    chat.start()
    outcome = chat.say(text)
    assert outcome.ended == "not-now"
    assert booked_slot(database, referral_id) is None
    assert chat.say("yes").ended == "nothing-open"


@pytest.mark.parametrize("text", ["no", "No, show other times", "not that one"])
def test_no_to_the_confirmation_gives_the_time_back(
    chat: Chat, slots: dict[str, str], database: Database, text: str
) -> None:
    chat.start()
    chat.say("the first one")
    outcome = chat.say(text)
    assert [reply.text for reply in outcome.replies] == [TEXTS.released]
    assert "Tue 8 Dec, 9:30am" in titles(chat.asked())
    with database.reading() as session:
        assert session.get(DiarySlot, slots["8 9:30"]).state == "free"


def test_another_time_instead_of_yes(
    chat: Chat, slots: dict[str, str], database: Database, referral_id: str
) -> None:
    chat.start()
    chat.say("the first one")
    chat.say("no, wednesday at 3pm instead")
    assert "Wednesday 9 December at 3pm" in chat.asked().text
    assert chat.say("yes").ended == "booked"
    assert booked_slot(database, referral_id) == slots["9 15:00"]


@pytest.mark.parametrize(
    "text",
    [
        "not sure",
        "yes... no",
        "banana",
        "ok wait",
        "please wait",
        "great, but is it free?",
        "yes?",
        "yes, cancel it",
        "tuesday 9:30",  # the same button tapped again
        "tuesday at 9:30 might be too early",
    ],
)
def test_nothing_is_booked_without_a_clear_yes(
    chat: Chat, slots: dict[str, str], database: Database, referral_id: str, text: str
) -> None:
    chat.start()
    chat.say("the first one")
    outcome = chat.say(text)
    assert [reply.text for reply in outcome.replies] == [TEXTS.confirm_unclear]
    assert "Tuesday 8 December at 9:30am" in chat.asked().text
    assert booked_slot(database, referral_id) is None


@pytest.mark.parametrize(
    "text", ["yes please x", "Ok, book it for me", "I'll take it, thanks", "👍 ok"]
)
def test_a_clear_yes_books(
    chat: Chat, slots: dict[str, str], database: Database, referral_id: str, text: str
) -> None:
    chat.start()
    chat.say("the first one")
    assert chat.booking.is_answer(chat.turn(text, intent="faq"))
    assert chat.say(text).ended == "booked"
    assert booked_slot(database, referral_id) == slots["8 9:30"]


def test_someone_faster_before_the_choice(
    chat: Chat,
    slots: dict[str, str],
    database: Database,
    send_referral: SendReferral,
    now: datetime,
) -> None:
    chat.start()
    chat.asked()
    take(database, slots["8 9:30"], send_referral("other"), now)
    outcome = chat.say("the first one")
    assert [reply.text for reply in outcome.replies] == [TEXTS.taken]
    assert "Tue 8 Dec, 9:30am" not in titles(chat.asked())


def test_someone_faster_after_the_hold_ran_out(
    chat: Chat, slots: dict[str, str], database: Database, send_referral: SendReferral
) -> None:
    chat.start()
    chat.say("the first one")
    chat.now += timedelta(minutes=booking_data().limits.hold_minutes + 1)
    take(database, slots["8 9:30"], send_referral("other"), chat.now)
    outcome = chat.say("yes")
    assert outcome.ended is None
    assert [reply.text for reply in outcome.replies] == [TEXTS.taken]
    assert "Tue 8 Dec, 9:30am" not in titles(chat.asked())


def test_the_hold_keeps_the_time_while_deciding(
    chat: Chat, slots: dict[str, str], database: Database, send_referral: SendReferral
) -> None:
    chat.start()
    chat.say("the first one")
    other = send_referral("other")
    with pytest.raises(diary.SlotTaken):
        take(database, slots["8 9:30"], other, chat.now)
    chat.now += timedelta(hours=2)  # nobody came: it can still be had
    assert chat.say("yes").ended == "booked"


def test_another_clinician_at_the_same_time_will_do(
    chat: Chat,
    slots: dict[str, str],
    add_slot: AddSlot,
    database: Database,
    send_referral: SendReferral,
    referral_id: str,
    now: datetime,
) -> None:
    twin = add_slot(at(8, 9, 30))
    chat.start()
    shown = chat.asked()
    for slot in (slots["8 9:30"], twin):
        with database.reading() as session:
            states = {key: session.get(DiarySlot, key).state for key in (slots["8 9:30"], twin)}
        if list(states.values()).count("booked") == 0:
            take(database, slot, send_referral("other"), now)
    chat.say(titles(shown)[0])
    assert chat.say("yes").ended == "booked"
    assert booked_slot(database, referral_id) == twin


def test_times_that_have_gone_are_not_shown_again(
    chat: Chat,
    slots: dict[str, str],
    database: Database,
    send_referral: SendReferral,
    now: datetime,
) -> None:
    chat.start()
    before = titles(chat.asked())
    take(database, slots["8 9:30"], send_referral("other"), now)
    assert titles(chat.asked())[:3] == before[1:4]


def test_when_all_shown_have_gone_others_are_shown(
    chat: Chat,
    slots: dict[str, str],
    database: Database,
    send_referral: SendReferral,
    now: datetime,
) -> None:
    chat.start()
    chat.say("earliest")
    chat.say("no")
    chat.say("thursday afternoon")
    for number, slot in enumerate(("10 13:30", "10 15:00")):
        take(database, slots[slot], send_referral(f"other {number}"), now)
    assert titles(chat.asked())[0] == "Tue 8 Dec, 9:30am"


def test_a_time_that_is_too_soon_by_now_is_not_kept(
    chat: Chat, add_slot: AddSlot, database: Database, referral_id: str
) -> None:
    soon = add_slot(chat.now + timedelta(hours=25))
    add_slot(at(8, 9, 30))
    chat.start()
    shown = titles(chat.asked())[0]
    chat.now += timedelta(hours=2)
    outcome = chat.say(shown)
    assert [reply.text for reply in outcome.replies] == [TEXTS.over]
    assert titles(chat.asked())[0] == "Tue 8 Dec, 9:30am"
    with database.reading() as session:
        assert session.get(DiarySlot, soon).state == "free"


def test_a_time_that_is_too_soon_by_now_is_not_booked(
    chat: Chat, add_slot: AddSlot, database: Database, referral_id: str
) -> None:
    add_slot(chat.now + timedelta(hours=25))
    chat.start()
    chat.say("the first one")
    chat.now += timedelta(hours=24)
    outcome = chat.say("yes")
    assert outcome.ended == "none-free"
    assert [reply.text for reply in outcome.replies] == [TEXTS.over, TEXTS.none_free]
    assert booked_slot(database, referral_id) is None


def test_it_says_until_when_the_time_is_kept(chat: Chat, slots: dict[str, str]) -> None:
    chat.start()
    chat.say("the first one")  # at 10:30am
    for _ in range(2):
        assert "keep this time for you until 10:40am" in chat.asked().text
        chat.now += timedelta(minutes=9)
    assert "keep this time" not in chat.asked().text


def test_no_time_is_kept_for_longer_than_it_can_be_booked(chat: Chat, add_slot: AddSlot) -> None:
    add_slot(chat.now + timedelta(hours=24, minutes=4))
    chat.start()
    chat.say("the first one")
    assert "keep this time for you until 10:34am" in chat.asked().text


def test_none_free_is_said_honestly(chat: Chat) -> None:
    outcome = chat.start()
    assert outcome.ended == "none-free"
    assert [reply.text for reply in outcome.replies] == [TEXTS.none_free]


def test_the_last_one_goes_while_choosing(
    chat: Chat, add_slot: AddSlot, database: Database, send_referral: SendReferral, now: datetime
) -> None:
    only = add_slot(at(8, 9, 30))
    chat.start()
    take(database, only, send_referral("other"), now)
    assert chat.asked().text == TEXTS.none_free
    assert chat.say("the first one").ended == "none-free"


def test_the_last_one_goes_while_confirming(
    chat: Chat, add_slot: AddSlot, database: Database, send_referral: SendReferral
) -> None:
    only = add_slot(at(8, 9, 30))
    chat.start()
    chat.say("the first one")
    chat.now += timedelta(minutes=booking_data().limits.hold_minutes + 1)
    take(database, only, send_referral("other"), chat.now)
    outcome = chat.say("yes")
    assert outcome.ended == "none-free"
    assert [reply.text for reply in outcome.replies] == [TEXTS.taken, TEXTS.none_free]


def test_every_message_on_a_demonstration_slot_says_so(chat: Chat, add_slot: AddSlot) -> None:
    add_slot(at(8, 9, 30), demonstration=True)
    chat.start()
    assert TEXTS.demonstration_times in chat.asked().text
    chat.say("the first one")
    assert TEXTS.demonstration_one in chat.asked().text
    (done,) = chat.say("yes").replies
    assert TEXTS.demonstration_one in done.text
    assert done.custom["demonstration"] is True


def test_a_message_that_comes_twice_changes_nothing(chat: Chat, slots: dict[str, str]) -> None:
    chat.start()
    chat.asked()
    turn = chat.turn(TITLES.more)
    chat.booking.answer(turn)
    once = titles(chat.asked())
    assert chat.booking.answer(turn).replies == ()
    assert titles(chat.asked()) == once


def test_a_yes_that_comes_twice_books_once_and_tells_it_twice(
    database: Database, chat: Chat, slots: dict[str, str]
) -> None:
    chat.start()
    chat.say("the first one")
    turn = chat.turn("yes")
    when = "Tuesday 8 December at 9:30am"
    for _ in range(2):
        assert when in chat.booking.answer(turn).replies[0].text
    with database.reading() as session:
        assert session.query(Appointment).count() == 1
