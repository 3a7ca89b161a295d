from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest

from bot.outbox import __main__ as command
from bot.outbox import queue
from bot.records.database import Database
from bot.records.migrate import migrate
from bot.records.models import OutboxMessage
from bot.settings import ROOT
from tests.bot.outbox.conftest import messages
from tests.receivers import mail_server


@pytest.fixture
def dead(database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database with one dead letter, which the command works on."""
    with database.session() as session:
        queue.put(session, key="k", kind="email", payload={"to": ["robin@example.com"]}, now=now)
        queue.failed(
            session, 1, now, "the mail server refuses the address (550)", attempt=0, for_good=True
        )
    monkeypatch.setattr(command, "get_database", lambda: database)
    return database


def test_dead_letters_are_listed_without_their_content(
    dead: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["list"]) == 0
    out = capsys.readouterr().out
    assert "dead" in out
    assert "refuses the address (550)" in out
    assert "robin" not in out


@pytest.mark.parametrize("which", ["1", "all"])
def test_a_dead_letter_is_sent_again(dead: Database, which: str) -> None:
    assert command.main(["resend", which]) == 0
    assert messages(dead)[0].state == "waiting"


@pytest.mark.parametrize("which", ["1", "all"])
def test_what_is_over_is_not_sent_again(
    dead: Database, which: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with dead.session() as session:
        session.get(OutboxMessage, 1).over_at = datetime(2020, 1, 1, tzinfo=timezone.utc)
    assert command.main(["resend", which]) == (0 if which == "all" else 1)
    assert messages(dead)[0].state == "dead"
    said = capsys.readouterr()
    assert "over" in said.out + said.err


def test_a_dead_letter_is_given_up(dead: Database) -> None:
    assert command.main(["drop", "1"]) == 0
    assert (messages(dead)[0].state, messages(dead)[0].payload) == ("dropped", None)


@pytest.mark.parametrize("arguments", [["resend", "7"], ["drop", "seven"]])
def test_an_unknown_number_is_told(
    dead: Database, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(arguments) == 1
    assert "python -m bot.outbox list" in capsys.readouterr().err


def test_a_database_that_isnt_there_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database(f"sqlite:///{tmp_path}/empty.db")
    monkeypatch.setattr(command, "get_database", lambda: database)
    assert command.main(["list"]) == 1
    assert "DATABASE_URL" in capsys.readouterr().err
    database.dispose()


def test_the_process_delivers_and_stops_when_told(tmp_path: Path, now: datetime) -> None:
    url = f"sqlite:///{tmp_path}/foyer.db"
    migrate(url)
    database = Database(url)
    with database.session() as session:
        letter = {"to": ["a@example.com"], "subject": "s", "text": "t"}
        queue.put(session, key="k", kind="email", payload=letter, now=now.replace(year=2020))
    with mail_server() as box:
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "SMTP_URL": box.url,
            "MAIL_FROM": "no-reply@foyer.example",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.outbox", "run"], cwd=ROOT, env=environment
        )
        end = time.monotonic() + 60
        while not box.got and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert [got["to"] for got in box.got] == ["a@example.com"]
    assert messages(database)[0].state == "delivered"
    database.dispose()
