"""Starts the processes of the Procfile together, and stops them together.

Ctrl-C, a closed terminal, `kill`, or the end of any one of them stops them all.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from contextlib import suppress
from types import FrameType

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Message, Printer

from bot.settings import ROOT
from scripts.environment import checked_settings, environment
from scripts.plainly import Failure, run
from scripts.ports import main as check_ports


class Watcher(Printer):
    """Prints the processes' lines, and keeps in mind which have started and which ended first."""

    def __init__(self) -> None:
        super().__init__()
        self.started = 0
        self.first_ended: str | None = None

    def write(self, message: Message) -> None:
        """Prints a line; honcho's own about starting and stopping are noted, not shown."""
        if message.name != "system":
            try:
                super().write(message)
            except OSError:  # the terminal was closed
                os.kill(os.getpid(), signal.SIGTERM)
            return
        self.started += " started (pid=" in message.data
        ended = re.match(r"(\S+) stopped \(rc=", message.data)
        if ended and self.first_ended is None:
            self.first_ended = ended[1]


class Supervisor(Manager):
    """honcho's manager, which can also be stopped before all its processes have started."""

    def __init__(self, watcher: Watcher, processes: dict[str, str], env: dict[str, str]) -> None:
        super().__init__(watcher)
        self.watcher = watcher
        self.count = len(processes)
        for name, command in processes.items():
            self.add_process(name, command, env=env, cwd=str(ROOT))

    def terminate(self) -> None:
        """Asks every process to end: as soon as all have begun, for honcho can't before."""
        if self.watcher.started == self.count:
            super().terminate()
        else:
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()


def main() -> None:
    """Runs the assistant."""
    check_ports()
    supervise((ROOT / "Procfile").read_text(), environment(checked_settings()))


def supervise(procfile: str, env: dict[str, str]) -> None:
    """Runs the processes of a Procfile until told to stop.

    Raises:
        Failure: one ended by itself, so the others were stopped.
    """
    watcher = Watcher()
    supervisor = Supervisor(watcher, parse_procfile(procfile).processes, env)
    signal.signal(signal.SIGHUP, _as_if_killed)
    supervisor.loop()
    stopped = {128 + number for number in (signal.SIGINT, signal.SIGTERM)}
    if supervisor.returncode not in stopped:
        raise Failure(
            f"Everything was stopped because {watcher.first_ended} ended by itself "
            f"(code {supervisor.returncode}): its last lines above say why."
        )
    with suppress(OSError):
        print("Foyer has stopped.", flush=True)


def _as_if_killed(_number: int, _frame: FrameType | None) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    run(main)
