"""Help lines at any time, saying again, and starting again."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions.base import FoyerAction, Say, service_of, slots
from bot.crisis.help_replies import more_help
from bot.messages import message
from bot.reply import Button, Reply


class MoreHelp(FoyerAction):
    """Help lines that fit the person's service and age."""

    def name(self) -> str:
        return "action_more_help"

    def act(self, say: Say, tracker: Tracker) -> None:
        say(more_help(service_of(tracker), tracker.get_slot("age")))


class Repeat(FoyerAction):
    """Says the last replies again. Within a form its question comes again by itself."""

    def name(self) -> str:
        return "action_repeat"

    def act(self, say: Say, tracker: Tracker) -> None:
        if tracker.active_loop_name:
            return
        said = _last_replies(tracker.events)
        if said:
            say(*said)
        else:
            say(message("nothing_to_repeat"))


class StartAgain(FoyerAction):
    """Forgets which service and questions the talk was about; a begun referral stays."""

    def name(self) -> str:
        return "action_start_again"

    def act(self, say: Say, tracker: Tracker) -> list[EventType]:
        say(message("start_again"))
        return slots(service=None, service_stated=None, topics=None, unsure=0)


def _last_replies(events: list[dict[str, Any]]) -> list[Reply]:
    """What the assistant said between the person's last message but one and the last."""
    said: list[Reply] = []
    users = 0
    for event in reversed(events):
        if event["event"] == "user":
            users += 1
            if users == 2:
                break
        elif event["event"] == "bot" and users == 1 and event.get("text"):
            data = event.get("data") or {}
            said.append(
                Reply(
                    event["text"],
                    tuple(
                        Button(button["title"], button["payload"])
                        for button in data.get("buttons") or ()
                    ),
                    data.get("custom"),
                )
            )
    return said[::-1]
