"""Services without a diary of their own."""

from __future__ import annotations

import pytest

from bot.booking.dialogue import Booking
from bot.booking.texts import booking_data
from bot.knowledge.services import services
from bot.records.database import Database
from bot.records.models import Callback
from tests.bot.booking.conftest import Chat, Mailing, SendReferral, titles, with_callback

TEXTS = booking_data().texts
TITLES = booking_data().buttons
PHONE = {"about.phone": "+447700900123"}


@pytest.fixture
def calls(database: Database, chat: Chat) -> Chat:
    """A chat with services that take requests for a phone call."""
    chat.booking = Booking(database, with_callback())
    return chat


def asked_for(database: Database) -> list[str]:
    with database.reading() as session:
        return [row.best_time for row in session.query(Callback)]


def test_phone_and_gp(chat: Chat, send_referral: SendReferral) -> None:
    send_referral(service_id="lewisham", answers=PHONE)
    outcome = chat.start()
    assert outcome.ended == "phone"
    (reply,) = outcome.replies
    assert "0203 228 1350" in reply.text
    assert "GP" in reply.text
    assert reply.custom == {"type": "phone", "phone": "0203 228 1350"}


def test_a_callback_where_the_service_takes_them(
    calls: Chat, send_referral: SendReferral, database: Database
) -> None:
    send_referral(service_id="lewisham", answers=PHONE)
    opened = calls.start()
    assert opened.ended is None
    assert "0203 228 1350" in opened.replies[0].text
    assert titles(calls.asked()) == [TITLES.yes_callback, TITLES.no_callback]
    calls.say(TITLES.yes_callback)
    assert calls.asked().text == TEXTS.callback_time
    assert titles(calls.asked()) == [TITLES.any_time, TITLES.no_callback]
    done = calls.say("after 4, when the kids are home")
    assert done.ended == "callback"
    assert "after 4, when the kids are home" in done.replies[0].text
    assert asked_for(database) == ["after 4, when the kids are home"]


def test_a_callback_is_asked_for_once(
    calls: Chat, send_referral: SendReferral, database: Database
) -> None:
    send_referral(service_id="lewisham", answers=PHONE)
    calls.start()
    calls.say("yes")
    calls.say("Any time")
    again = calls.start()
    assert again.ended == "callback"
    assert "Any time" in again.replies[0].text
    assert len(asked_for(database)) == 1


def test_no_callback(calls: Chat, send_referral: SendReferral, database: Database) -> None:
    send_referral(service_id="lewisham", answers=PHONE)
    calls.start()
    for unclear in ("perhaps so", "ok but what does it cost", "yes?", "please wait"):
        assert [r.text for r in calls.say(unclear).replies] == [TEXTS.confirm_unclear]
    assert calls.say("no thanks").ended == "phone"
    assert asked_for(database) == []


@pytest.mark.parametrize(
    "text",
    [
        "never mind",
        "no",
        "cancel",
        "actually don't phone me",
        "No, I'll phone",
        "no thanks",
        "stop",
    ],
)
def test_no_callback_after_all(
    calls: Chat, send_referral: SendReferral, database: Database, text: str
) -> None:
    send_referral(service_id="lewisham", answers=PHONE)
    calls.start()
    calls.say("yes")
    assert calls.booking.is_answer(calls.turn(text, intent="stop"))
    outcome = calls.say(text)
    assert [reply.text for reply in outcome.replies] == [TEXTS.callback_no]
    assert outcome.ended == "phone"
    assert asked_for(database) == []


@pytest.mark.parametrize("text", ["", "please don't phone me, I am so embarrassed"])
def test_what_gives_no_time_is_asked_again(
    calls: Chat, send_referral: SendReferral, database: Database, text: str
) -> None:
    send_referral(service_id="lewisham", answers=PHONE)
    calls.start()
    calls.say("yes")
    assert calls.say(text).ended is None
    assert titles(calls.asked())
    assert asked_for(database) == []


@pytest.mark.parametrize(
    "text", ["I don't mind", "not before 10", "don't phone me before noon", "no calls after 5"]
)
def test_a_time_with_a_not_in_it_is_a_time(
    calls: Chat, send_referral: SendReferral, database: Database, text: str
) -> None:
    send_referral(service_id="lewisham", answers=PHONE)
    calls.start()
    calls.say("yes")
    assert calls.say(text).ended == "callback"
    assert asked_for(database) == [text]


