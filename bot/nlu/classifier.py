"""Tells which of the known questions and wishes a sentence is: logistic regression on its meaning.

Three kinds of features stand side by side: the sentence embedding, which carries meaning; its early
form, which carries wording; and hashed groups of letters, which carry names. A label that is many
things at once, as "out of scope" is, is learnt as several groups of like lines, whose likelihoods
are added up.
"""

from __future__ import annotations

import json
import warnings
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans  # type: ignore[import-untyped]
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from bot.embedding import embed, english_words
from bot.minilm import DIMENSIONS
from bot.nlu.spelling import Spelling

WEIGHTS_FILE = "weights.npz"
LABELS_FILE = "labels.json"

LETTER_BUCKETS = 512
FEATURES = 2 * DIMENSIONS + LETTER_BUCKETS
LETTER_SHARE = 0.5  # the weight of groups of letters beside the meaning
GROUP_LINES = 40  # about how many lines a group of a large label has
LARGE_LABEL = 120  # a label with more lines than this is learnt in groups

Matrix = NDArray[np.float32]


class ClassifierError(Exception):
    """The classifier can't be trained or read. The message is one line that says why."""


@dataclass(frozen=True)
class Guess:
    """A label and how likely it is, from 0 to 1."""

    label: str
    confidence: float


@dataclass(frozen=True)
class Classifier:
    """What training found: for each group of lines its label, a row of weights and a bias."""

    labels: tuple[str, ...]
    weights: Matrix
    biases: Matrix
    spelling: Spelling

    def rank(self, texts: Sequence[str]) -> list[tuple[Guess, ...]]:
        """For each text all labels, the likeliest first."""
        scores = features(texts, self.spelling) @ self.weights.T + self.biases
        scores -= scores.max(axis=1, keepdims=True)
        odds = np.exp(scores)
        odds /= odds.sum(axis=1, keepdims=True)
        return [self._ranked(row) for row in odds]

    def _ranked(self, odds: Matrix) -> tuple[Guess, ...]:
        totals: dict[str, float] = {}
        for label, likelihood in zip(self.labels, odds.tolist(), strict=True):
            totals[label] = totals.get(label, 0.0) + likelihood
        guesses = [Guess(label, likelihood) for label, likelihood in totals.items()]
        return tuple(sorted(guesses, key=lambda guess: -guess.confidence))

    def save(self, folder: Path) -> None:
        """Writes it into a folder, as numbers and JSON only."""
        np.savez_compressed(folder / WEIGHTS_FILE, weights=self.weights, biases=self.biases)
        content = {"labels": self.labels, "words": dict(self.spelling.words)}
        (folder / LABELS_FILE).write_text(json.dumps(content), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Classifier:
        """Reads what `save` wrote.

        Raises:
            ClassifierError: the files are missing, broken or don't belong together.
        """
        try:
            content = json.loads((folder / LABELS_FILE).read_text(encoding="utf-8"))
            labels, spelling = tuple(content["labels"]), Spelling(content["words"])
            with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as stored:
                weights, biases = stored["weights"], stored["biases"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ClassifierError(f"the classifier can't be read ({error}): train again") from None
        if weights.shape != (len(labels), FEATURES):
            raise ClassifierError("the classifier's files don't belong together: train again")
        return cls(labels, weights, biases, spelling)


def train(texts: Sequence[str], labels: Sequence[str], strength: float) -> Classifier:
    """Trains on labelled lines.

    Args:
        texts: the lines.
        labels: the label of each.
        strength: how closely to follow the lines (the regression's C).

    Raises:
        ClassifierError: there are fewer than three different labels.
    """
    if len(set(labels)) < 3:
        raise ClassifierError("training needs lines of at least three intents: add some")
    spelling = Spelling.learn(texts)
    rows = features(texts, spelling)
    groups = _groups(labels, rows)
    model = LogisticRegression(C=strength, max_iter=60, tol=1e-3, class_weight="balanced")
    with warnings.catch_warnings():
        # The fit is stopped when more steps no longer change what is recognised.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows, groups)
    return Classifier(
        tuple(labels[groups.index(group)] for group in model.classes_),
        model.coef_.astype(np.float32),
        model.intercept_.astype(np.float32),
        spelling,
    )


def features(texts: Sequence[str], spelling: Spelling) -> Matrix:
    """The features of each text, in a row: its meaning, its wording, its groups of letters."""
    english = english_words()
    plain = [spelling.mend(" ".join(text.split()), english) for text in texts]
    embeddings = embed(plain)
    letters = np.zeros((len(plain), LETTER_BUCKETS), dtype=np.float32)
    for row, text in zip(letters, plain, strict=True):
        for bucket in _letter_buckets(text):
            row[bucket] += 1.0
        length = np.linalg.norm(row)
        if length:
            row *= LETTER_SHARE / length
    return np.hstack([embeddings.meaning, embeddings.wording, letters])


def _letter_buckets(text: str) -> list[int]:
    padded = [f" {word} " for word in text.split()]
    return [
        zlib.crc32(group.encode()) % LETTER_BUCKETS
        for word in padded
        for size in (3, 4, 5)
        for group in {word[place : place + size] for place in range(max(1, len(word) - size + 1))}
    ]


def _groups(labels: Sequence[str], rows: Matrix) -> list[str]:
    """A name for each line's group: its label, and for a large label which of its groups."""
    groups = list(labels)
    for label, count in Counter(labels).items():
        if count <= LARGE_LABEL:
            continue
        places = [place for place, name in enumerate(labels) if name == label]
        means = KMeans(n_clusters=round(count / GROUP_LINES), n_init=3, random_state=0)
        for place, group in zip(places, means.fit_predict(rows[places, :DIMENSIONS]), strict=True):
            groups[place] = f"{label} {group}"
    return groups
