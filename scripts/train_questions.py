"""Tunes the sentence model to the questions that people ask: `make questions`.

Its upper layers learn to tell the labels of `data/nlu/` apart. Only they are kept, not the head:
the classifier that `make train` trains on top learns the labels, so a new topic needs no tuning
here. Some ten minutes on two cores; worth it when some hundred lines were added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf  # type: ignore[import-untyped]
from safetensors.numpy import save_file

from bot.datafile import ROOT
from bot.embedding import TUNED_PATH
from bot.minilm_graph import Vectors
from scripts.nlu_lines import TRAINING, nlu_lines
from scripts.plainly import run
from scripts.sentence_network import Schedule, tune

SCHEDULE = Schedule(epochs=3, rate=1e-3, dropout=0.1)
SMOOTHING = 0.1  # no line is believed entirely


def main() -> None:
    """Trains and writes the weights."""
    labels, texts = zip(*nlu_lines(*TRAINING), strict=True)
    print(f"· {len(texts)} lines", flush=True)
    save_file(train(texts, labels, SCHEDULE), str(TUNED_PATH))
    print(f"· {TUNED_PATH.relative_to(ROOT)}: {TUNED_PATH.stat().st_size // 1024} KiB")


def train(texts: Sequence[str], labels: Sequence[str], schedule: Schedule) -> dict[str, Vectors]:
    """The changes to the upper layers that tell the labels apart, by name."""
    counts = Counter(labels)
    names = sorted(counts)
    # Rare labels count for more, but not so much that common ones are forgotten.
    weights = np.array([counts[label] ** -0.5 for label in labels], np.float32)
    numbers = np.array([names.index(label) for label in labels], np.int32)

    def loss(logits: Any, label: Any, weight: Any) -> Any:
        wanted = tf.one_hot(label, len(names)) * (1 - SMOOTHING) + SMOOTHING / len(names)
        return tf.reduce_mean(weight * tf.nn.softmax_cross_entropy_with_logits(wanted, logits))

    network = tune(texts, [numbers, weights / weights.mean()], loss, len(names), schedule)
    return network.changes()


if __name__ == "__main__":
    run(main)
