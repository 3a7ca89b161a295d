"""Lets a crisis win over everything: the policy that screens every message first.

It reads the raw text, before and whatever the NLU made of it, and needs neither the action
server nor the database. When `bot.crisis` has something to say, this policy's prediction beats
all others, a form in progress is put aside (its place is in the database), and the reply is
spoken by `bot.components.nlg`.
"""

from __future__ import annotations

from typing import Any

from rasa.core.featurizers.tracker_featurizers import TrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.components.page_service import service_of
from bot.crisis.conversation import moved_on, putting_aside, respond
from bot.crisis.flagging import note_for_staff
from bot.crisis.screen import screen
from bot.crisis.turn import CrisisTurn
from bot.records.flags import flag_fields
from bot.reply import reply_json

UTTER_CRISIS = "utter_crisis"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False
)
class CrisisPolicy(Policy):
    """Predicts `utter_crisis` when the crisis conversation has something to say."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Its priority is above every policy of Rasa's (RulePolicy: 6)."""
        return {"priority": 100}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        featurizer: TrackerFeaturizer | None = None,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context, featurizer)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CrisisPolicy:
        """There is nothing trained to load; its rules are read before the first person comes."""
        screen("hello")
        return cls(config, model_storage, resource, execution_context)

    def train(
        self,
        training_trackers: list[TrackerWithCachedStates],
        domain: Domain,
        **kwargs: Any,
    ) -> Resource:
        """There is nothing to train."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Predicts for a new message; for all that comes after it, nothing."""
        if not tracker.events or not _awaits_reply(tracker):
            return self._nothing(domain)
        text = tracker.latest_message.text or ""
        found = screen(text)
        turn = respond(
            text,
            putting_aside(tracker.get_slot("crisis"), tracker.active_loop_name),
            service_id=service_of(tracker),
            age=tracker.get_slot("age"),
            found=found,
        )
        if turn is not None:
            return self._speak(domain, _events(turn, tracker))
        kept: list[Event] = []
        note = note_for_staff(found, text)
        if note:
            kept.append(SlotSet("flag", {"draft": flag_fields(note)}))
        later = moved_on(tracker.get_slot("crisis"))
        if later:
            kept.append(SlotSet("crisis", later))
        return self._nothing(domain, kept)

    def _speak(self, domain: Domain, events: list[Event]) -> PolicyPrediction:
        probabilities = self._default_predictions(domain)
        probabilities[domain.index_for_action(UTTER_CRISIS)] = 1.0
        # A form's own prediction is a "no user prediction"; only another such can beat it.
        return self._prediction(probabilities, optional_events=events, is_no_user_prediction=True)

    def _nothing(self, domain: Domain, events: list[Event] | None = None) -> PolicyPrediction:
        return self._prediction(self._default_predictions(domain), events=events)


def _awaits_reply(tracker: DialogueStateTracker) -> bool:
    """Whether nothing has been done yet about the latest message."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return True
        if not isinstance(event, SlotSet):
            return False
    return False


def _events(turn: CrisisTurn, tracker: DialogueStateTracker) -> list[Event]:
    raised: dict[str, Any] = {}
    if turn.flag:
        raised["draft"] = flag_fields(turn.flag)
    if turn.disputed:
        raised["disputed"] = True
    events: list[Event] = [
        SlotSet("crisis", dict(turn.state)),
        SlotSet("crisis_reply", reply_json(turn.reply)),
    ]
    if raised:
        events.append(SlotSet("flag", raised))
    if tracker.active_loop_name:
        events += [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]
    return events
