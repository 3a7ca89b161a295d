"""The sentence model as TensorFlow trains it: tunable upper layers, and a head on top.

The upper layers are tuned by low-rank changes (LoRA, arXiv 2106.09685), which are small to keep.
`scripts.train_meaning` and `scripts.train_questions` say what is learnt.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import hashlib
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf  # type: ignore[import-untyped]
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer  # type: ignore[import-untyped]

from bot.minilm import DIMENSIONS, LAYERS, LOWER_LAYERS, model_folder
from bot.minilm_graph import Vectors

HEADS = 12
RANK = 16
BATCH = 32
HEAD_RATE = 5  # times as fast as the low-rank changes
SCALE = 4.0  # rows of length 1 are short for a head that learns at this rate
LONGEST = 128  # word pieces of a line
SEED = 20

Loss = Callable[..., Any]  # of the head's output and the targets' columns, a number


@dataclass(frozen=True)
class Schedule:
    """How often all the lines are gone through, how fast it learns from them at first, and so on.

    `dropout` is the share of numbers left out at a time, so that none is leant on too much.
    """

    epochs: int
    rate: float
    dropout: float = 0.15


class _Linear:
    """A product with fixed weights and, when it is tuned, a low-rank change beside it."""

    def __init__(self, name: str, weights: dict[str, Any], tuned: dict[str, Any] | None) -> None:
        self._weight = tf.constant(weights[f"{name}.weight"])
        self._bias = tf.constant(weights[f"{name}.bias"])
        self._down = None
        if tuned is None:
            return
        rows, columns = self._weight.shape
        seed = np.random.default_rng(_seed(name))
        down = seed.normal(0, columns**-0.5, (RANK, columns)).astype(np.float32)
        self._down = tuned[f"{name}.weight.down"] = tf.Variable(down)
        self._up = tuned[f"{name}.weight.up"] = tf.Variable(np.zeros((rows, RANK), np.float32))
        self._bias = tuned[f"{name}.bias"] = tf.Variable(self._bias)

    def __call__(self, x: Any) -> Any:
        y = tf.einsum("btd,ed->bte", x, self._weight) + self._bias
        if self._down is not None:
            y += tf.einsum("btr,er->bte", tf.einsum("btd,rd->btr", x, self._down), self._up)
        return y


class _Norm:
    def __init__(self, name: str, weights: dict[str, Any], tuned: dict[str, Any] | None) -> None:
        self._weight, self._bias = (weights[f"{name}.{part}"] for part in ("weight", "bias"))
        if tuned is not None:
            self._weight = tuned[f"{name}.weight"] = tf.Variable(self._weight)
            self._bias = tuned[f"{name}.bias"] = tf.Variable(self._bias)

    def __call__(self, x: Any) -> Any:
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        return (x - mean) * tf.math.rsqrt(variance + 1e-12) * self._weight + self._bias


class _Layer:
    def __init__(self, number: int, weights: dict[str, Any], tuned: dict[str, Any] | None) -> None:
        name = f"encoder.layer.{number}"
        self._query, self._key, self._value = (
            _Linear(f"{name}.attention.self.{part}", weights, tuned)
            for part in ("query", "key", "value")
        )
        self._attended = _Linear(f"{name}.attention.output.dense", weights, tuned)
        self._attended_norm = _Norm(f"{name}.attention.output.LayerNorm", weights, tuned)
        self._widen = _Linear(f"{name}.intermediate.dense", weights, tuned)
        self._narrow = _Linear(f"{name}.output.dense", weights, tuned)
        self._narrow_norm = _Norm(f"{name}.output.LayerNorm", weights, tuned)

    def __call__(self, x: Any, mask: Any, dropout: float) -> Any:
        rows, columns = tf.shape(x)[0], tf.shape(x)[1]

        def split(y: Any) -> Any:
            return tf.transpose(tf.reshape(y, (rows, columns, HEADS, -1)), (0, 2, 1, 3))

        scores = tf.matmul(split(self._query(x)), split(self._key(x)), transpose_b=True)
        scores = tf.nn.softmax(scores * (DIMENSIONS // HEADS) ** -0.5 + mask)
        context = tf.transpose(tf.matmul(scores, split(self._value(x))), (0, 2, 1, 3))
        attended = self._attended(tf.reshape(context, (rows, columns, DIMENSIONS)))
        x = self._attended_norm(x + _dropped(attended, dropout))
        return self._narrow_norm(x + _dropped(self._narrow(tf.nn.gelu(self._widen(x))), dropout))


class Network:
    """The sentence model with tunable upper layers and a head."""

    def __init__(self, folder: Path, outputs: int) -> None:
        weights = load_file(str(folder / "model.safetensors"))
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=LONGEST)
        self._words = tf.constant(weights["embeddings.word_embeddings.weight"])
        self._positions = tf.constant(
            weights["embeddings.position_embeddings.weight"]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = _Norm("embeddings.LayerNorm", weights, None)
        self.tuned: dict[str, Any] = {}
        self._layers = [
            _Layer(number, weights, self.tuned if number >= LOWER_LAYERS else None)
            for number in range(LAYERS)
        ]
        self.head = {
            "head.weight": tf.Variable(np.zeros((outputs, DIMENSIONS), np.float32)),
            "head.bias": tf.Variable(np.zeros(outputs, np.float32)),
        }

    def go_on_from(self, tensors: Mapping[str, Vectors]) -> None:
        """Takes what was learnt before, as `train` gives it."""
        for name, variable in {**self.tuned, **self.head}.items():
            variable.assign(tensors[name].astype(np.float32))
        self.head["head.weight"].assign(self.head["head.weight"] / SCALE)

    def changes(self) -> dict[str, Vectors]:
        """The low-rank changes, as `bot.minilm.changed_layers` takes them."""
        return {name: value.numpy().astype(np.float16) for name, value in self.tuned.items()}

    def batches(self, texts: Sequence[str], rng: random.Random) -> list[tuple[Any, Any, Any]]:
        """Row numbers, word pieces and presence of texts of like length, in random order."""
        pieces = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(pieces)), key=lambda row: len(pieces[row]) + 6 * rng.random())
        starts = list(range(0, len(order), BATCH))
        rng.shuffle(starts)
        return [
            (order[s : s + BATCH], *_padded([pieces[row] for row in order[s : s + BATCH]]))
            for s in starts
        ]

    def logits(self, ids: Any, present: Any, dropout: float) -> Any:
        """What the head says of each row."""
        mask = ((1 - present) * -1e9)[:, None, None, :]
        x = self._norm(tf.gather(self._words, ids) + self._positions[: tf.shape(ids)[1]])
        for number, layer in enumerate(self._layers):
            x = layer(x, mask, dropout if number >= LOWER_LAYERS else 0.0)
        mean = tf.reduce_sum(x * present[..., None], 1)
        unit = mean / tf.norm(mean, axis=1, keepdims=True) * SCALE
        head = self.head
        return _dropped(unit, dropout) @ tf.transpose(head["head.weight"]) + head["head.bias"]


def tune(
    texts: Sequence[str],
    targets: Sequence[NDArray[Any]],
    loss: Loss,
    outputs: int,
    schedule: Schedule,
    learnt: Mapping[str, Vectors] | None = None,
    after_epoch: Callable[[Network], None] | None = None,
) -> Network:
    """Tunes the model.

    Args:
        texts: what to learn from.
        targets: columns with a row for each text, which `loss` gets after the head's output.
        outputs: how many numbers the head gives for a text.
        learnt: what an earlier training gave, to go on from.
        after_epoch: is called with the network each time all texts were gone through.
    """
    tf.keras.utils.set_random_seed(SEED)
    rng = random.Random(SEED)
    network = Network(model_folder(), outputs)
    if learnt:
        network.go_on_from(learnt)
    changes, head = list(network.tuned.values()), list(network.head.values())
    optimizer, head_optimizer = tf.keras.optimizers.Adam(), tf.keras.optimizers.Adam()

    @tf.function(reduce_retracing=True, autograph=False)  # type: ignore[untyped-decorator]
    def step(ids: Any, present: Any, *columns: Any) -> Any:
        with tf.GradientTape() as tape:
            value = loss(network.logits(ids, present, schedule.dropout), *columns)
        gradients, _ = tf.clip_by_global_norm(tape.gradient(value, changes + head), 1.0)
        optimizer.apply_gradients(zip(gradients[: len(changes)], changes, strict=True))
        head_optimizer.apply_gradients(zip(gradients[len(changes) :], head, strict=True))
        return value

    total, done = schedule.epochs * (len(texts) // BATCH + 1), 0
    for epoch in range(schedule.epochs):
        losses = []
        for rows, ids, present in network.batches([_varied(each, rng) for each in texts], rng):
            warm = max(0.02, min(1.0, done / 60) * (1 - done / total))
            optimizer.learning_rate.assign(schedule.rate * warm)
            head_optimizer.learning_rate.assign(schedule.rate * warm * HEAD_RATE)
            losses.append(float(step(ids, present, *(column[rows] for column in targets))))
            done += 1
        print(f"· epoch {epoch + 1} of {schedule.epochs}: loss {np.mean(losses):.4f}", flush=True)
        if after_epoch:
            after_epoch(network)
    return network


def _varied(text: str, rng: random.Random) -> str:
    """The text as someone else might have typed it: without capitals, stops or apostrophes."""
    chance = rng.random()
    if chance < 0.25:
        text = text.lower()
    if 0.1 < chance < 0.2:
        text = re.sub(r"['’]", "", text)
    if 0.15 < chance < 0.3:
        text = re.sub(r"[.,;:]", "", text)
    if 0.3 < chance < 0.4:
        text = _mistyped(text, rng)
    return text


def _mistyped(text: str, rng: random.Random) -> str:
    """Two neighbouring letters of one longer word change places, or one is left out."""
    words = text.split(" ")
    longer = [place for place, word in enumerate(words) if len(word) > 4]
    if longer:
        place = rng.choice(longer)
        word = words[place]
        at = rng.randrange(1, len(word) - 2)
        swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        words[place] = swapped if rng.random() < 0.5 else word[:at] + word[at + 1 :]
    return " ".join(words)


def _padded(pieces: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    columns = -(-max(len(ids) for ids in pieces) // 8) * 8
    ids, present = (np.zeros((len(pieces), columns), kind) for kind in (np.int32, np.float32))
    for row, known in enumerate(pieces):
        ids[row, : len(known)], present[row, : len(known)] = known, 1
    return ids, present


def _dropped(x: Any, share: float) -> Any:
    return tf.nn.dropout(x, share) if share else x


def _seed(name: str) -> int:
    """A number for a name, the same at every run."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
