"""Trains the crisis screen's layer of meaning: `make meaning`.

The upper layers of the sentence model are tuned on `data/crisis/lines/`, with a head that says how
likely danger is, how clear, and of what kind.
What comes out is small, and is kept with the project as `data/crisis/meaning.safetensors`, so that
what was measured is what runs.

Goes on from the weights that are kept, for a quarter of an hour on two cores; with `--anew` it
begins with the published model, and takes an hour.
"""

from __future__ import annotations

import argparse
import hashlib
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf  # type: ignore[import-untyped]
from safetensors.numpy import load_file, save_file

from bot.crisis.meaning import CATEGORIES, WEIGHTS_PATH, cleaned, sentences
from bot.datafile import ROOT
from bot.minilm_graph import Vectors
from scripts.crisis_lines import TRAINING, Line, read_folder, read_lines
from scripts.nlu_lines import TRAINING as NLU_TRAINING
from scripts.nlu_lines import nlu_lines
from scripts.plainly import run
from scripts.sentence_network import SCALE, SEED, Network, Schedule, tune

SMOOTHING = 0.03  # no line is believed entirely
NLU_LINES = 2500  # ordinary questions to the assistant, as harmless lines
NLU_WEIGHT = 0.5
KNOWN_WEIGHT = 3.0  # of lines that the tests hold the screen to


@dataclass(frozen=True)
class Example:
    """A text, and what the head should make of it; -1 stands for what isn't known."""

    text: str
    danger: float
    clear: float
    category: int
    weight: float = 1.0


ANEW = Schedule(epochs=4, rate=1e-3)
GOING_ON = Schedule(epochs=1, rate=3e-4)


def main() -> None:
    """Trains and writes the weights."""
    parser = argparse.ArgumentParser(prog="scripts.train_meaning")
    parser.add_argument("--anew", action="store_true", help="forget the weights that are kept")
    anew = parser.parse_args().anew
    known = [line for path in sorted(TRAINING.glob("known_*.yml")) for line in read_lines(path)]
    examples = list(training_examples(list(read_folder(TRAINING)), ordinary_lines(), known))
    print(f"· {len(examples)} examples", flush=True)
    tensors = train(examples, ANEW) if anew else further(examples, load_file(WEIGHTS_PATH))
    save_file(tensors, str(WEIGHTS_PATH), metadata={"lines": fingerprint(TRAINING)})
    print(f"· {WEIGHTS_PATH.relative_to(ROOT)}: {WEIGHTS_PATH.stat().st_size // 1024} KiB")


def fingerprint(folder: Path) -> str:
    """A hash of the lines that the weights are made from, whichever file each is in."""
    known = {(line.text, line.expect, line.category) for line in read_folder(folder)}
    return hashlib.sha256(repr(sorted(known)).encode()).hexdigest()


def ordinary_lines() -> list[str]:
    """Examples of ordinary questions, a fixed choice of them."""
    found = [text for _, text in nlu_lines(*NLU_TRAINING)]
    return random.Random(SEED).sample(found, min(NLU_LINES, len(found)))


def training_examples(
    lines: Sequence[Line], ordinary: Sequence[str], known: Sequence[Line] = ()
) -> Iterator[Example]:
    """What to learn from: the lines, long harmless ones sentence by sentence as well."""
    firm = frozenset(known)
    for line in lines:
        category = CATEGORIES.index(line.category) if line.category in CATEGORIES else -1
        text = cleaned(line.text)
        clear = -1.0 if line.expect == "fires" else float(line.expect == "alert")
        weight = KNOWN_WEIGHT if line in firm else 1.0
        yield Example(text, float(line.danger), clear, category, weight)
        parts = sentences(text)
        if not line.danger and len(parts) > 1:
            for part in parts:
                yield Example(part, 0.0, 0.0, -1, 0.5)
    for text in ordinary:
        yield Example(cleaned(text), 0.0, 0.0, -1, NLU_WEIGHT)


def _loss(logits: Any, danger: Any, clear: Any, category: Any, weight: Any) -> Any:
    kinds = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(category, 0), logits[:, 2:])
    losses = (
        _sigmoid_loss(danger, logits[:, 0])
        + 0.5 * tf.cast(clear >= 0, tf.float32) * _sigmoid_loss(clear, logits[:, 1])
        + 0.3 * tf.cast(category >= 0, tf.float32) * kinds
    )
    return tf.reduce_mean(weight * losses)


def _sigmoid_loss(target: Any, logits: Any) -> Any:
    smoothed = target * (1 - SMOOTHING) + SMOOTHING / 2
    return tf.nn.sigmoid_cross_entropy_with_logits(smoothed, logits)


def train(
    examples: Sequence[Example],
    schedule: Schedule,
    learnt: Mapping[str, Vectors] | None = None,
    after_epoch: Callable[[Network], None] | None = None,
) -> dict[str, Vectors]:
    """Tunes the network, on from what was `learnt`; gives its changes and its head by name."""
    columns = [
        np.array([getattr(example, name) for example in examples], kind)
        for name, kind in (
            ("danger", np.float32),
            ("clear", np.float32),
            ("category", np.int32),
            ("weight", np.float32),
        )
    ]
    texts = [example.text for example in examples]
    outputs = 2 + len(CATEGORIES)
    network = tune(texts, columns, _loss, outputs, schedule, learnt, after_epoch)
    head = {name: variable.numpy().astype(np.float32) for name, variable in network.head.items()}
    head["head.weight"] *= SCALE
    return {**network.changes(), **head}


def further(examples: Sequence[Example], learnt: Mapping[str, Vectors]) -> dict[str, Vectors]:
    """What is learnt on from there, half of the way: so less is forgotten (arXiv 2109.01903)."""
    newer = train(examples, GOING_ON, learnt)
    return {
        name: ((learnt[name].astype(np.float32) + values) / 2).astype(values.dtype)
        for name, values in newer.items()
    }


if __name__ == "__main__":
    run(main)
