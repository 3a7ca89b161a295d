"""Reads the lines that the classifier is trained on and those it is measured on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.datafile import DATA, load_yaml

HERE = Path(__file__).parent
TRAINING = sorted((DATA / "nlu").glob("*.yml"))
HELD_OUT = HERE / "held_out.yml"
MULTI_QUESTION = HERE / "multi_question.yml"


def lines(file: Path) -> Iterator[tuple[str, str]]:
    """Each example of a file in Rasa's format, as its label and its text."""
    for block in load_yaml(file)["nlu"]:
        for line in block["examples"].splitlines():
            yield block["intent"], line.removeprefix("- ")


def multi_question() -> list[tuple[str, list[str]]]:
    """The messages with several questions, each with the topics asked for."""
    return [(each["text"], each["topics"]) for each in load_yaml(MULTI_QUESTION)["messages"]]
