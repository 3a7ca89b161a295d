"""Rasa's stock pipeline, as `rasa init` writes it, trained on the same lines as ours.

With less of it, since on two cores it would need more than a day for all: it goes through the lines
fewer times, and of the crisis lines only some short ones train it.

Questions are `faq/<topic>` for its response selector. It has no crisis screen, so the crisis lines
train it as intents: one for each category, and one for what is harmless.
"""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import yaml

from bot.datafile import DATA
from bot.nlu.reading import QUESTION
from measuring import stock
from measuring.evaluation.pipelines import Read
from scripts.crisis_lines import Line, read_lines

_TRAIN = "nlu --nlu data --domain domain.yml --fixed-model-name stock".split()
CRISIS = "crisis_"
HARMLESS = "harmless"
CRISIS_LINES = DATA / "crisis" / "lines"

EPOCHS = 6  # instead of 100; one with every line took more than 8 minutes
LONGEST = 20  # words of a crisis line; it pads whole batches to the longest
EVERY = 3  # of those crisis lines one in so many

Examples = dict[str, list[str]]


class Stock:
    """The trained stock pipeline."""

    def __init__(self, model: Path) -> None:
        from rasa.core.agent import Agent
        from rasa.utils.log_utils import configure_structlog

        configure_structlog(logging.ERROR)  # or it would print every line
        self._agent = Agent.load(model)

    def read(self, texts: Sequence[str]) -> list[Read]:
        return asyncio.run(self._read(texts))

    async def _read(self, texts: Sequence[str]) -> list[Read]:
        found = []
        for text in texts:
            parsed = await self._agent.parse_message(text)
            intent, confidence = parsed["intent"]["name"] or "", parsed["intent"]["confidence"]
            topics: tuple[str, ...] = ()
            if intent == QUESTION:
                response = parsed["response_selector"]["default"]["response"]
                topics = ((response["intent_response_key"] or "").removeprefix(f"{QUESTION}/"),)
            found.append(Read(intent, topics, (), intent, confidence))
        return found


def fires(read: Read) -> bool:
    """Whether it takes the message for one that speaks of danger."""
    return read.intent.startswith(CRISIS)


def train(folder: Path) -> Path:
    """Trains it in a new folder; gives the model. This takes minutes."""
    stock.make(folder)
    shutil.rmtree(folder / "data")
    shutil.copytree(DATA / "nlu", folder / "data")
    lines = [line for path in crisis_files() for line in read_lines(path)]
    short = [line for line in lines if len(line.text.split()) <= LONGEST]
    crisis = crisis_examples(short[::EVERY])
    _write(folder / "data" / "crisis.yml", {"nlu": [_block(*each) for each in crisis.items()]})
    _write(folder / "domain.yml", _domain(folder))
    shutil.rmtree(folder / "models", ignore_errors=True)
    config = folder / "config.yml"
    config.write_text(spelt_out(config.read_text(encoding="utf-8")), encoding="utf-8")
    what = "Training the stock pipeline on the same lines (usually 10 to 20 minutes)"
    stock.train(folder, what, *_TRAIN)
    return folder / "models" / "stock.tar.gz"


def spelt_out(config: str) -> str:
    """The starter's config.yml with the pipeline that it leaves commented out, at our epochs."""
    return re.sub(r"(?m)^#   ", "  ", config).replace("epochs: 100", f"epochs: {EPOCHS}")


def crisis_files() -> list[Path]:
    """The files of crisis training lines."""
    return sorted(CRISIS_LINES.glob("*.yml"))


def crisis_examples(lines: Sequence[Line]) -> Examples:
    """Crisis training lines as examples of intents."""
    found: Examples = {}
    for line in lines:
        category = (line.category or "danger").replace("-", "_")
        intent = f"{CRISIS}{category}" if line.danger else HARMLESS
        found.setdefault(intent, []).append(line.text)
    return found


def _block(intent: str, texts: Sequence[str]) -> dict[str, str]:
    return {"intent": intent, "examples": "".join(f"- {_plain(text)}\n" for text in texts)}


def _plain(text: str) -> str:
    # Brackets mark entities in Rasa's training lines.
    return " ".join(text.translate(str.maketrans("[]{}", "()()")).split())


def _domain(folder: Path) -> dict[str, object]:
    labels = {
        block["intent"]
        for path in (folder / "data").glob("*.yml")
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
    }
    topics = sorted(label for label in labels if "/" in label)
    return {
        "version": "3.1",
        "intents": sorted({label.split("/")[0] for label in labels}),
        "responses": {f"utter_{topic}": [{"text": topic}] for topic in topics},
    }


def _write(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, width=10**6), encoding="utf-8")
