"""The first component of the pipeline: makes every message plain text (see `bot.nlu.cleaning`)."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.cleaning import clean


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class InputCleaner(GraphComponent):
    """Cleans the text, so that a typed slash command is a message like any other."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> InputCleaner:
        """There is nothing to set up."""
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Examples are clean as they are written."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Cleans each message's text."""
        for message in messages:
            message.set(TEXT, clean(message.get(TEXT) or ""))
        return messages
