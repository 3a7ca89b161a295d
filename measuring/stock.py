"""Rasa's own starter, fresh from `rasa init`: what ours is measured beside."""

from __future__ import annotations

import sys
from pathlib import Path

from scripts.environment import checked_settings, environment
from scripts.progress import run_quietly


def make(folder: Path) -> None:
    """Writes what `rasa init --no-prompt` writes, without the training that it does at once."""
    folder.mkdir(parents=True)
    program = "import sys; from rasa.cli.scaffold import create_initial_project as create"
    run_quietly(
        [sys.executable, "-c", f"{program}; create(sys.argv[1])", str(folder)],
        "Making a fresh starter project",
        folder.with_suffix(".log"),
        env=environment(checked_settings()),
    )


def train(folder: Path, what: str, *arguments: str) -> None:
    """`rasa train …` in a project's folder."""
    run_quietly(
        [sys.executable, "-m", "rasa", "train", *arguments],
        what,
        folder.with_suffix(".log"),
        env=environment(checked_settings()),
        cwd=folder,
    )
