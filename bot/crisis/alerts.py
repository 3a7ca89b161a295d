"""What is said to clear danger: one first step that fits, and the question about safety."""

from __future__ import annotations

from bot.crisis.categories import ABOUT_OTHERS, LIFE_AT_RISK, SUICIDAL
from bot.crisis.flagging import flag
from bot.crisis.help_lines import HelpLine, help_lines
from bot.crisis.qualify import THIRD_PERSON
from bot.crisis.replies import replies
from bot.crisis.replying import paragraphs, safety_reply
from bot.crisis.screen import Screening
from bot.crisis.turn import CrisisTurn, Person, State

_ADULT = 19  # Childline is for people under it


def alert(found: Screening, text: str, state: State, person: Person) -> CrisisTurn:
    """The turn for a message that is an alarm: the first, another kind of danger, or one more."""
    category = found.category or SUICIDAL
    times = state.get("times", 0) + 1
    new = {**state, "asked": "safe", "times": times, "tier": "alert", "category": category}
    another_kind = category in LIFE_AT_RISK | ABOUT_OTHERS and category != state.get("category")
    if times == 1 or another_kind:
        said = _first(found, category, person)
    else:
        said = _again(category, times)
    if found.language:
        said.insert(-1, replies().own_language.format(language=found.language))
    reply = safety_reply(paragraphs(*said), new, person)
    return CrisisTurn(reply, new, flag("alert", found, category, text))


def first_step(category: str, person: Person) -> str:
    """The one thing to do first that fits the danger and the person."""
    words = replies().alert[category]
    own = _own_line(person.service_id)
    if words.first_step_with and own:
        return words.first_step_with.format(line=own.name, number=own.number)
    if words.first_step_young and person.age is not None and person.age < _ADULT:
        return words.first_step_young
    return words.first_step


def _first(found: Screening, category: str, person: Person) -> list[str]:
    words = replies()
    own = words.alert[category]
    of_other = THIRD_PERSON in found.qualifiers and own.acknowledge_other
    acknowledge = of_other or own.acknowledge
    ask = own.ask or words.ask_safe
    return [acknowledge, first_step(category, person), words.automated, ask]


def _again(category: str, times: int) -> list[str]:
    words = replies()
    own = words.alert[category]
    said = own.again if times == 2 else own.later
    if said:
        return [said, own.ask or words.ask_safe]
    again = words.again
    if times == 2:
        return [again.second, again.second_step]
    return [again.later, again.later_step]


def _own_line(service_id: str | None) -> HelpLine | None:
    if service_id is None:
        return None
    return next((line for line in help_lines().lines.values() if service_id in line.services), None)
