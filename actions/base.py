"""What every action shares: it never leaves the person in silence, and never logs their words."""

from __future__ import annotations

import asyncio
import logging
from abc import abstractmethod
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.crisis.help_replies import failure
from bot.dialogue import Turn
from bot.knowledge.services import services
from bot.reply import Reply, reply_json

logger = logging.getLogger(__name__)

QUESTION_INTENTS = frozenset({"faq", "compare_services"})

_waiting = ThreadPoolExecutor(32, thread_name_prefix="waiting")  # most of them only wait


class FoyerAction(Action):
    """An action whose work is done in `act`, off the event loop.

    If `act` fails, the person is told so, with how to get urgent help, and the conversation
    stays where it was. `waits` is whether it may wait for long: for another system's diary, or in
    a look-up. Then it is done in threads of its own, and those who wait hold up nobody else.
    """

    waits = False

    @abstractmethod
    def name(self) -> str:
        """Its name in the domain."""

    @abstractmethod
    def act(self, say: Say, tracker: Tracker) -> list[EventType] | None:
        """Does the work: says things through `say`, gives the events to add."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        try:
            pool = _waiting if self.waits else None
            work = asyncio.get_running_loop().run_in_executor(
                pool, self.act, Say(dispatcher), tracker
            )
            return await work or []
        except Exception as error:  # whatever it was, the person must get an answer
            logger.error("%s failed (%s).", self.name(), type(error).__name__)
            dispatcher.messages.clear()
            Say(dispatcher)(failure())
            return []


class Say:
    """Says replies to the person."""

    def __init__(self, dispatcher: CollectingDispatcher) -> None:
        self._dispatcher = dispatcher

    def __call__(self, *replies: Reply) -> None:
        for reply in replies:
            message = reply_json(reply)
            self._dispatcher.utter_message(
                text=message["text"],
                buttons=message.get("buttons"),
                json_message=message.get("custom"),
            )


def turn(tracker: Tracker) -> Turn:
    """The latest message as a dialogue takes it."""
    latest = tracker.latest_message
    return Turn(
        conversation_id=tracker.sender_id,
        text=text_of(tracker),
        now=now(),
        message_id=latest.get("message_id") or "",
        intent=intent_of(tracker),
        is_question=intent_of(tracker) in QUESTION_INTENTS,
    )


def text_of(tracker: Tracker) -> str:
    """What the person wrote."""
    return tracker.latest_message.get("text") or ""


def intent_of(tracker: Tracker) -> str | None:
    """The intent the NLU found."""
    return (tracker.latest_message.get("intent") or {}).get("name")


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(timezone.utc)


def slots(**values: Any) -> list[EventType]:
    """Events that set slots."""
    return [SlotSet(name, value) for name, value in values.items()]


def topics_in(tracker: Tracker) -> tuple[str, ...]:
    """The questions the NLU found in the message, in order of likelihood."""
    return _ids(tracker.latest_message.get("topics") or ())


def is_tentative(tracker: Tracker) -> bool:
    """Whether the NLU isn't sure of the one question it found."""
    return bool(tracker.latest_message.get("tentative"))


def others_in(tracker: Tracker) -> tuple[str, ...]:
    """The questions that come next in likelihood, when it isn't."""
    return tuple(tracker.latest_message.get("others") or ())


def services_in(tracker: Tracker) -> tuple[str, ...]:
    """The services the message names."""
    return tuple(tracker.latest_message.get("services") or ())


def service_of(tracker: Tracker) -> str | None:
    """The service the person is with, or asked about last."""
    return tracker.get_slot("service") or page_service(tracker)


def own_service(tracker: Tracker) -> str | None:
    """The service the person is with: they said so, or the chat stands on its page."""
    stated = tracker.get_slot("service") if tracker.get_slot("service_stated") else None
    return stated or page_service(tracker)


def own_service_words(tracker: Tracker) -> str | None:
    """The latest message in which they said that this service is theirs."""
    service = own_service(tracker)
    for event in reversed(tracker.events):
        read = (event.get("parse_data") or {}) if event["event"] == "user" else {}
        if read.get("services") == [service] and _states_service(read):
            return str(event["text"])
    return None


def _states_service(read: dict[str, Any]) -> bool:
    entities = {each.get("entity") for each in read.get("entities") or ()}
    intent = (read.get("intent") or {}).get("name")
    return "own_service" in entities or intent == "inform_service"


def interrupted(tracker: Tracker) -> bool:
    """Whether the form stood back for something else that the latest message asked."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "action_execution_rejected":
            return True
    return False


def page_service(tracker: Tracker) -> str | None:
    """The service of the page that the chat stands on, where its channel says so."""
    named = (tracker.latest_message.get("metadata") or {}).get("service")
    return named if named in services() else None


def _ids(found: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(topic["id"] for topic in found)
