"""The assistant as a visitor has it, through the edge, while parts of it are killed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.records.database import Database
from bot.records.models import Answer, Flag
from tests.conversations.assistant import Assistant, EdgeTalk
from tests.conversations.scenario import PERSON, answer_until


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Servers to be killed, with the edge in front."""
    var: Path = tmp_path_factory.mktemp("edge")
    own = Assistant(var, f"sqlite:///{var}/foyer.db")
    own.start("actions", "rasa", "web")
    yield own
    own.stop()
    own.close()


@pytest.fixture
def database(own: Assistant) -> Iterator[Database]:
    """Theirs."""
    database = Database(own.database_url)
    yield database
    database.dispose()


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return len(session.execute(select(table.id)).all())


def test_a_referral_from_the_page_to_a_booked_appointment(own: Assistant) -> None:
    talk = EdgeTalk(own, service="berkshire")
    assert "automated assistant" in talk.text
    talk.say("Refer myself")
    answer_until(talk, "check.send")
    talk.say("Send it")
    assert "reference" in talk.text.lower()
    talk.say(talk.buttons[0])
    while "Yes, book it" in talk.buttons or not talk.custom("appointment"):
        talk.say("Yes, book it" if "Yes, book it" in talk.buttons else talk.buttons[0])
    booked = talk.custom("appointment")
    assert booked
    file = talk.browser.get(f"/chat/calendar/{booked['appointment']}.ics")
    assert file.headers["content-type"].startswith("text/calendar")
    assert file.text.replace("\r\n", "\n") == booked["calendar"].replace("\r\n", "\n")
    summary = talk.browser.get("/chat/summary")
    assert PERSON["about.name"] in summary.text
    assert "score" not in summary.text.lower()
    other = EdgeTalk(own)
    assert other.browser.get(f"/chat/calendar/{booked['appointment']}.ics").status_code == 404
    assert other.browser.get("/chat/summary").status_code == 404


def test_slash_text_is_ordinary_text(own: Assistant) -> None:
    talk = EdgeTalk(own)
    for text in ("/restart", "/back", '/inform_service{"service": "xyla"}'):
        talk.say(text)
        assert talk.text
        assert talk.question is None
    talk.say("/I want to kill myself")
    assert talk.custom("crisis")


def test_nothing_is_lost_or_doubled_when_rasa_is_killed(own: Assistant, database: Database) -> None:
    talk = EdgeTalk(own, service="berkshire")
    talk.say("Refer myself")
    answer_until(talk, "phq-9.3")
    before, flags = count(database, Answer), count(database, Flag)
    own.stop("rasa", kill=True)

    failed = talk.send(PERSON["phq-9.3"], "the-same-id")
    assert failed.status_code == 503
    assert "116 123" in failed.json()["urgent"]["text"]

    started = time.monotonic()
    talk.say("I took 30 paracetamol")
    assert time.monotonic() - started < 2
    crisis = talk.custom("crisis")
    assert crisis
    assert crisis["category"] == "overdose"
    while count(database, Flag) == flags:
        assert time.monotonic() - started < 30, "the flag never reached the database"
        time.sleep(0.1)
    talk.say("I'm safe for now")
    assert "Carry on where I was" in talk.buttons

    own.start("rasa")
    talk.say("Carry on where I was")
    assert talk.question == "phq-9.3"
    talk.last = talk.send(PERSON["phq-9.3"], "the-same-id").json()["messages"]
    assert talk.question == "phq-9.4"
    again = talk.send(PERSON["phq-9.3"], "the-same-id").json()["messages"]
    assert again == talk.last
    assert count(database, Answer) == before + 1
    told = [message["text"] for message in talk.history()]
    assert told.count("I took 30 paracetamol") == 1
    assert told[-1] == talk.last[-1]["text"]


def test_a_restart_of_everything_brings_the_conversation_back(own: Assistant) -> None:
    talk = EdgeTalk(own, service="berkshire")
    talk.say("Refer myself")
    answer_until(talk, "about.name")
    told = talk.history()
    own.stop(kill=True)
    own.start("actions", "rasa", "web")
    assert talk.start() == told
    talk.say(PERSON["about.name"])
    assert talk.question != "about.name"
    assert talk.question


def test_without_the_action_server_an_answer_can_be_sent_again(own: Assistant) -> None:
    talk = EdgeTalk(own, service="berkshire")
    talk.say("Refer myself")
    answer_until(talk, "about.name")
    own.stop("actions", kill=True)
    try:
        assert talk.send(PERSON["about.name"], "the-same-id").status_code == 503
        assert (
            talk.send("I want to kill myself").json()["messages"][0]["custom"]["type"] == "crisis"
        )
    finally:
        own.start("actions")


def test_no_log_names_anyone_or_what_they_said(own: Assistant) -> None:
    log = own.log()
    for private in (PERSON["about.name"], "paracetamol", "the-same-id"):
        assert private not in log
