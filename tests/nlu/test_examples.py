"""The training lines and the held-out lines, looked at without training."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from bot.knowledge.topics import topics
from scripts.nlu_lines import TRAINING, nlu_lines
from tests.nlu.lines import HELD_OUT, HINTED, multi_question

TRAINING_LINES = list(nlu_lines(*TRAINING))
HELD_OUT_LINES = list(nlu_lines(HELD_OUT))
TOPICS = {f"faq/{topic}" for topic in topics()}


def plain(text: str) -> str:
    return " ".join(re.findall(r"[\w']+", text.lower()))


def test_every_topic_has_examples_and_every_example_a_topic() -> None:
    counts = Counter(label for label, _ in TRAINING_LINES)
    assert {label for label in counts if label.startswith("faq/")} == TOPICS
    assert {label: count for label, count in counts.items() if count < 25} == {}


def test_out_of_scope_has_hundreds_of_examples() -> None:
    assert sum(label == "out_of_scope" for label, _ in TRAINING_LINES) >= 500


def test_no_line_stands_under_two_labels_or_twice() -> None:
    labels = defaultdict(list)
    for label, text in TRAINING_LINES:
        labels[plain(text)].append(label)
    assert {text: found for text, found in labels.items() if len(found) > 1} == {}


def test_no_held_out_line_is_a_training_line() -> None:
    known = {plain(text) for _, text in TRAINING_LINES}
    held_out = [*HELD_OUT_LINES, *nlu_lines(HINTED)]
    assert [text for _, text in held_out if plain(text) in known] == []
    assert [text for text, _ in multi_question() if plain(text) in known] == []


def test_held_out_lines_cover_everything() -> None:
    counts = Counter(label for label, _ in HELD_OUT_LINES)
    assert set(counts) == {label for label, _ in TRAINING_LINES}
    assert {label: count for label, count in counts.items() if count < 2} == {}
    assert counts["out_of_scope"] >= 120
    assert len(multi_question()) >= 40


def test_multi_question_messages_ask_for_known_topics() -> None:
    asked = {f"faq/{topic}" for _, ids in multi_question() for topic in ids}
    assert asked <= TOPICS
