"""The form of a crisis reply: its paragraphs, the answers to tap, and the help lines beside it."""

from __future__ import annotations

from typing import Any

from bot.crisis.help_lines import lines_for
from bot.crisis.help_replies import line_json, more_help
from bot.crisis.replies import replies
from bot.crisis.turn import Person, State
from bot.reply import Button, Reply, buttons


def safety_reply(said: str, state: State, person: Person) -> Reply:
    """Asks about safety."""
    words = replies().buttons
    titles = (words.help_now, words.safe, words.not_meant, words.more)
    return Reply(said, buttons(titles), _custom(state, person))


def thoughts_reply(said: str, state: State, person: Person) -> Reply:
    """Asks about thoughts of harming oneself."""
    words = replies().buttons
    titles = (words.having_thoughts, words.hard_time, words.help_now, words.more)
    return Reply(said, buttons(titles), _custom(state, person))


def way_back_reply(said: str, state: State, person: Person) -> Reply:
    """Offers what to do next; nothing is taken up again by itself."""
    words = replies()
    carry_on = [words.follow_up.carry_on] if state.get("paused") else []
    text = paragraphs(said, *carry_on, words.follow_up.way_back)
    choices = (*_ways_on(state), Button.same(words.buttons.more))
    return Reply(text, choices, _custom(state, person))


def more_help_reply(state: State, person: Person) -> Reply:
    """Help lines, with the question that is open still to be answered."""
    reply = more_help(person.service_id, person.age, state["category"])
    custom = {**_custom(state, person), "help_lines": (reply.custom or {})["help_lines"]}
    words = replies().buttons
    titles = [words.help_now, words.safe] if state.get("asked") else [words.help_now]
    return Reply(reply.text, (*buttons(titles), *_ways_on(state)), custom)


def paragraphs(*parts: str) -> str:
    """The parts as one text, each a paragraph."""
    return "\n\n".join(part.strip() for part in parts)


def _ways_on(state: State) -> tuple[Button, ...]:
    words = replies().buttons
    on = (Button.same(words.carry_on),) if state.get("paused") else ()
    return (*on, Button(words.ask.title, words.ask.payload))


def _custom(state: State, person: Person) -> dict[str, Any]:
    lines = lines_for(state["category"], person.service_id, person.age)
    return {
        "type": "crisis",
        "tier": state["tier"],
        "category": state["category"],
        "help_lines": [line_json(each) for each in lines],
    }
