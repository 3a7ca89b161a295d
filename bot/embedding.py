"""Turns sentences into vectors whose nearness is nearness in what is asked, with one shared model.

The published sentence model, its upper layers tuned on the lines of `data/nlu/` (`make questions`).
The weights are read, and checked, on first use.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from safetensors.numpy import load_file

from bot.datafile import DATA
from bot.minilm import Embedder, EmbeddingError, Embeddings, changed_layers, model_folder
from bot.minilm_graph import Layers

TUNED_PATH = DATA / "questions.safetensors"


def embed(texts: Sequence[str]) -> Embeddings:
    """The meaning and the wording of each text, as vectors of length 1.

    Texts are cut at 256 word pieces. The weights are loaded and checked at the first call.

    Returns:
        Two arrays of shape (len(texts), 384).

    Raises:
        EmbeddingError: the weights are missing, or aren't the published ones or don't fit them.
    """
    return shared_model().embed(texts, _upper(TUNED_PATH))


def english_words() -> frozenset[str]:
    """The words that the model knows whole, without taking them apart: the common ones of English.

    Raises:
        EmbeddingError: as for `embed`.
    """
    return shared_model().words


_lock = threading.Lock()
_model: Embedder | None = None


def shared_model() -> Embedder:
    """The model, read once in a process whoever asks first.

    Raises:
        EmbeddingError: the weights are missing, or aren't the published ones.
    """
    global _model
    if _model is None:
        with _lock:
            if _model is None:
                _model = Embedder(model_folder())
    return _model


@lru_cache(maxsize=1)
def _upper(path: Path) -> Layers:
    try:
        changes = load_file(str(path))
    except Exception as error:  # the library raises plain Exception
        raise EmbeddingError(f"{path} can't be read ({error}): fetch the project again") from None
    return changed_layers(model_folder(), changes, upper_only=True, rounding="coarse")
