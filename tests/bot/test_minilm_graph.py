from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import numpy as np
import pytest
from safetensors.numpy import load_file

from bot import minilm_graph
from bot.minilm import model_folder
from bot.minilm_graph import Layers, Rounding, Vectors, rounds_finely


@pytest.fixture
def tried_anew() -> Iterator[None]:
    rounds_finely.cache_clear()
    yield
    rounds_finely.cache_clear()


def layer(rounding: Rounding) -> Layers:
    config = json.loads((model_folder() / "config.json").read_text())
    weights = load_file(model_folder() / "model.safetensors")
    return Layers(weights, [0], config, rounding=rounding)


def pieces(count: int) -> Vectors:
    return np.random.default_rng(7).normal(size=(1, count, 384)).astype(np.float32)


@pytest.mark.parametrize("count", [1, 2, 40])
def test_fine_rounding_is_nearer_than_coarse(count: int) -> None:
    assert rounds_finely()
    exact, fine, coarse = (layer(each)(pieces(count)) for each in ("none", "fine", "coarse"))
    assert 0 < np.abs(exact - fine).mean() < np.abs(exact - coarse).mean() < 0.05


def test_a_processor_that_cuts_off_sums_does_not_round(
    tried_anew: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class CutsOff(minilm_graph._Runs):
        def __call__(self, x: Vectors) -> Vectors:
            return np.clip(super().__call__(x), -100, 100)

    monkeypatch.setattr(minilm_graph, "_Runs", CutsOff)
    with caplog.at_level(logging.WARNING):
        assert not rounds_finely()
    assert "takes longer" in caplog.text
    monkeypatch.undo()
    assert np.array_equal(layer("fine")(pieces(3)), layer("none")(pieces(3)))
