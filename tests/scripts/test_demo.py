from __future__ import annotations

import pytest

from bot.review import demonstration
from bot.settings import Settings
from bot.staff import accounts
from scripts import demo
from scripts.plainly import Failure


def test_it_says_who_to_sign_in_as(database, now, monkeypatch: pytest.MonkeyPatch) -> None:
    few = demonstration.demonstration().copy(update={"count": 3})
    monkeypatch.setattr(demonstration, "demonstration", lambda: few)
    lines = demo.fill(database, now)
    assert "None of them is real" in lines[0]
    for colleague in few.staff:
        (line,) = [line for line in lines if colleague.email in line]
        with database.session() as session:
            assert accounts.check_password(session, colleague.email, line.split()[1], now)
    assert "0 people are new" in demo.fill(database, now)[-1]


def test_it_is_not_for_a_service_with_real_people(monkeypatch: pytest.MonkeyPatch) -> None:
    off = Settings.read({"FOYER_DEMO": "false"})
    monkeypatch.setattr(demo, "settings", lambda: off)
    with pytest.raises(Failure):
        demo.main()
