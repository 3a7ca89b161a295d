"""Reads lines in Rasa's format: what the assistant is trained on, and what it is measured on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.datafile import DATA, load_yaml

TRAINING = sorted((DATA / "nlu").glob("*.yml"))


def nlu_lines(*paths: Path) -> Iterator[tuple[str, str]]:
    """Each example of the files as its label and its text."""
    for path in paths:
        for block in load_yaml(path)["nlu"]:
            for line in block["examples"].splitlines():
                yield block["intent"], line.removeprefix("- ")
