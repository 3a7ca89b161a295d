"""The classifier of the pipeline: what a message asks or wants, and which services it names.

A thin shell around `bot.nlu`. Beside Rasa's own `intent` and `intent_ranking` it puts out
`topics` (the questions found, or those to suggest), `tentative` and `others` (whether the one
found is unsure, and the next likeliest) and `services`; all reach the actions in
`tracker.latest_message`. A service said to be the person's own is an entity as well, so that it
fills its slots whatever else the message says.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    INTENT,
    INTENT_RANKING_KEY,
    INTENT_RESPONSE_KEY,
    RESPONSE_SELECTOR,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.topic_importer import TOPIC
from bot.crisis.screen import asks_about_danger
from bot.embedding import embed
from bot.knowledge.mentions import find_services, names_services_only, states_own_service
from bot.knowledge.topics import topic_of_label
from bot.nlu.classifier import Classifier, Guess, train
from bot.nlu.cleaning import in_another_script
from bot.nlu.reading import FALLBACK, OUT_OF_SCOPE, QUESTION, Reading, Thresholds, read
from bot.records.references import read_code

logger = logging.getLogger(__name__)

_RESUME = "resume_referral"
_SERVICE = "inform_service"
_EMERGENCIES = "emergencies"
_ASKED = frozenset({QUESTION, OUT_OF_SCOPE, FALLBACK})
_FEW_WORDS = 5  # a service's name and little else says which service is meant
_RESUME_CODE_LETTERS = 14  # with its dashes


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent):
    """Sets intent, topics and services."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`strength` is the regression's C; `thresholds` are those of `bot.nlu.reading`."""
        return {"strength": 20.0, "thresholds": {}}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        classifier: Classifier | None = None,
    ) -> None:
        self._strength = float(config["strength"])
        self._sure = Thresholds(**config["thresholds"])
        self._model_storage = model_storage
        self._resource = resource
        self._classifier = classifier

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        """A classifier to train."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        """A trained classifier; it is warm when the first person comes."""
        with model_storage.read_from(resource) as folder:
            classifier = Classifier.load(folder)
        find_services("hello")
        embed(["hello"])
        return cls(config, model_storage, resource, classifier)

    def train(self, training_data: TrainingData) -> Resource:
        """Trains on the examples, and stores what was learnt."""
        examples = training_data.intent_examples
        self._classifier = train(
            [example.get(TEXT) for example in examples],
            [_label(example) for example in examples],
            self._strength,
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._classifier.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing after this component needs its output in training."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Reads each message. It never raises: what fails is "not understood"."""
        for message in messages:
            text = message.get(TEXT) or ""
            try:
                services = find_services(text)
                reading = self._read(text, services)
            except Exception as error:  # the person must be answered all the same
                logger.error("A message could not be read (%s).", type(error).__name__)
                reading, services = Reading(FALLBACK, 0.0), ()
            _put(message, reading, services)
        return messages

    def _read(self, text: str, services: tuple[str, ...]) -> Reading:
        topic = topic_of_label(text)
        if topic:  # the words of a button mean what the button means
            return Reading(QUESTION, 1.0, (Guess(topic, 1.0),))
        if in_another_script(
            text
        ):  # the model knows English only: whatever it said would be a guess
            return Reading(FALLBACK, 0.0)
        code = read_code(text)
        if code and len(code) == _RESUME_CODE_LETTERS:
            return Reading(_RESUME, 1.0)
        if services and names_services_only(text):
            return Reading(_SERVICE, 1.0)
        if self._classifier is None:
            return Reading(FALLBACK, 0.0)
        reading = _with_help_lines(text, read(text, self._classifier, self._sure))
        if reading.intent == FALLBACK and services and len(text.split()) <= _FEW_WORDS:
            return Reading(_SERVICE, reading.confidence, (), reading.ranking)
        return reading


def _label(example: Message) -> str:
    topic = example.get(TOPIC)
    return f"{QUESTION}/{topic}" if topic else str(example.get(INTENT))


def _with_help_lines(text: str, reading: Reading) -> Reading:
    """A question about crises in general is answered with the help lines, however it is put.

    Nothing stands before those, not even that something else may have been asked.
    """
    asked = reading.topics if reading.intent == QUESTION else ()
    if not any(guess.label == _EMERGENCIES for guess in asked):
        if reading.intent not in _ASKED or not asks_about_danger(text):
            return reading
        asked = (Guess(_EMERGENCIES, 1.0), *asked)
    return replace(reading, intent=QUESTION, topics=asked, tentative=False, others=())


def _put(message: Message, reading: Reading, services: tuple[str, ...]) -> None:
    ranking = [
        {"name": guess.label.split("/")[0], "confidence": guess.confidence}
        for guess in reading.ranking[:10]
    ]
    topics = [{"id": guess.label, "confidence": guess.confidence} for guess in reading.topics]
    intent = {"name": reading.intent, "confidence": reading.confidence}
    message.set(INTENT, intent, add_to_output=True)
    message.set(INTENT_RANKING_KEY, [intent, *ranking], add_to_output=True)
    message.set(RESPONSE_SELECTOR, _selected(reading), add_to_output=True)
    message.set("topics", topics, add_to_output=True)
    message.set("tentative", reading.tentative, add_to_output=True)
    message.set("others", [guess.label for guess in reading.others], add_to_output=True)
    message.set("services", list(services), add_to_output=True)
    message.set(ENTITIES, _own_service(message.get(TEXT) or "", services), add_to_output=True)


def _own_service(text: str, services: tuple[str, ...]) -> list[dict[str, Any]]:
    """The entities that fill `service` and `service_stated`, where the message says whose it is."""
    if len(services) != 1 or not states_own_service(text):
        return []
    values = {"own_service": services[0], "own_service_stated": True}
    return [
        {ENTITY_ATTRIBUTE_TYPE: name, ENTITY_ATTRIBUTE_VALUE: value}
        for name, value in values.items()
    ]


def _selected(reading: Reading) -> dict[str, Any]:
    """The likeliest topic in the form of Rasa's response selector, for `rasa test` to measure."""
    if reading.intent != QUESTION:
        return {}
    first = max(reading.topics, key=lambda topic: topic.confidence)
    name = f"{QUESTION}/{first.label}"
    chosen = {INTENT_RESPONSE_KEY: name, "confidence": first.confidence}
    return {"all_retrieval_intents": [QUESTION], QUESTION: {"response": chosen, "ranking": []}}
