from __future__ import annotations

import re

import pytest
from rasa.utils.endpoints import read_endpoint_config

from bot.settings import ROOT, Settings, SettingsError
from scripts import environment as module
from scripts.environment import checked_settings, environment
from scripts.plainly import Failure


def test_endpoints_find_all_their_variables() -> None:
    named = re.findall(r"\$\{(\w+)\}", (ROOT / "endpoints.yml").read_text())
    assert named
    assert set(named) <= set(environment(Settings.read({})))


def test_rasa_fills_in_where_the_action_server_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIONS_URL", "http://127.0.0.1:6055")
    endpoint = read_endpoint_config(str(ROOT / "endpoints.yml"), "action_endpoint")
    assert endpoint
    assert endpoint.url == "http://127.0.0.1:6055/webhook"


def test_nothing_phones_home_and_nothing_listens_to_others() -> None:
    env = environment(Settings.read({"ACTIONS_PORT": "6055"}))
    assert env["RASA_TELEMETRY_ENABLED"] == "false"
    assert env["SANIC_HOST"] == "127.0.0.1"
    assert env["ACTIONS_URL"] == "http://127.0.0.1:6055"


def test_wrong_settings_are_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise SettingsError("WEB_PORT can't be used: write a number")

    monkeypatch.setattr(module, "settings", fail)
    with pytest.raises(Failure, match=r"^WEB_PORT can't be used: write a number$"):
        checked_settings()
