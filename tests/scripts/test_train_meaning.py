from __future__ import annotations

import random

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from bot.crisis.meaning import CATEGORIES, WEIGHTS_PATH, Meaning
from scripts import train_meaning
from scripts.crisis_lines import TRAINING, Line
from scripts.sentence_network import Network, Schedule
from scripts.train_meaning import Example, fingerprint, train, training_examples


def line(text: str, expect: str, category: str = "") -> Line:
    return Line(text, "any", expect, category)


def test_the_weights_are_made_from_the_lines_of_today() -> None:
    """If this fails, the lines have changed since: run `make meaning`, and commit the weights."""
    with safe_open(str(WEIGHTS_PATH), framework="numpy") as file:
        assert file.metadata()["lines"] == fingerprint(TRAINING)


def test_a_line_is_learnt_as_danger_and_how_clear() -> None:
    lines = [
        line("a", "alert", "abuse"),
        line("b", "check-in", "self-harm"),
        line("c", "fires", "overdose"),
        line("d", "none"),
    ]
    found = list(training_examples(lines, ["ordinary"]))
    assert [(each.danger, each.clear) for each in found] == [
        (1, 1),
        (1, 0),
        (1, -1),
        (0, 0),
        (0, 0),
    ]
    assert found[0].category == CATEGORIES.index("abuse")
    assert found[3].category == -1


def test_of_a_harmless_post_every_sentence_is_harmless_too() -> None:
    long = "It rained all day. I cried a lot. Then I slept."
    texts = [each.text for each in training_examples([line(long, "none")], [])]
    assert texts == [long, "It rained all day.", "I cried a lot.", "Then I slept."]
    of_danger = training_examples([line(long, "alert", "abuse")], [])
    assert [each.text for each in of_danger] == [long]


def test_what_is_trained_is_what_runs() -> None:
    """The network that learns and the one that screens give the same numbers."""
    texts = ["I can't see a way through this", "what time do you open", "goodbye all"]
    examples = [Example(text, float(place % 2), 1.0, place) for place, text in enumerate(texts)]
    kept: list[Network] = []
    tensors = train(examples * 12, Schedule(epochs=1, rate=1e-3), after_epoch=kept.append)
    [network] = kept
    for rows, ids, present in network.batches(texts, random.Random(1)):
        logits = network.logits(ids, present, 0.0).numpy()
        senses = Meaning(tensors).senses([texts[row] for row in rows])
        for said, sense in zip(logits, senses, strict=True):
            assert sense.danger == pytest.approx(1 / (1 + np.exp(-said[0])), abs=0.01)
            assert sense.clear == pytest.approx(1 / (1 + np.exp(-said[1])), abs=0.01)
            assert sense.category == CATEGORIES[said[2:].argmax()]


def test_it_goes_on_from_what_was_learnt() -> None:
    texts = ["I can't see a way through this", "what time do you open"]
    examples = [Example(text, float(place == 0), -1.0, -1) for place, text in enumerate(texts)]
    learnt = load_file(str(WEIGHTS_PATH))
    hardly = train(examples, Schedule(epochs=1, rate=1e-9), learnt)
    for before, after in zip(
        Meaning(learnt).senses(texts), Meaning(hardly).senses(texts), strict=True
    ):
        assert after.danger == pytest.approx(before.danger, abs=0.01)


def test_going_on_it_stays_half_way(monkeypatch: pytest.MonkeyPatch) -> None:
    newer = {"head.bias": np.array([3.0, 1.0], np.float32)}
    monkeypatch.setattr(train_meaning, "train", lambda *_: newer)
    found = train_meaning.further([], {"head.bias": np.array([1.0, 1.0], np.float16)})
    assert found["head.bias"].tolist() == [2.0, 1.0]
    assert found["head.bias"].dtype == np.float32
