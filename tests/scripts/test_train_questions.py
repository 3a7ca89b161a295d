from __future__ import annotations

import numpy as np

from bot.embedding import shared_model
from bot.minilm import changed_layers, model_folder
from scripts.sentence_network import Schedule
from scripts.train_questions import train

COST = ["is it free", "what does it cost", "how much is a session", "do I pay"]
PARKING = ["can I park there", "is there a car park", "where do I leave the car", "parking?"]


def test_lines_of_a_label_come_nearer_to_each_other() -> None:
    texts, labels = [*COST, *PARKING], ["faq/cost"] * 4 + ["faq/parking"] * 4
    learnt = train(texts * 16, labels * 16, Schedule(epochs=4, rate=1e-3))
    assert _apart(texts, learnt) > _apart(texts, {}) + 0.1


def _apart(texts: list[str], changes: dict[str, np.ndarray]) -> float:
    """How much nearer the lines are to those of their own half than to the others."""
    upper = changed_layers(model_folder(), changes, upper_only=True)
    rows = shared_model().embed(texts, upper).meaning
    near = rows @ rows.T
    return float(near[:4, :4].mean() + near[4:, 4:].mean() - 2 * near[:4, 4:].mean())
