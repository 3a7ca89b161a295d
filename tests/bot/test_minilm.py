from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from bot import minilm
from bot.embedding import shared_model
from bot.minilm import DIMENSIONS, Embedder, EmbeddingError, changed_layers, model_folder
from bot.minilm_graph import Vectors

TEXTS = ["hello", "How long would I have to wait for the first appointment?"]
BIAS = "encoder.layer.5.output.dense.bias"
WEIGHT = "encoder.layer.5.output.dense.weight"


def copy_of_model(folder: Path) -> Path:
    """The model in a folder of its own, its large weights linked."""
    for file in model_folder().iterdir():
        if file.is_file():
            (folder / file.name).symlink_to(file)
    return folder


# The first numbers that transformers 4.38.2 gives for the same weights, pooled and normalised.
PUBLISHED = {
    "How many sessions are there?": [0.054444, -0.016574, -0.048517, -0.047437],
    "hi": [-0.090476, 0.040440, 0.023906, 0.058948],
    "wht is teh wating tiem 😀 café": [0.042428, -0.001197, 0.028005, 0.021695],
    "Hi, I'm Jo, my mum died last year. how long does it last and is it online?": [
        0.024075,
        -0.044369,
        0.020323,
        0.032135,
    ],
    "long " * 400: [-0.033742, -0.041577, 0.061677, 0.001028],
}


@pytest.mark.parametrize("text", PUBLISHED)
def test_gives_the_numbers_of_the_published_model(text: str) -> None:
    exact = changed_layers(model_folder(), {})
    found = shared_model().embed_through([text], exact)
    assert found[0, :4] == pytest.approx(PUBLISHED[text], abs=1e-5)


def test_rounding_changes_little() -> None:
    model, texts = shared_model(), list(PUBLISHED)
    exact = model.embed_through(texts, changed_layers(model_folder(), {}))
    fine = model.embed_through(texts, changed_layers(model_folder(), {}, rounding="fine"))
    assert 0.999 < (fine * exact).sum(axis=1).min() < 1 - 1e-6
    upper = changed_layers(model_folder(), {}, upper_only=True, rounding="coarse")
    assert 0.97 < (model.embed(texts, upper).meaning * exact).sum(axis=1).min() < 0.9999


def test_changes_of_nothing_change_nothing() -> None:
    model = shared_model()
    nothing = {
        f"{WEIGHT}.up": np.zeros((384, 2), np.float32),
        f"{WEIGHT}.down": np.ones((2, 1536), np.float32),
    }
    same, published = (
        model.embed_through(TEXTS, changed_layers(model_folder(), changes))
        for changes in (nothing, {})
    )
    assert np.abs(same - published).max() < 1e-5


@pytest.mark.parametrize(
    "changes",
    [
        {BIAS: np.linspace(-1, 1, DIMENSIONS, dtype=np.float32)},
        {
            f"{WEIGHT}.up": np.linspace(-1, 1, 384, dtype=np.float16)[:, None],
            f"{WEIGHT}.down": np.linspace(-1, 1, 1536, dtype=np.float16)[None],
        },
    ],
    ids=["replaced", "added to"],
)
def test_changed_layers_change_the_meaning(changes: dict[str, Vectors]) -> None:
    model = shared_model()
    changed, published = (
        model.embed_through(TEXTS, changed_layers(model_folder(), each)) for each in (changes, {})
    )
    assert np.abs(changed - published).max() > 0.01


def test_changes_that_do_not_fit_are_said_in_one_line() -> None:
    wrong = {f"{WEIGHT}.up": np.zeros((3, 2)), f"{WEIGHT}.down": np.zeros((2, 3))}
    with pytest.raises(EmbeddingError, match="don't fit"):
        changed_layers(model_folder(), wrong)


def test_changes_to_lower_layers_are_refused_for_the_upper_ones() -> None:
    low = {"encoder.layer.1.output.dense.bias": np.zeros(DIMENSIONS, np.float32)}
    with pytest.raises(EmbeddingError, match="a lower layer"):
        changed_layers(model_folder(), low, upper_only=True)


def test_missing_weights_are_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"model\.safetensors can't be read") as raised:
        Embedder(tmp_path)
    assert "\n" not in str(raised.value)


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    folder = copy_of_model(tmp_path)
    weights = folder / "model.safetensors"
    original = weights.resolve()
    weights.unlink()
    shutil.copyfile(original, weights)
    with weights.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")
    with pytest.raises(EmbeddingError, match="isn't the published file"):
        Embedder(folder)


def test_a_broken_file_beside_the_weights_is_said_in_one_line(tmp_path: Path) -> None:
    folder = copy_of_model(tmp_path)
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer.json").write_text("not json")
    with pytest.raises(EmbeddingError, match="can't be read") as raised:
        Embedder(folder)
    assert "\n" not in str(raised.value)


def test_a_missing_package_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "PACKAGE", "no_such_package")
    with pytest.raises(EmbeddingError, match="no_such_package isn't installed"):
        model_folder()
