"""Answers questions about DIT and the services, and keeps track of which service is meant."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions.base import (
    FoyerAction,
    Say,
    is_tentative,
    now,
    others_in,
    page_service,
    service_of,
    services_in,
    slots,
    text_of,
    topics_in,
)
from actions.dialogues import booking
from actions.prescreen import entered
from bot.knowledge import answers
from bot.knowledge.mentions import names_in_passing, names_no_service, states_own_service
from bot.messages import message
from bot.nlu.cleaning import in_another_script

CONTACT = "contact"
LANGUAGES = "languages"


class AnswerQuestion(FoyerAction):
    """Answers each question in the message, for the service it names or the person's own."""

    def name(self) -> str:
        return "action_answer_question"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        topics, named = topics_in(tracker), services_in(tracker)
        if not topics:
            say(message("not_understood"))
            return []
        # "Email it to me" reads like a question about how to get in touch.
        reached = _reach(say, tracker) if tuple(topics) == (CONTACT,) else None
        if reached is not None:
            return reached
        if len(named) > 1:
            say(*(answers.compare(topic, named) for topic in topics))
            return slots(topics=list(topics), unsure=0)
        service = named[0] if named else service_of(tracker)
        if is_tentative(tracker):
            say(answers.answer_tentatively(topics[0], service, others_in(tracker)))
        else:
            say(*answers.answer_all(topics, service))
        return slots(topics=list(topics), unsure=0) + _asked_about(named, tracker)


class CompareServices(FoyerAction):
    """Compares the services on what was asked, on what was asked last, or over all."""

    def name(self) -> str:
        return "action_compare_services"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        topics = topics_in(tracker) or tuple(tracker.get_slot("topics") or ())
        named = services_in(tracker)
        if topics:
            say(*(answers.compare(topic, named if len(named) > 1 else None) for topic in topics))
        else:
            say(answers.compare_overview())
        return slots(unsure=0)


class SetService(FoyerAction):
    """Takes in which service the person is with, and answers what had to wait for that.

    "And for Xyla?" after an answer asks the same of another service; the person stays with
    the one they said was theirs.
    """

    def name(self) -> str:
        return "action_set_service"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        named = services_in(tracker)
        waiting = tuple(tracker.get_slot("topics") or ())
        if not named:
            say(
                answers.help_choosing()
                if names_no_service(text_of(tracker))
                else answers.ask_which_service(waiting[0] if waiting else None)
            )
            return []
        if len(named) > 1:
            say(*(answers.compare(topic, named) for topic in waiting or ()))
            if not waiting:
                say(answers.compare_overview())
            return []
        service = named[0]
        if waiting:
            say(*answers.answer_all(waiting, service))
        else:
            say(answers.welcome(service))
        if names_in_passing(text_of(tracker)):
            return _asked_about(named, tracker)
        return slots(service=service, service_stated=True, unsure=0)


class DefaultFallback(FoyerAction):
    """Not understood: offers the likeliest questions; the second time, says what it can do.

    A service that they say is theirs is taken in, and they are told so.
    To a script that it can't read, it says that it reads English only.
    """

    def name(self) -> str:
        return "action_default_fallback"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        reached = _reach(say, tracker)
        if reached is not None:
            return reached
        if in_another_script(text_of(tracker)):
            say(*answers.answer_all((LANGUAGES,), service_of(tracker)))
            return slots(topics=[LANGUAGES], unsure=0)
        times = (tracker.get_slot("unsure") or 0) + 1
        likely, named = topics_in(tracker), services_in(tracker)
        if len(named) == 1 and states_own_service(text_of(tracker)):
            say(answers.suggest(likely[:3], named[0]) if likely else answers.welcome(named[0]))
            return slots(unsure=min(times, 100), service=named[0], service_stated=True)
        if times > 1:
            say(message("unsure"))
        elif likely:
            say(answers.suggest(likely[:3]))
        else:
            say(message("not_understood"))
        return slots(unsure=min(times, 100))


class SayUnknown(FoyerAction):
    """A question that the documents don't answer: says so, and whom to ask."""

    def name(self) -> str:
        return "action_say_unknown"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        reached = _reach(say, tracker)
        if reached is not None:
            return reached
        named = services_in(tracker)
        say(answers.unknown(named[0] if named else service_of(tracker)))
        return slots(unsure=0)


def _reach(say: Say, tracker: Tracker) -> list[EventType] | None:
    """Someone who has sent a referral asks to be phoned or sent something; None for others."""
    if tracker.active_loop_name:
        return None
    outcome = booking().reach(tracker.sender_id, text_of(tracker), now())
    return None if outcome is None else [*slots(unsure=0), *entered(outcome, say, "booking_form")]


def _asked_about(named: tuple[str, ...], tracker: Tracker) -> list[EventType]:
    """Remembers the one service named; one the person said is theirs gives way to no other."""
    if len(named) != 1:
        return []
    if states_own_service(text_of(tracker)):
        return slots(service=named[0], service_stated=True)
    if tracker.get_slot("service_stated") or page_service(tracker):
        return []
    return slots(service=named[0])
