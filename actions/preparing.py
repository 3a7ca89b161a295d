"""Getting ready for therapy: the service's own list, video calls, first sessions, aims."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions.base import FoyerAction, Say, now, service_of, services_in, slots, text_of
from actions.dialogues import aims
from actions.form import AskQuestion, TakeAnswer
from actions.prescreen import entered
from bot.dialogue import Dialogue
from bot.preparing.checklist import prepare

FORM = "aims_form"


class Prepare(FoyerAction):
    """Helps to get ready, as the person's own service suggests it."""

    def name(self) -> str:
        return "action_prepare"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        named = services_in(tracker)
        service = named[0] if named else service_of(tracker)
        say(prepare(service, text_of(tracker)))
        return slots(topics=["preparing"], unsure=0)


class BeginAims(FoyerAction):
    """Begins to write down aims."""

    def name(self) -> str:
        return "action_begin_aims"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        return entered(aims().start(tracker.sender_id, now()), say, FORM)


class AskAimsAnswer(AskQuestion):
    """Asks for an aim."""

    def name(self) -> str:
        return "action_ask_aims_answer"

    def dialogue(self) -> Dialogue:
        return aims()


class ValidateAimsForm(TakeAnswer):
    """Takes an aim in the person's own words."""

    slot = "aims_answer"

    def name(self) -> str:
        return "validate_aims_form"

    def dialogue(self) -> Dialogue:
        return aims()


class AfterAims(FoyerAction):
    """After the aims are written."""

    def name(self) -> str:
        return "action_after_aims"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        return slots(ended=None)
