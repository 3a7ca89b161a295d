"""The two assistants of the benchmark, each on free ports and with data of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil
from cryptography.fernet import Fernet

from bot.settings import ROOT, Settings
from measuring.bench.people import Person
from scripts.environment import environment
from scripts.plainly import Failure

START_SECONDS = 300
STOP_SECONDS = 30


@dataclass(frozen=True)
class Assistant:
    """How an assistant is started, and where it answers."""

    name: str
    command: tuple[str, ...]
    folder: Path
    env: Mapping[str, str]
    log: Path
    rasa_port: int
    web_port: int | None = None

    @contextmanager
    def running(self) -> Iterator[Running]:
        """Starts it and waits until it has answered its first message; stops it at the end.

        Raises:
            Failure: it didn't start, with the end of its log.
        """
        began = time.monotonic()
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            while not self._ready():
                if process.poll() is not None or time.monotonic() - began > START_SECONDS:
                    end = self.log.read_text(errors="replace")[-2000:]
                    raise Failure(f"{self.name} did not start:\n{end}")
                time.sleep(0.05)
            started = time.monotonic() - began
            person = Person(self.rasa_port)
            cold, _ = person.say("hello")
            person.close()
            yield Running(process, started, cold)
        finally:
            _stop(process)

    def _ready(self) -> bool:
        # Neither server listens before its model is loaded. /healthz asks all of ours.
        return _answers(self.rasa_port, "/") and (
            self.web_port is None or _answers(self.web_port, "/healthz")
        )


@dataclass(frozen=True)
class Running:
    """An assistant that runs. `start`: seconds to ready; `cold`: milliseconds of the first turn."""

    process: subprocess.Popen[bytes]
    start: float
    cold: float

    def memory(self) -> dict[str, float]:
        """The megabytes of each process; what processes share is shared out (PSS) where known."""
        found: dict[str, float] = {}
        for process in self._processes():
            with suppress(psutil.Error):
                full = process.memory_full_info()
                used = getattr(full, "pss", full.rss) / 2**20
                name = _part(process.cmdline())
                found[name] = found.get(name, 0.0) + used
        return found

    def processor_seconds(self) -> float:
        """The processor time that all its processes have used so far."""
        total = 0.0
        for process in self._processes():
            with suppress(psutil.Error):
                times = process.cpu_times()
                total += times.user + times.system
        return total

    def _processes(self) -> list[psutil.Process]:
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]


def ours(folder: Path) -> Assistant:
    """Ours as `make run` starts it, every part switched on, over a database in `folder`."""
    web, rasa, actions = free_ports(3)
    given = {
        "FOYER_ENV_FILE": os.devnull,
        "FOYER_VAR": str(folder),
        "FOYER_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "FOYER_DEMO": "true",
        "WEB_PORT": str(web),
        "RASA_PORT": str(rasa),
        "ACTIONS_PORT": str(actions),
    }
    read = Settings.read(given)
    own = {field.alias for field in Settings.__fields__.values()}
    kept = {name: value for name, value in environment(read).items() if name not in own}
    env = {**kept, **given, "ACTIONS_URL": read.actions_url}
    return Assistant(
        "Foyer", (sys.executable, "-m", "scripts.start"), ROOT, env, folder / "ours.log", rasa, web
    )


def prepare(assistant: Assistant) -> float:
    """Does what `make run` does before it starts ours; gives the seconds that it took."""
    began = time.monotonic()
    for module in (["scripts.check_data"], ["bot.records", "migrate"], ["bot.booking"]):
        subprocess.run(
            [sys.executable, "-m", *module],
            cwd=assistant.folder,
            env=dict(assistant.env),
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return time.monotonic() - began


def starter(folder: Path) -> Assistant:
    """The starter project in `folder`, as `rasa run` starts it."""
    (port,) = free_ports(1)
    command = (sys.executable, "-m", "rasa", "run", "--interface", "127.0.0.1", "-p", str(port))
    env = environment(Settings.read({}))
    return Assistant("The starter", command, folder, env, folder.with_suffix(".log"), port)


def free_ports(count: int) -> list[int]:
    """Ports of this machine's loopback that nothing listens on just now."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends it and all that it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            process.wait(STOP_SECONDS)
            return
        except subprocess.TimeoutExpired:
            continue


def _part(command: list[str]) -> str:
    """What a process of an assistant is, by its command line."""
    for word, part in (("rasa_sdk", "actions"), ("rasa", "Rasa"), ("uvicorn", "web")):
        if word in command:
            return part
    return "supervisor"
