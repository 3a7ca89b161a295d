"""Turns sentences into vectors whose nearness is nearness in meaning, with one shared model.

The weights are read, and checked, on first use.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from bot.minilm import Embedder, Embeddings, model_folder
from bot.minilm_graph import Vectors


def embed(texts: Sequence[str]) -> Vectors:
    """The meaning of each text as a vector of length 1.

    Texts are cut at 256 word pieces. The weights are loaded and checked at the first call.

    Returns:
        An array of shape (len(texts), 384).

    Raises:
        EmbeddingError: the weights are missing, or aren't the published ones.
    """
    return embed_fully(texts).meaning


def embed_fully(texts: Sequence[str]) -> Embeddings:
    """As `embed`, with the wording of each text beside its meaning, in the same time."""
    return shared_model().embed(texts)


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
