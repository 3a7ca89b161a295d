"""Becomes one process of the assistant: `python -m scripts.serve rasa|actions|web|outbox`."""

from __future__ import annotations

import os
import sys

from bot.settings import ROOT, Settings
from scripts.environment import checked_settings, environment
from scripts.plainly import Failure, run
from scripts.train import MODEL
from web.body import BYTES


def commands(current: Settings) -> dict[str, list[str]]:
    """The arguments to Python that start each process, by its name."""
    rasa = ["rasa", "run", "--model", str(MODEL), "--interface", "127.0.0.1"]
    rasa += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    actions = ["rasa_sdk", "--actions", "actions"]
    if current.log_level != "DEBUG":
        actions.append("--quiet")
    web = ["uvicorn", "--factory", "web.app:app", "--host", current.web_host]
    web += ["--no-access-log", "--no-server-header", "--log-level", current.log_level.lower()]
    web += ["--forwarded-allow-ips", ",".join(current.web_trusted_proxies)]
    web += ["--ws-max-size", str(BYTES)]  # what is longer is taken in before anyone can refuse it
    web += ["--timeout-graceful-shutdown", "3"]  # seconds; an open chat would hold up the end
    return {
        "rasa": ["-m", "scripts.quietly", *rasa, "--port", str(current.rasa_port)],
        "actions": ["-m", "scripts.quietly", *actions, "--port", str(current.actions_port)],
        "web": ["-m", *web, "--port", str(current.web_port)],
        "outbox": ["-m", "bot.outbox", "run"],
    }


def serving(current: Settings) -> dict[str, str]:
    """The environment of a process that answers people."""
    # A sentence is too short for two threads to be quicker than one, and while the second waits for
    # work it takes a quarter of a turn's processor time from the others.
    return {**environment(current), "OPENBLAS_NUM_THREADS": "1"}


def main() -> None:
    """Replaces this process by the one that the first argument names."""
    current = checked_settings()
    known = commands(current)
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in known:
        raise Failure(f"Say which process to start: {', '.join(known)}.")
    if name == "rasa" and not MODEL.exists():
        raise Failure("There is no trained model: run `make train` first.")
    os.chdir(ROOT)
    os.execve(sys.executable, [sys.executable, *known[name]], serving(current))


if __name__ == "__main__":
    run(main)
