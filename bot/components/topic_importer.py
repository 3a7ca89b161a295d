"""Reads `faq/<topic>` examples as the intent `faq` with a topic of our own.

To Rasa `faq/session_length` is a retrieval intent, which wants a fixed response of its own and
Rasa's response selector. Ours are answered by service and found by `TopicClassifier`, so Rasa is
shown the intent alone, and the topic travels beside it.
"""

from __future__ import annotations

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT_RESPONSE_KEY
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

TOPIC = "topic"


class TopicImporter(RasaFileImporter):
    """Rasa's own importer, with topics in place of retrieval intents."""

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """The examples, each of `faq` with its topic."""
        read = super().get_nlu_data(language)
        return TrainingData([_with_topic(example) for example in read.training_examples])


def _with_topic(example: Message) -> Message:
    data = dict(example.data)
    key = data.pop(INTENT_RESPONSE_KEY, None)
    if key:
        data[TOPIC] = key.split("/", 1)[1]
    return Message(data=data, features=example.features)
