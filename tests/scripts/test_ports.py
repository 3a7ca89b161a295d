from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from bot.settings import Settings
from scripts import ports
from scripts.plainly import Failure
from scripts.ports import problem


@pytest.fixture
def busy() -> Iterator[int]:
    """A port that this process listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def test_a_free_port_is_no_problem() -> None:
    assert problem("WEB_PORT", "127.0.0.1", free_port()) is None


def test_a_busy_port_names_the_process_and_the_mend(busy: int) -> None:
    line = problem("WEB_PORT", "127.0.0.1", busy)
    assert line
    assert line.startswith(f"Port {busy} is in use by ")
    assert f"(process {os.getpid()})" in line
    assert f"`WEB_PORT={busy + 80} make run`" in line


def test_a_busy_port_of_a_hidden_process_is_still_named(
    busy: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "user", lambda _port: "")
    assert f"Port {busy} is in use: stop that" in str(problem("WEB_PORT", "127.0.0.1", busy))


@pytest.mark.parametrize("host", ["192.0.2.1", "999.1.1.1"])
def test_an_address_of_another_machine_is_a_problem(host: str) -> None:
    assert "set WEB_HOST" in str(problem("WEB_PORT", host, free_port()))


def test_all_busy_ports_are_named_at_once(busy: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        other = server.getsockname()[1]
        current = Settings.read(
            {"WEB_PORT": str(busy), "RASA_PORT": str(other), "ACTIONS_PORT": str(free_port())}
        )
        monkeypatch.setattr(ports, "checked_settings", lambda: current)
        with pytest.raises(Failure) as caught:
            ports.main()
    first, second = str(caught.value).splitlines()
    assert f"Port {busy}" in first
    assert f"Port {other}" in second
