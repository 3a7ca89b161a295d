"""A small classifier, trained once, that knows four questions and three wishes."""

from __future__ import annotations

import pytest

from bot.nlu.classifier import Classifier, train

LINES = {
    "faq/cost": ["how much is it", "what does it cost", "is it free", "cost?", "the price", "fees"],
    "faq/parking": ["where can I park", "is there parking", "parking?", "car park", "parking"],
    "faq/session_length": ["how long is a session", "how many minutes", "is it an hour long"],
    "faq/homework": ["is there homework", "are there tasks to do at home", "homework?"],
    "greet": ["hello", "hi there", "good morning", "hey"],
    "express_feelings": ["I feel so sad", "my mum died", "I can't sleep", "I've been very low"],
    "refer_myself": ["I want to refer myself", "sign me up", "start my referral"],
    "out_of_scope": ["what's the weather", "tell me a joke", "order a pizza", "who is the king"],
}


@pytest.fixture(scope="package")
def classifier() -> Classifier:
    texts = [text for lines in LINES.values() for text in lines]
    labels = [label for label, lines in LINES.items() for _ in lines]
    return train(texts, labels, strength=100.0)
