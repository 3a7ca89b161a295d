from __future__ import annotations

import pytest
from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.components import crisis_policy
from bot.components.crisis_policy import CrisisPolicy
from bot.crisis import conversation
from bot.crisis.screen import screen
from bot.datafile import ROOT


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture
def policy(tmp_path) -> CrisisPolicy:
    return CrisisPolicy(
        CrisisPolicy.get_default_config(),
        LocalModelStorage(tmp_path),
        Resource("crisis"),
        ExecutionContext(GraphSchema({})),
    )


def heard(domain: Domain, *events) -> DialogueStateTracker:
    return DialogueStateTracker.from_events(
        "c", [ActionExecuted("action_listen"), *events], domain.slots
    )


def speaks(domain: Domain, prediction: PolicyPrediction) -> bool:
    return prediction.probabilities[domain.index_for_action("utter_crisis")] == 1.0


@pytest.mark.parametrize("text", ["I want to kill myself", "/I want to kill myself"])
@pytest.mark.parametrize("intent", ["greet", "nlu_fallback", "faq"])
def test_it_wins_whatever_the_intent(policy, domain, text: str, intent: str) -> None:
    tracker = heard(domain, UserUttered(text, {"name": intent, "confidence": 1.0}))
    prediction = policy.predict_action_probabilities(tracker, domain)
    assert speaks(domain, prediction)
    assert prediction.is_no_user_prediction
    assert prediction.policy_priority > 6
    after = heard(domain, *prediction.optional_events)
    assert after.get_slot("crisis_reply")["custom"]["tier"] == "alert"
    assert after.get_slot("flag")["draft"]["text"] == text


def test_a_form_is_put_aside_and_remembered(policy, domain) -> None:
    tracker = heard(
        domain,
        ActiveLoop("prescreen_form"),
        SlotSet("requested_slot", "prescreen_answer"),
        ActionExecuted("action_listen"),
        UserUttered("I want to end my life"),
    )
    events = policy.predict_action_probabilities(tracker, domain).optional_events
    for event in events:
        tracker.update(event)
    assert tracker.active_loop_name is None
    assert tracker.get_slot("requested_slot") is None
    assert tracker.get_slot("crisis")["paused"] == "prescreen_form"


def test_it_keeps_out_of_everything_else(policy, domain) -> None:
    tracker = heard(domain, UserUttered("how long is a session?"))
    prediction = policy.predict_action_probabilities(tracker, domain)
    assert max(prediction.probabilities) == 0.0
    assert not prediction.events
    assert not prediction.is_no_user_prediction


def test_it_speaks_once_to_a_message(policy, domain) -> None:
    tracker = heard(domain, UserUttered("I want to kill myself"), ActionExecuted("utter_crisis"))
    assert not speaks(domain, policy.predict_action_probabilities(tracker, domain))


def test_a_bare_no_is_about_safety_only_right_after_the_question(policy, domain) -> None:
    asked = {"asked": "safe", "tier": "alert", "category": "suicidal-thoughts"}
    tracker = heard(domain, SlotSet("crisis", asked), ActionExecuted("action_listen"))
    tracker.update(UserUttered("no"))
    assert speaks(domain, policy.predict_action_probabilities(tracker, domain))

    tracker = heard(domain, SlotSet("crisis", asked), ActionExecuted("action_listen"))
    tracker.update(UserUttered("how long is a session?"))
    for event in policy.predict_action_probabilities(tracker, domain).events:
        tracker.update(event)
    tracker.update(ActionExecuted("action_answer_question"))
    tracker.update(ActionExecuted("action_listen"))
    tracker.update(UserUttered("no"))
    assert not speaks(domain, policy.predict_action_probabilities(tracker, domain))


@pytest.mark.parametrize(
    ("page", "stated", "number"),
    [
        ("berkshire", None, "0800 129 9999"),
        (None, "berkshire", "0800 129 9999"),
        ("berkshire", "lewisham", "111"),
        ("nowhere", None, "111"),
    ],
)
def test_the_first_step_is_the_crisis_line_of_the_person_s_service(
    policy, domain, page: str | None, stated: str | None, number: str
) -> None:
    said = UserUttered("I want to kill myself", metadata={"service": page})
    tracker = heard(domain, SlotSet("service", stated), ActionExecuted("action_listen"), said)
    events = policy.predict_action_probabilities(tracker, domain).optional_events
    (reply,) = [event.value for event in events if getattr(event, "key", "") == "crisis_reply"]
    assert f"phone {number}" in reply["text"] or f"now on {number}" in reply["text"]


@pytest.mark.parametrize("text", ["how long is a session?", "I want to kill myself"])
def test_a_message_is_screened_once(policy, domain, text: str, monkeypatch) -> None:
    screened = []

    def screening(text: str):
        screened.append(text)
        return screen(text)

    for module in (crisis_policy, conversation):
        monkeypatch.setattr(module, "screen", screening)
    policy.predict_action_probabilities(heard(domain, UserUttered(text)), domain)
    assert screened == [text]


def test_the_rules_are_read_before_the_first_message(tmp_path, monkeypatch) -> None:
    screened = []
    monkeypatch.setattr(crisis_policy, "screen", screened.append)
    CrisisPolicy.load(
        CrisisPolicy.get_default_config(),
        LocalModelStorage(tmp_path),
        Resource("crisis"),
        ExecutionContext(GraphSchema({})),
    )
    assert len(screened) == 1
