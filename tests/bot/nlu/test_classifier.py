from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu import classifier as module
from bot.nlu.classifier import FEATURES, Classifier, ClassifierError, features, train
from bot.nlu.spelling import Spelling
from tests.bot.nlu.conftest import LINES


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("what would I have to pay", "faq/cost"),
        ("can I leave my car somewhere", "faq/parking"),
        ("how many minutes is one session", "faq/session_length"),
        ("hiya", "greet"),
    ],
)
def test_finds_the_label_of_new_words(classifier: Classifier, text: str, label: str) -> None:
    assert classifier.rank([text])[0][0].label == label


def test_ranks_every_label_once_likeliest_first(classifier: Classifier) -> None:
    ranking = classifier.rank(["is there parking"])[0]
    assert sorted(guess.label for guess in ranking) == sorted(LINES)
    likelihoods = [guess.confidence for guess in ranking]
    assert likelihoods == sorted(likelihoods, reverse=True)
    assert sum(likelihoods) == pytest.approx(1.0, abs=1e-5)


def test_what_is_stored_is_what_was_trained(classifier: Classifier, tmp_path: Path) -> None:
    classifier.save(tmp_path)
    texts = ["hello", "is it free"]
    assert Classifier.load(tmp_path).rank(texts) == classifier.rank(texts)


def test_nothing_executable_is_stored(classifier: Classifier, tmp_path: Path) -> None:
    classifier.save(tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".npz", ".json"}


def test_missing_files_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(ClassifierError, match="train again"):
        Classifier.load(tmp_path)


def test_files_that_do_not_belong_together_are_refused(
    classifier: Classifier, tmp_path: Path
) -> None:
    classifier.save(tmp_path)
    np.savez_compressed(
        tmp_path / module.WEIGHTS_FILE, weights=np.zeros((2, 3)), biases=np.zeros(2)
    )
    with pytest.raises(ClassifierError, match="don't belong together"):
        Classifier.load(tmp_path)


def test_a_large_label_is_learnt_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGE_LABEL", 5)
    monkeypatch.setattr(module, "GROUP_LINES", 2)
    lines = [*LINES["faq/cost"], *LINES["greet"], *LINES["faq/parking"]]
    labels = ["many"] * 6 + ["greet"] * 4 + ["faq/parking"] * 5
    trained = train(lines, labels, 100.0)
    assert trained.labels.count("many") == 3
    assert [guess.label for guess in trained.rank(["is it free"])[0]].count("many") == 1


def test_training_needs_three_labels() -> None:
    with pytest.raises(ClassifierError, match="at least three intents"):
        train(["hello", "bye"], ["greet", "goodbye"], 1.0)


def test_features_do_not_depend_on_case_or_spaces() -> None:
    rows = features(["Is it  FREE", "is it free"], Spelling({}))
    assert rows.shape == (2, FEATURES)
    assert np.abs(rows[0] - rows[1]).max() < 1e-5
