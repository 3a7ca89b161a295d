"""The two ways of reading a message that are measured: our pipeline, and Rasa's stock one."""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.nlu.classifier import LABELS_FILE, WEIGHTS_FILE, Classifier
from bot.nlu.cleaning import clean
from bot.nlu.reading import FALLBACK, QUESTION
from scripts.train import MODEL


@dataclass(frozen=True)
class Read:
    """What a pipeline made of a message.

    `confidence`, from 0 to 1, is that of its first guess, taken or not; `tentative` is whether the
    answer says that it may be to another question.
    """

    intent: str
    topics: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    first: str = ""
    confidence: float = 0.0
    tentative: bool = False

    @property
    def labels(self) -> frozenset[str]:
        """What it says, in the form of the lines' labels: "faq/cost" for each question, or one."""
        if self.intent == QUESTION:
            return frozenset(f"{QUESTION}/{topic}" for topic in self.topics)
        return frozenset({self.intent})


class Pipeline(Protocol):
    """Reads messages."""

    def read(self, texts: Sequence[str]) -> list[Read]:
        """What it makes of each."""


class Ours:
    """The trained components of config.yml, run as Rasa runs them."""

    def __init__(self) -> None:
        from rasa.engine.storage.local_model_storage import LocalModelStorage
        from rasa.engine.storage.resource import Resource

        from bot.components.topic_classifier import TopicClassifier

        self._classifier = trained()
        with tempfile.TemporaryDirectory() as folder:
            self._component = TopicClassifier(
                TopicClassifier.get_default_config(),
                LocalModelStorage(Path(folder)),
                Resource("topics"),
                self._classifier,
            )

    def read(self, texts: Sequence[str]) -> list[Read]:
        from rasa.shared.nlu.constants import TEXT
        from rasa.shared.nlu.training_data.message import Message

        cleaned = [clean(text) for text in texts]
        messages = self._component.process([Message(data={TEXT: text}) for text in cleaned])
        ranked = self._classifier.rank(cleaned)
        return [
            Read(
                message.get("intent")["name"],
                tuple(topic["id"] for topic in message.get("topics")),
                tuple(message.get("services")),
                guesses[0].label,
                guesses[0].confidence,
                message.get("tentative"),
            )
            for message, guesses in zip(messages, ranked, strict=True)
        ]


def trained() -> Classifier:
    """The classifier of the model that `make train` made."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(MODEL) as archive:
        for member in archive.getmembers():
            name = Path(member.name).name
            content = archive.extractfile(member) if name in (LABELS_FILE, WEIGHTS_FILE) else None
            if content is not None:
                (Path(folder) / name).write_bytes(content.read())
        return Classifier.load(Path(folder))


def is_declined(read: Read) -> bool:
    """Whether the message is told that this can't be answered here, or is asked about again."""
    return read.intent in {"out_of_scope", FALLBACK}