def test_two_messages_at_once_ask_for_one_call(
    calls: Chat, send_referral: SendReferral, database: Database
) -> None:
    referral_id = send_referral(service_id="lewisham", answers=PHONE)
    calls.start()
    calls.say("yes")
    with database.session() as session:
        session.add(Callback(referral_id=referral_id, best_time="mornings", requested_at=calls.now))
    assert "mornings" in calls.say("evenings").replies[0].text
    assert asked_for(database) == ["mornings"]


def test_after_the_call_another_can_be_asked_for(
    calls: Chat, send_referral: SendReferral, database: Database
) -> None:
    send_referral(service_id="lewisham", answers=PHONE)
    calls.start()
    calls.say("yes")
    calls.say("Any time")
    with database.session() as session:
        session.query(Callback).one().state = "done"
    assert calls.start().ended is None
    assert titles(calls.asked()) == [TITLES.yes_callback, TITLES.no_callback]


@pytest.mark.parametrize("answers", [{}, {"about.phone": None}])
def test_no_callback_without_a_number_to_phone(
    calls: Chat, send_referral: SendReferral, answers: dict[str, None]
) -> None:
    send_referral(service_id="lewisham", answers=answers)
    assert calls.start().ended == "phone"


def test_a_question_about_the_call_is_not_a_time(calls: Chat, send_referral: SendReferral) -> None:
    send_referral(service_id="lewisham", answers=PHONE)
    calls.start()
    calls.say("yes")
    assert not calls.booking.is_answer(calls.turn("how long is a session?", is_question=True))
    assert calls.booking.is_answer(calls.turn("weekday mornings", is_question=True))


@pytest.mark.parametrize("text", ["yes please call me back", "I'd like a callback", "ring me?"])
def test_a_call_that_cannot_be_asked_for_is_told_so_with_what_there_is(
    chat: Chat, send_referral: SendReferral, database: Database, text: str
) -> None:
    assert chat.booking.reach("someone", text, chat.now) is None  # nothing has been sent
    send_referral(service_id="lewisham", answers=PHONE)
    chat.start()
    outcome = chat.booking.reach("someone", text, chat.now)
    assert outcome
    assert outcome.ended
    assert TEXTS.no_call_here in outcome.replies[0].text
    assert "0203 228 1350" in outcome.replies[0].text
    assert asked_for(database) == []
    for other in ("don't call me", "what is DIT", "they called me names"):
        assert chat.booking.reach("someone", other, chat.now) is None


def test_a_call_that_was_first_declined_can_be_asked_for(
    calls: Chat, send_referral: SendReferral
) -> None:
    send_referral(service_id="lewisham", answers=PHONE)
    calls.start()
    calls.say("no thanks")
    outcome = calls.booking.reach("someone", "actually yes, call me back", calls.now)
    assert outcome
    assert outcome.ended is None
    assert titles(calls.asked()) == [TITLES.yes_callback, TITLES.no_callback]


@pytest.mark.parametrize("text", ["email it to me", "yes, send it to my email", "can you text it"])
def test_an_email_that_cannot_be_sent_is_told_so_with_what_there_is(
    chat: Chat, send_referral: SendReferral, text: str
) -> None:
    send_referral(service_id="xyla", answers={"about.email": "robin@example.com"})
    chat.start()
    outcome = chat.booking.reach("someone", text, chat.now)
    assert outcome
    assert outcome.ended
    assert TEXTS.no_letter_here in outcome.replies[0].text
    assert "/visit/" in outcome.replies[0].text


def test_an_email_that_can_be_sent_is_asked_about(
    chat: Chat, send_referral: SendReferral, mailing: Mailing
) -> None:
    mailing()
    send_referral(service_id="xyla", answers={"about.email": "robin@example.com"})
    chat.start()
    chat.say("no")
    outcome = chat.booking.reach("someone", "email it to me after all", chat.now)
    assert outcome
    assert outcome.ended is None
    assert titles(chat.asked()) == [TITLES.yes_summary, TITLES.no_summary]


def test_a_summary_to_take_along(chat: Chat, send_referral: SendReferral) -> None:
    send_referral(service_id="xyla", answers={"about.name": "Ada Test", "phq-9.1": 3})
    outcome = chat.start()
    assert outcome.ended == "summary"
    how, summary = outcome.replies
    assert services()["xyla"].handover.text in how.text
    assert "nhs.uk" in how.text
    assert "GP" in how.text
    assert "Ada Test" in summary.text
    assert summary.custom["reference"] in summary.custom["summary"]
    assert summary.custom["type"] == "summary"
