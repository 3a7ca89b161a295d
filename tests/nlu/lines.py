"""The files of lines that the classifier is measured on."""

from __future__ import annotations

from pathlib import Path

from bot.datafile import load_yaml

HERE = Path(__file__).parent
HELD_OUT = HERE / "held_out.yml"
HINTED = HERE / "held_out_hinted.yml"
MULTI_QUESTION = HERE / "multi_question.yml"


def multi_question() -> list[tuple[str, list[str]]]:
    """The messages with several questions, each with the topics asked for."""
    return [(each["text"], each["topics"]) for each in load_yaml(MULTI_QUESTION)["messages"]]
