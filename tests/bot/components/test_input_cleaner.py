from __future__ import annotations

import pytest
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.core.domain import Domain
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.input_cleaner import InputCleaner

DOMAIN = Domain.from_dict({"intents": ["greet", "erase_my_data"]})


@pytest.mark.parametrize(
    "text", ["/greet", "  /erase_my_data", "//greet", "\u200b/greet", "/ /greet", '/greet{"a": 1}']
)
def test_a_typed_command_does_not_reach_rasa(text: str) -> None:
    (message,) = InputCleaner().process([Message.build(text)])
    (handled,) = RegexMessageHandler().process([message], DOMAIN)
    assert handled.get(INTENT) is None
    assert not handled.get(TEXT).startswith("/")


def test_without_it_rasa_would_obey() -> None:
    (handled,) = RegexMessageHandler().process([Message.build("/greet")], DOMAIN)
    assert handled.get(INTENT)["name"] == "greet"


def test_a_message_without_text_is_let_be() -> None:
    (message,) = InputCleaner().process([Message({TEXT: None})])
    assert message.get(TEXT) == ""
