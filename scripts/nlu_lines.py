"""Reads the examples that the assistant is trained on: data/nlu/."""

from __future__ import annotations

from bot.datafile import DATA, load_yaml


def nlu_lines() -> list[tuple[str, str]]:
    """Each example and its label."""
    return [
        (line.removeprefix("- "), block["intent"])
        for path in sorted((DATA / "nlu").glob("*.yml"))
        for block in load_yaml(path)["nlu"]
        for line in block["examples"].splitlines()
    ]
