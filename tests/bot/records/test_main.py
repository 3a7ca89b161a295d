"""What operators print, erase and remove is in the audit log, without a word of it."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from bot.records import __main__ as command
from bot.records import referrals
from bot.records.conversations import conversation
from bot.records.models import AuditEntry, Case, Referral


@pytest.fixture
def referral(database, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Referral:
    monkeypatch.setattr(command, "get_database", lambda: database)
    with database.session() as session:
        conversation(session, "c", now)
        referral = referrals.begin(session, "c", "berkshire", now)
        referrals.set_answer(
            session, referral, "about.name", "Jo Smith", said=None, message_id=None, now=now
        )
        referrals.send(session, referral, now)
    return referral


@pytest.mark.parametrize(
    ("name", "action"), [("show", "operator-showed"), ("erase", "operator-erased")]
)
def test_what_is_done_with_a_referral_is_recorded(database, referral, name, action) -> None:
    with database.reading() as session:
        case_id = session.execute(select(Case.id)).scalar_one()
    assert command.main([name, referral.reference]) == 0
    with database.reading() as session:
        entry = session.execute(select(AuditEntry)).scalar_one()
        left = session.execute(select(Referral.id)).scalars().all()
    assert (entry.action, entry.case_id, entry.service_id) == (action, case_id, "berkshire")
    assert (entry.user_id, entry.details) == (None, {"referral": referral.id})
    assert left == ([] if name == "erase" else [referral.id])


def test_a_retention_run_is_recorded_with_its_numbers(database, referral) -> None:
    assert command.main(["purge"]) == 0
    with database.reading() as session:
        entry = session.execute(select(AuditEntry)).scalar_one()
    assert entry.action == "operator-purged"
    assert set(entry.details) == {"referrals", "conversations", "flags"}


def test_what_is_not_there_is_said(database, referral, capsys) -> None:
    assert command.main(["show", "4K7M-2QXD"]) == 1
    assert "There is no referral" in capsys.readouterr().err
    with database.reading() as session:
        assert session.execute(select(AuditEntry)).scalars().all() == []
