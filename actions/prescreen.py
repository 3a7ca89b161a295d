"""The self-referral pre-screen: begins it, asks, takes answers, and goes on from how it ended."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction

from actions.base import (
    FoyerAction,
    Say,
    interrupted,
    now,
    own_service,
    own_service_words,
    service_of,
    slots,
    text_of,
    turn,
)
from actions.dialogues import booking, lookup, prescreen
from actions.form import AskQuestion, TakeAnswer
from bot.booking.lookup import means_sent
from bot.crisis.check_ins import respond_to_item
from bot.dialogue import Dialogue, Outcome
from bot.messages import message
from bot.records.references import read_code

FORM = "prescreen_form"


class BeginPrescreen(FoyerAction):
    """Begins a pre-screen, or takes up the one in progress."""

    def name(self) -> str:
        return "action_begin_prescreen"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        return _started(say, tracker)


class AskPrescreenAnswer(AskQuestion):
    """Asks the open question of the pre-screen."""

    def name(self) -> str:
        return "action_ask_prescreen_answer"

    def dialogue(self) -> Dialogue:
        return prescreen()

    def act(self, say: Say, tracker: Tracker) -> None:
        say(prescreen().question(tracker.sender_id, now(), again=interrupted(tracker)))


class ValidatePrescreenForm(TakeAnswer):
    """Takes the answer to the open question of the pre-screen."""

    slot = "prescreen_answer"

    def name(self) -> str:
        return "validate_prescreen_form"

    def dialogue(self) -> Dialogue:
        return prescreen()

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        events = super().act(say, tracker)
        if not events:
            return []
        # Answers to questions, and help lines, are for the service and the age that were given.
        service, age = prescreen().known(tracker.sender_id, now())
        if service and service != tracker.get_slot("service"):
            events += slots(service=service, service_stated=True)
        if age is not None and age != tracker.get_slot("age"):
            events += slots(age=age)
        return events


class AfterPrescreen(FoyerAction):
    """Goes on from how the pre-screen ended."""

    waits = True

    def name(self) -> str:
        return "action_after_prescreen"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        ended = tracker.get_slot("ended")
        events = slots(ended=None)
        if ended == "sent":
            return events + entered(booking().start(tracker.sender_id, now()), say, "booking_form")
        if ended == "safety":
            state = {**(tracker.get_slot("crisis") or {}), "paused": FORM}
            turn = respond_to_item(
                state, service_id=service_of(tracker), age=tracker.get_slot("age")
            )
            say(turn.reply)
            return events + slots(crisis=dict(turn.state))
        return events


class CarryOn(FoyerAction):
    """Takes up what was paused: by its code, or what was put aside in this conversation.

    With the reference of a referral that was sent, says how that one stands.
    """

    waits = True

    def name(self) -> str:
        return "action_carry_on"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        text, paused = text_of(tracker), (tracker.get_slot("crisis") or {}).get("paused")
        if means_sent(text, now()):
            return entered(lookup().answer(turn(tracker)), say, "lookup_form")
        if not read_code(text):
            if prescreen().in_progress(tracker.sender_id):
                return _started(say, tracker)
            if paused and paused != FORM:
                return [FollowupAction(paused)]
        return entered(prescreen().resume(tracker.sender_id, text, now()), say, FORM)


class Stop(FoyerAction):
    """Stops, where nothing is going on that could be stopped."""

    def name(self) -> str:
        return "action_stop"

    def act(self, say: Say, tracker: Tracker) -> None:
        say(message("nothing_to_stop"))


class Erase(FoyerAction):
    """Asks whether to erase everything."""

    def name(self) -> str:
        return "action_erase"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        return entered(prescreen().erase(tracker.sender_id, now()), say, FORM)


def _started(say: Say, tracker: Tracker) -> list[EventType]:
    service, said = own_service(tracker), own_service_words(tracker)
    return entered(prescreen().start(tracker.sender_id, service, now(), said=said), say, FORM)


def entered(outcome: Outcome, say: Say, form: str) -> list[EventType]:
    """Says what a dialogue says at its start; its form follows if a question is open."""
    say(*outcome.replies)
    return [] if outcome.ended else [FollowupAction(form)]
