from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.crisis import meaning as module
from bot.crisis.meaning import CATEGORIES, WEIGHTS_PATH, cleaned, meaning, pieces, sentences
from bot.crisis.rules import rulebook


def senses(*texts: str) -> list[module.Sense]:
    layer = meaning()
    assert layer is not None
    return layer.senses(texts)


def test_it_tells_a_farewell_without_a_danger_word_from_an_ordinary_one() -> None:
    farewell, goodbye = senses(
        "I've got the letters done and the bills paid, it'll be easier for them after",
        "Bye for now, I'll come back and fill in the rest after work",
    )
    assert farewell.danger > 0.8
    assert goodbye.danger < 0.2


def test_each_text_is_judged_by_itself() -> None:
    texts = ["hello", "I hope I don't wake up tomorrow", "how long is the wait?"]
    together = senses(*texts)
    for text, sense in zip(texts, together, strict=True):
        [alone] = senses(text)
        assert alone.danger == pytest.approx(sense.danger, abs=1e-4)
        assert sense.text == text
        assert sense.category in CATEGORIES


def test_the_categories_are_those_of_the_phrases() -> None:
    assert set(CATEGORIES) == set(rulebook().categories.values()) - {"question"}


def test_a_message_is_read_whole_and_by_sentence() -> None:
    assert pieces("One thing. And another!\nThird") == [
        "One thing. And another!\nThird",
        "One thing.",
        "And another!",
        "Third",
    ]
    assert pieces("Only one.") == ["Only one."]


def test_what_is_said_again_and_again_is_read_once() -> None:
    assert len(pieces("Let me in. " * 900)) == 2
    assert len(pieces("so " * 3000)) < 5


def test_a_sentence_without_end_is_read_in_overlapping_pieces() -> None:
    words = [f"w{number}" for number in range(95)]
    found = sentences(" ".join(words))
    assert {word for piece in found for word in piece.split()} == set(words)
    assert max(len(piece.split()) for piece in found) <= 40
    assert len(found) == 4


def test_invisible_characters_and_fancy_letters_are_undone() -> None:
    assert cleaned(" I\u200b can’t 𝓭𝓸 this ") == "I can't do this"


def test_nothing_to_read_is_no_failure() -> None:
    assert pieces("") == [""]
    assert senses("")[0].danger < 0.5


@pytest.mark.parametrize("content", [None, b"not weights"])
def test_without_its_weights_there_is_no_layer_and_it_is_said_once(
    content: bytes | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = tmp_path / "meaning.safetensors"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr(module, "WEIGHTS_PATH", path)
    assert meaning() is None
    assert meaning() is None
    assert len(caplog.records) == 1
    assert "without its layer of meaning" in caplog.text


def test_the_weights_are_small_numbers() -> None:
    tensors = module.load_file(str(WEIGHTS_PATH))
    assert tensors["head.weight"].shape == (2 + len(CATEGORIES), 384)
    assert all(np.isfinite(tensor.astype(np.float32)).all() for tensor in tensors.values())
    assert WEIGHTS_PATH.stat().st_size < 2_000_000
