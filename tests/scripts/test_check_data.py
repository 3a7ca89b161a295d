from __future__ import annotations

import pytest

from bot.datafile import DataError
from scripts import check_data
from scripts.plainly import Failure


def test_the_projects_own_data_is_sound() -> None:
    check_data.main()


def test_a_slip_stops_the_start_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise DataError("data/x.yml: `name` field required: add it")

    monkeypatch.setattr(check_data, "LOADERS", (broken,))
    with pytest.raises(Failure, match=r"data/x.yml: `name` field required: add it"):
        check_data.main()


def test_a_broken_key_is_told_and_the_start_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "berkshire: /keys/berkshire.pem is missing: put it there"
    monkeypatch.setattr(check_data, "faults", lambda _services, _settings: [line])
    check_data.main()
    assert capsys.readouterr().err == f"Nobody can book there yet. {line}\n"
