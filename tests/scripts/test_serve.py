from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml
from honcho.environ import parse_procfile
from honcho.manager import KILL_WAIT
from uvicorn.middleware.proxy_headers import _TrustedHosts

from bot.settings import ROOT, Settings, SettingsError
from scripts import serve
from scripts.plainly import Failure
from scripts.serve import commands, serving
from web.body import BYTES


def option(command: list[str], name: str) -> str:
    return command[command.index(name) + 1]


def test_each_process_gets_its_port() -> None:
    current = Settings.read({"WEB_PORT": "8001", "RASA_PORT": "6005", "ACTIONS_PORT": "6055"})
    ports = {
        name: option(command, "--port")
        for name, command in commands(current).items()
        if "--port" in command
    }
    assert ports == {"web": "8001", "rasa": "6005", "actions": "6055"}


def test_only_the_web_process_listens_elsewhere() -> None:
    made = commands(Settings.read({"WEB_HOST": "0.0.0.0"}))
    assert option(made["web"], "--host") == "0.0.0.0"
    assert option(made["rasa"], "--interface") == "127.0.0.1"


def test_only_the_proxies_named_are_believed() -> None:
    assert option(commands(Settings.read({}))["web"], "--forwarded-allow-ips") == "127.0.0.1"
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
    made = commands(Settings.read(compose["services"]["foyer"]["environment"]))
    trusted = _TrustedHosts(option(made["web"], "--forwarded-allow-ips"))
    assert "172.18.0.1" in trusted  # where Docker lets a proxy's requests come from
    assert "203.0.113.7" not in trusted
    with pytest.raises(SettingsError, match="WEB_TRUSTED_PROXIES"):
        Settings.read({"WEB_TRUSTED_PROXIES": "the proxy"})


def test_no_socket_may_send_more_than_a_request() -> None:
    assert option(commands(Settings.read({}))["web"], "--ws-max-size") == str(BYTES)


def test_open_chats_end_before_the_supervisor_loses_patience() -> None:
    seconds = int(option(commands(Settings.read({}))["web"], "--timeout-graceful-shutdown"))
    assert 0 < seconds < KILL_WAIT


def test_messages_are_logged_for_debugging_only() -> None:
    assert "--quiet" in commands(Settings.read({}))["actions"]
    assert "--quiet" not in commands(Settings.read({"LOG_LEVEL": "DEBUG"}))["actions"]


def test_sentences_are_read_in_one_thread() -> None:
    assert serving(Settings.read({}))["OPENBLAS_NUM_THREADS"] == "1"


def test_the_procfile_starts_every_process() -> None:
    started = parse_procfile((ROOT / "Procfile").read_text()).processes
    expected = {
        name: f"exec python -m scripts.serve {name}" for name in commands(Settings.read({}))
    }
    assert started == {**expected, "ready": "exec python -m scripts.wait_ready"}


@pytest.mark.parametrize("arguments", [[], ["database"], ["web", "rasa"]])
def test_an_unknown_process_is_refused(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["serve", *arguments])
    with pytest.raises(Failure, match="rasa, actions, web, outbox"):
        serve.main()


def test_rasa_needs_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["serve", "rasa"])
    monkeypatch.setattr(serve, "MODEL", tmp_path / "none.tar.gz")
    with pytest.raises(Failure, match="make train"):
        serve.main()
