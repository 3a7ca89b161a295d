from __future__ import annotations

from io import StringIO

import pytest
from sqlalchemy import select

from bot.records.models import AuditEntry
from bot.staff import accounts
from web.staff import __main__ as command
from web.staff.__main__ import main

CREATE = ["create-user", "ann@example.nhs.uk", "--name", "Ann", "--role", "lead"]


@pytest.fixture(autouse=True)
def here(database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "get_database", lambda: database)
    monkeypatch.setattr("sys.stdin", StringIO("correct horse battery\n" * 3))


def test_an_account_is_made(database, now, capsys) -> None:
    assert main([*CREATE, "--service", "berkshire", "--service", "lewisham"]) == 0
    with database.session() as session:
        user = accounts.check_password(session, "ann@example.nhs.uk", "correct horse battery", now)
        assert (user.name, user.role, user.services) == ("Ann", "lead", ["berkshire", "lewisham"])
    assert main(["list-users"]) == 0
    assert "ann@example.nhs.uk" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*CREATE, "--service", "nowhere"], "nowhere is not a service"),
        (["change-user", "bo@example.nhs.uk"], "has no account"),
        (["verify-audit", "--noted", "x"], "NUMBER:HASH"),
    ],
)
def test_a_mistake_is_one_line(capsys, arguments: list[str], said: str) -> None:
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_an_account_is_changed_and_shut(database, now) -> None:
    main([*CREATE, "--service", "berkshire"])
    email = "ann@example.nhs.uk"
    assert main(["change-user", email, "--role", "reviewer", "--service", "xyla"]) == 0
    assert main(["change-user", email, "--new-password", "--new-second-factor", "--shut"]) == 0
    with database.reading() as session:
        user = accounts.by_email(session, email)
        assert (user.role, user.services, user.active) == ("reviewer", ["xyla"], False)


def test_what_of_an_account_was_changed_is_in_the_audit_log(database) -> None:
    main(CREATE)
    for change in (
        ["--role", "reviewer", "--service", "xyla"],
        ["--new-password", "--new-second-factor", "--shut"],
        ["--reopen"],
    ):
        assert main(["change-user", "ann@example.nhs.uk", *change]) == 0
    with database.reading() as session:
        found = session.execute(select(AuditEntry).order_by(AuditEntry.position)).scalars()
        assert [entry.details.get("changed") for entry in found] == [
            None,
            ["role", "services"],
            ["new password", "second factor reset", "shut"],
            ["reopened"],
        ]


def test_the_audit_log_is_verified(database, capsys) -> None:
    main(CREATE)
    capsys.readouterr()
    assert main(["verify-audit"]) == 0
    noted = capsys.readouterr().out.strip().rsplit(" ", 1)[1]
    assert noted.startswith("1:")
    assert main(["verify-audit", "--noted", noted]) == 0
    assert main(["verify-audit", "--noted", "2:x"]) == 1
