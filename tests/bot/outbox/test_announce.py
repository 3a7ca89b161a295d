from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from bot.crisis.flagging import FlagDraft
from bot.datafile import DataError
from bot.knowledge.services import Service, Staff, services
from bot.outbox import announce
from bot.records import referrals
from bot.records.database import Database
from bot.records.flags import keep_flag
from bot.records.models import Callback, Flag
from bot.settings import Settings
from tests.bot.outbox.conftest import SECRET, messages

Configure = Callable[..., Settings]

MAIL = {"SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "no-reply@foyer.example"}
FLAG = FlagDraft(
    source="message",
    tier="alert",
    category="suicidal",
    qualifiers=(),
    layer="match",
    words="kill myself",
    text="I'm Robin and I want to kill myself",
)


@pytest.fixture
def staffed(monkeypatch: pytest.MonkeyPatch) -> Service:
    """Berkshire, with staff to tell."""
    staff = Staff(emails=("team@berkshire.example",), webhooks=("https://berkshire.example/hook",))
    service = services()["berkshire"].copy(update={"staff": staff})
    monkeypatch.setattr(announce, "services", lambda: {"berkshire": service})
    return service


def flag(database: Database, now: datetime, **fields: object) -> None:
    draft = replace(FLAG, **{name: value for name, value in fields.items() if name != "service"})
    with database.session() as session:
        keep_flag(
            session,
            draft,
            conversation_id="c",
            message_id="m",
            service_id=fields.get("service", "berkshire"),
            now=now,
        )


def test_a_flag_is_told_in_its_own_transaction_and_says_nothing_of_the_person(
    database: Database, now: datetime, staffed: Service, configure: Configure
) -> None:
    configure(**MAIL, WEBHOOK_SECRET=SECRET, PUBLIC_URL="https://foyer.example")
    flag(database, now)
    flag(database, now)  # the same one
    mail, hook = messages(database)
    assert mail.payload["to"] == ["team@berkshire.example"]
    assert "https://foyer.example/staff" in mail.payload["text"]
    assert hook.payload == {
        "url": "https://berkshire.example/hook",
        "body": {
            "event": "flag",
            "service": "berkshire",
            "at": now.isoformat(),
            "link": "https://foyer.example/staff",
        },
    }
    for word in ("Robin", "kill", "suicidal", "alert"):
        assert word not in str(mail.payload) + str(hook.payload)


def test_a_flag_that_is_only_noted_is_not_told(
    database: Database, now: datetime, staffed: Service, configure: Configure
) -> None:
    configure(**MAIL)
    flag(database, now, tier="noted")
    assert messages(database) == []


@pytest.mark.parametrize("service", [None, "berkshire", "unknown"])
def test_a_flag_that_no_service_is_told_of_goes_to_whoever_runs_this(
    database: Database, now: datetime, configure: Configure, service: str | None
) -> None:
    configure(**MAIL, STAFF_EMAIL="lead@foyer.example")
    flag(database, now, service=service)
    (mail,) = messages(database)
    assert mail.payload["to"] == ["lead@foyer.example"]


def test_a_flag_is_kept_even_when_a_data_file_is_broken(
    database: Database,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken() -> None:
        raise DataError("data/services/x.yml: broken")

    monkeypatch.setattr(announce, "services", broken)
    flag(database, now)
    with database.reading() as session:
        assert session.query(Flag).count() == 1
    assert messages(database) == []
    assert "staff can't be told" in caplog.text
    assert FLAG.words not in caplog.text


def test_nothing_is_written_where_nothing_is_set_up(
    database: Database, now: datetime, staffed: Service, configure: Configure
) -> None:
    configure()
    flag(database, now)
    assert messages(database) == []


def test_a_referral_and_a_callback_are_told(
    database: Database, now: datetime, staffed: Service, configure: Configure
) -> None:
    configure(**MAIL)
    with database.session() as session:
        referral = referrals.begin(session, "c", "berkshire", now)
        referrals.send(session, referral, now)
        announce.referral_sent(session, referral, staffed, now)
        asked = Callback(referral_id=referral.id, best_time="evenings", requested_at=now)
        session.add(asked)
        session.flush()
        announce.callback_asked(session, asked, staffed, now)
        reference = referral.reference
    told = messages(database)
    assert [message.payload["subject"] for message in told] == [
        "A new self-referral has come in",
        "Someone asks for a phone call",
    ]
    assert {message.referral_id for message in told} == {referral.id}
    assert reference not in str([message.payload for message in told])
