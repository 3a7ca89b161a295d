"""A Rasa form as a shell around one dialogue: asks its question, hands it the answer.

The form has one slot that is never filled: it is asked for again until the dialogue has ended.
When the text is not an answer, nothing is extracted, so that Rasa's rules answer the question
in between and the form then asks again.
"""

from __future__ import annotations

from abc import abstractmethod

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions.base import FoyerAction, Say, now, slots, turn
from bot.dialogue import Dialogue


class AskQuestion(FoyerAction):
    """Asks the dialogue's open question."""

    @abstractmethod
    def dialogue(self) -> Dialogue:
        """The dialogue."""

    def act(self, say: Say, tracker: Tracker) -> None:
        say(self.dialogue().question(tracker.sender_id, now()))


class TakeAnswer(FoyerAction):
    """Hands the message to the dialogue if it answers the open question."""

    slot: str

    @abstractmethod
    def dialogue(self) -> Dialogue:
        """The dialogue."""

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        said = turn(tracker)
        if tracker.get_slot("requested_slot") != self.slot or not self.dialogue().is_answer(said):
            return []
        outcome = self.dialogue().answer(said)
        say(*outcome.replies)
        if outcome.ended:
            return slots(ended=outcome.ended, requested_slot=None)
        return slots(**{self.slot: None})
