from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from bot import embedding
from bot.embedding import embed, english_words
from bot.minilm import DIMENSIONS, Embedder, EmbeddingError

TEXTS = ["How many sessions are there?", "hi", "wht is teh wating tiem 😀 café", "long " * 400]


def test_texts_together_are_as_each_alone() -> None:
    together = embed(TEXTS).meaning
    alone = np.vstack([embed([text]).meaning for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-5


@pytest.mark.parametrize("many", [70, 510], ids=["one by one", "shared out over the cores"])
def test_many_texts_keep_their_order(many: int) -> None:
    texts = ["word " * (1 + number % 7) + str(number) for number in range(many)]
    assert np.abs(embed(texts).meaning[::-1] - embed(texts[::-1]).meaning).max() < 1e-5


def test_every_row_has_length_one() -> None:
    found = embed(["", "hello", "Is there parking?"])
    for rows in (found.meaning, found.wording):
        assert rows.shape == (3, DIMENSIONS)
        assert rows.dtype == np.float32
        assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)


def test_nothing_gives_nothing() -> None:
    assert embed([]).meaning.shape == (0, DIMENSIONS)


def test_like_meanings_are_near() -> None:
    texts = ["how much is it", "what does it cost", "where can I park"]
    cost, price, parking = embed(texts).meaning
    assert cost @ price > cost @ parking + 0.2


def test_wording_is_not_meaning() -> None:
    found = embed(["how much is it"])
    assert np.abs(found.meaning - found.wording).max() > 0.01


def test_the_weights_are_read_once_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []

    class Counting(Embedder):
        def __init__(self, folder: Path) -> None:
            read.append(folder)
            super().__init__(folder)

    monkeypatch.setattr(embedding, "_model", None)
    monkeypatch.setattr(embedding, "Embedder", Counting)
    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(embed, [["hello"]] * 4)
    assert len(read) == 1
    assert all((first.meaning == other.meaning).all() for other in others)


def test_missing_tuned_weights_are_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(embedding, "TUNED_PATH", tmp_path / "questions.safetensors")
    with pytest.raises(EmbeddingError, match=r"questions\.safetensors can't be read") as raised:
        embed(["hello"])
    assert "\n" not in str(raised.value)


def test_english_words_are_whole_words() -> None:
    words = english_words()
    assert {"session", "anxiety", "because"} <= words
    assert "anxeity" not in words
