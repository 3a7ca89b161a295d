from __future__ import annotations

from pathlib import Path

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.events import UserUttered
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import topic_classifier
from bot.components.topic_classifier import TopicClassifier
from bot.components.topic_importer import TopicImporter
from bot.knowledge.topics import topics

EXAMPLES = """
version: "3.1"
nlu:
- intent: faq/cost
  examples: |
    - how much is it
    - what does it cost
    - is it free
    - what is the price
- intent: faq/parking
  examples: |
    - where can I park
    - is there parking
    - is there a car park
- intent: faq/homework
  examples: |
    - is there homework
    - are there tasks to do at home
- intent: greet
  examples: |
    - hello
    - good morning
- intent: inform_service
  examples: |
    - I'm with the service in town
    - and for the other one?
- intent: out_of_scope
  examples: |
    - what number is the bus
    - which team won the match
    - who do I phone about the bins
"""
CONFIG = {"strength": 100.0, "thresholds": {"thing": 0.35}}
CONTEXT = ExecutionContext(GraphSchema({}))


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> TrainingData:
    file: Path = tmp_path_factory.mktemp("nlu") / "nlu.yml"
    file.write_text(EXAMPLES)
    return TopicImporter(training_data_paths=[str(file)]).get_nlu_data()


@pytest.fixture(scope="module")
def trained(examples: TrainingData, tmp_path_factory: pytest.TempPathFactory) -> TopicClassifier:
    storage = LocalModelStorage(tmp_path_factory.mktemp("model"))
    component = TopicClassifier.create(CONFIG, storage, Resource("topics"), CONTEXT)
    resource = component.train(examples)
    return TopicClassifier.load(CONFIG, storage, resource, CONTEXT)


def heard(component: TopicClassifier, text: str) -> dict:
    """What Rasa gets to know of a message."""
    (message,) = component.process([Message.build(text)])
    return message.as_dict(only_output_properties=True)


def test_training_examples_are_a_question_with_a_topic(examples: TrainingData) -> None:
    assert examples.intents == {"faq", "greet", "inform_service", "out_of_scope"}
    assert not examples.response_examples
    assert {each.get("topic") for each in examples.intent_examples} == {
        "cost",
        "parking",
        "homework",
        None,
    }


def test_a_question_has_its_topics_and_services(trained: TopicClassifier) -> None:
    told = heard(trained, "Is it free? Is there parking at Xyla?")
    assert told["intent"]["name"] == "faq"
    assert [topic["id"] for topic in told["topics"]] == ["cost", "parking"]
    assert all(0 < topic["confidence"] <= 1 for topic in told["topics"])
    assert told["services"] == ["xyla"]
    assert told["intent_ranking"][0] == told["intent"]


def test_rasa_is_told_the_likeliest_topic_as_its_own_selector_would(
    trained: TopicClassifier,
) -> None:
    selected = heard(trained, "what is the price")["response_selector"]
    assert selected["all_retrieval_intents"] == ["faq"]
    assert selected["faq"]["response"]["intent_response_key"] == "faq/cost"
    assert heard(trained, "good morning")["response_selector"] == {}


def test_a_wish_has_no_topics(trained: TopicClassifier) -> None:
    told = heard(trained, "good morning")
    assert (told["intent"]["name"], told["topics"], told["services"]) == ("greet", [], [])


def test_the_actions_get_topics_and_services(trained: TopicClassifier) -> None:
    told = heard(trained, "is there parking at Xyla")
    event = UserUttered(told["text"], told["intent"], [], told)
    assert event.parse_data["topics"] == told["topics"]
    assert event.as_dict()["parse_data"]["services"] == ["xyla"]


