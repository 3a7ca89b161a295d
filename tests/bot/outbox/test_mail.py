from __future__ import annotations

import smtplib
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime

import pytest

from bot.outbox.mail import Mailer
from bot.outbox.worker import Refused
from tests.receivers import Mailbox, mail_server

LETTER = {"to": ["robin@example.com"], "subject": "Your appointment", "text": "Good day – hello."}


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


def mailer(mailbox: Mailbox) -> Mailer:
    return Mailer(mailbox.url, "Foyer <no-reply@foyer.example>")


def test_a_letter_arrives(mailbox: Mailbox, now: datetime) -> None:
    mailer(mailbox)(LETTER, "k", now)
    (got,) = mailbox.got
    assert got["to"] == "robin@example.com"
    assert got["from"] == "Foyer <no-reply@foyer.example>"
    assert got["subject"] == "Your appointment"
    assert got["auto-submitted"] == "auto-generated"
    assert got.get_content().strip() == "Good day – hello."


def test_sent_twice_it_is_the_same_letter(mailbox: Mailbox, now: datetime) -> None:
    for key in ("k", "k", "another"):
        mailer(mailbox)(LETTER, key, now)
    first, again, other = (got["message-id"] for got in mailbox.got)
    assert first == again != other
    assert first.endswith("@foyer.example>")


def test_an_invitation_is_one_to_every_calendar(mailbox: Mailbox, now: datetime) -> None:
    calendar = {"method": "CANCEL", "text": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}
    file = {
        "name": "summary.pdf",
        "type": "application/pdf",
        "content": b64encode(b"%PDF").decode(),
    }
    mailer(mailbox)({**LETTER, "calendar": calendar, "attachments": [file]}, "k", now)
    parts = list(mailbox.got[0].walk())
    calendars = [part for part in parts if part.get_content_type() == "text/calendar"]
    assert [part.get_param("method") for part in calendars] == ["CANCEL", "CANCEL"]
    assert [part.get_filename() for part in parts if part.get_filename()] == [
        "appointment.ics",
        "summary.pdf",
    ]


@pytest.mark.parametrize("at", ["to_recipient", "to_message"])
def test_a_refusal_for_good_is_told_from_one_for_now(
    mailbox: Mailbox, now: datetime, at: str
) -> None:
    setattr(mailbox, at, "550 no robin@example.com here")
    with pytest.raises(Refused) as refused:
        mailer(mailbox)(LETTER, "k", now)
    assert "robin" not in str(refused.value)
    setattr(mailbox, at, "451 try later")
    with pytest.raises(smtplib.SMTPException):
        mailer(mailbox)(LETTER, "k", now)
    assert mailbox.got == []


def test_a_password_is_never_sent_in_the_clear(
    mailbox: Mailbox, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.outbox import mail

    monkeypatch.setattr(mail, "_LOOPBACK", frozenset())  # as if it were another machine
    with_password = Mailer(mailbox.url.replace("//", "//foyer:secret@"), "no-reply@foyer.example")
    with pytest.raises(smtplib.SMTPNotSupportedError):  # it has no STARTTLS
        with_password(LETTER, "k", now)
    assert set(mailbox.commands) <= {"EHLO", "QUIT"}
    assert mailbox.got == []


def test_a_server_that_is_away_is_tried_later(now: datetime) -> None:
    with pytest.raises(OSError, match="refused"):
        Mailer("smtp://127.0.0.1:9", "no-reply@foyer.example")(LETTER, "k", now)
    with pytest.raises(OSError, match="refused"):
        Mailer("smtps://u:p@127.0.0.1:9", "no-reply@foyer.example")(LETTER, "k", now)
