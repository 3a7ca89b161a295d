from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.settings import ROOT

PROCESS = """
import os, pathlib, signal, subprocess, sys, time
name, *more = sys.argv[1:]
folder = pathlib.Path(os.environ["FOLDER"])
if "stubborn" in more:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
(folder / f"{name}.pid").write_text(str(os.getpid()))
if "parent" in more:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    (folder / f"{name}-child.pid").write_text(str(child.pid))
print(name, "is up", flush=True)
if "ends" in more:
    while len(list(folder.glob("*.pid"))) < 2:
        time.sleep(0.02)
    sys.exit(3)
time.sleep(300)
"""

Supervise = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def supervise(tmp_path: Path) -> Supervise:
    """Starts a supervisor of made-up processes, each a name and how it behaves."""
    (tmp_path / "process.py").write_text(PROCESS)

    def start(*processes: str) -> subprocess.Popen[str]:
        procfile = "\n".join(
            f"{line.split()[0]}: exec {sys.executable} {tmp_path}/process.py {line}"
            for line in processes
        )
        main = (
            "from os import environ; from scripts.plainly import run; "
            "from scripts.start import supervise; "
            f"run(lambda: supervise({procfile!r}, dict(environ)))"
        )
        return subprocess.Popen(
            [sys.executable, "-c", main],
            cwd=ROOT,
            env={**os.environ, "FOLDER": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def pids(folder: Path, count: int) -> list[int]:
    """The ids of the processes, once `count` have begun."""
    for _ in range(600):
        files = [file for file in folder.glob("*.pid") if file.read_text()]
        if len(files) == count:
            return [int(file.read_text()) for file in files]
        time.sleep(0.05)
    raise AssertionError(f"not all began: {files}")


def alive(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be collected doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def left(folder: Path) -> list[Path]:
    """The processes, of those that began, that still run."""
    return [file for file in folder.glob("*.pid") if alive(int(file.read_text() or 0))]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(
    supervise: Supervise, tmp_path: Path, number: signal.Signals
) -> None:
    process = supervise("one", "two parent")
    running = pids(tmp_path, 3)
    process.send_signal(number)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    assert "Foyer has stopped." in output
    assert not [pid for pid in running if alive(pid)]


def test_a_signal_at_once_leaves_nothing_behind(supervise: Supervise, tmp_path: Path) -> None:
    process = supervise("one", "two", "three")
    while not list(tmp_path.glob("*.pid")):  # as soon as anything runs
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert "Traceback" not in output
    assert left(tmp_path) == []


def test_one_that_ends_stops_the_others_and_is_named(supervise: Supervise, tmp_path: Path) -> None:
    process = supervise("faulty ends", "other")
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Everything was stopped because faulty ended by itself (code 3)" in output
    assert not [pid for pid in pids(tmp_path, 2) if alive(pid)]


def test_one_that_will_not_stop_is_killed(supervise: Supervise, tmp_path: Path) -> None:
    process = supervise("one", "stuck stubborn")
    running = pids(tmp_path, 2)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert not [pid for pid in running if alive(pid)]


def test_lines_show_whose_they_are(supervise: Supervise) -> None:
    process = supervise("one", "two")
    assert process.stdout
    lines = {process.stdout.readline().rstrip()[9:], process.stdout.readline().rstrip()[9:]}
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=30)
    assert lines == {"one    | one is up", "two    | two is up"}
    assert rest == "Foyer has stopped.\n"


def test_a_closed_output_stops_everything(supervise: Supervise, tmp_path: Path) -> None:
    process = supervise("one", "two")
    assert process.stdout
    process.stdout.close()
    process.wait(timeout=30)
    assert left(tmp_path) == []