def test_the_actions_are_told_when_it_is_unsure(trained: TopicClassifier) -> None:
    unsure = {"thresholds": {"question": 0.01, "plain": 2, "suggestion": 0.0}}
    component = TopicClassifier(
        {**CONFIG, **unsure}, trained._model_storage, trained._resource, trained._classifier
    )
    told = heard(component, "how much is parking")
    assert told["tentative"]
    assert {told["topics"][0]["id"], told["others"][0]} == {"cost", "parking"}
    told = heard(component, "how much is parking. which crisis team covers Slough")
    assert not told["tentative"]
    assert told["others"] == []


@pytest.mark.parametrize("topic", topics().values(), ids=lambda topic: topic.id)
def test_the_words_of_a_button_mean_its_topic(trained: TopicClassifier, topic) -> None:
    told = heard(trained, topic.label)
    assert told["intent"] == {"name": "faq", "confidence": 1.0}
    assert [each["id"] for each in told["topics"]] == [topic.id]


def test_a_resume_code_carries_on(trained: TopicClassifier) -> None:
    assert heard(trained, "4K7M-2QXD-9RTA")["intent"]["name"] == "resume_referral"


def test_a_script_it_cannot_read_is_not_guessed_at(trained: TopicClassifier) -> None:
    told = heard(trained, "मुझे नींद नहीं आती")
    assert (told["intent"]["name"], told["topics"]) == ("nlu_fallback", [])


def test_a_service_and_little_else_says_which_service(trained: TopicClassifier) -> None:
    unsure = {"thresholds": {"question": 2, "statement": 2, "thing": 2, "wish": 2}}
    component = TopicClassifier(
        {**CONFIG, **unsure}, trained._model_storage, trained._resource, trained._classifier
    )
    assert heard(component, "hmm Lewisham then")["intent"]["name"] == "inform_service"
    assert heard(component, "I wonder so much about Lewisham then")["intent"]["name"] == (
        "nlu_fallback"
    )


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("good morning, I'm in Reading, is there parking", "berkshire"),
        ("what is the price at Xyla", None),
        ("I'm with Xyla, my wife is with Lewisham", None),
        ("I'm not with Xyla", None),
    ],
)
def test_the_persons_own_service_fills_its_slots(
    trained: TopicClassifier, text: str, own: str | None
) -> None:
    found = {each["entity"]: each["value"] for each in heard(trained, text)["entities"]}
    assert found == ({"own_service": own, "own_service_stated": True} if own else {})


def test_a_place_alone_says_which_service(trained: TopicClassifier) -> None:
    told = heard(trained, "slough")
    assert (told["intent"]["name"], told["services"]) == ("inform_service", ["berkshire"])


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("what number do I phone out of hours", ["emergencies"]),
        ("which crisis team covers Slough", ["emergencies"]),
        ("is there parking? and who helps out of hours, what number do I phone", ["emergencies"]),
    ],
)
def test_a_question_about_crises_shows_the_help_lines(
    trained: TopicClassifier, text: str, asked: list[str]
) -> None:
    told = heard(trained, text)
    assert told["intent"]["name"] == "faq"
    assert [each["id"] for each in told["topics"]][:1] == asked


def test_a_failure_is_not_understood(
    trained: TopicClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(text: str) -> tuple[str, ...]:
        raise RuntimeError(text)

    monkeypatch.setattr(topic_classifier, "find_services", broken)
    told = heard(trained, "is there parking")
    assert (told["intent"]["name"], told["topics"], told["services"]) == ("nlu_fallback", [], [])


def test_untrained_it_understands_nothing(tmp_path: Path) -> None:
    storage = LocalModelStorage(tmp_path)
    component = TopicClassifier.create(CONFIG, storage, Resource("topics"), CONTEXT)
    assert heard(component, "good morning")["intent"]["name"] == "nlu_fallback"


def test_the_log_never_holds_what_was_said(
    trained: TopicClassifier, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(text: str) -> tuple[str, ...]:
        raise RuntimeError(text)

    monkeypatch.setattr(topic_classifier, "find_services", broken)
    heard(trained, "my secret")
    assert "RuntimeError" in caplog.text
    assert "my secret" not in caplog.text
