from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from bot.datafile import DataError
from bot.operating import exit_status
from bot.records.encryption import DecryptionError
from bot.settings import SettingsError


def test_a_command_that_can_be_done_gives_its_own_status(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert exit_status(lambda: 3) == 3
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("problem", [SettingsError, DataError, DecryptionError])
def test_what_stops_a_command_is_said_in_one_line(
    problem: type[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    def run() -> int:
        raise problem("this is wrong: do that")

    assert exit_status(run) == 1
    assert capsys.readouterr().err == "this is wrong: do that\n"


def test_a_database_that_fails_is_named_without_what_was_asked_of_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run() -> int:
        raise OperationalError("SELECT robin", {}, Exception("no such host"))

    assert exit_status(run) == 1
    said = capsys.readouterr().err
    assert said.startswith("DATABASE_URL: ")
    assert "OperationalError" in said
    assert "robin" not in said


def test_what_nobody_foresaw_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        exit_status(lambda: 1 // 0)
