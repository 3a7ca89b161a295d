"""The crisis conversation: what to say to a message that speaks of danger, and what comes after.

A pure function over the message and a small state that can be written as JSON, so that Rasa, the
edge and any other channel hold the same conversation, with nothing else running.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.crisis.age import stated_age
from bot.crisis.alerts import alert
from bot.crisis.answers import answer_in
from bot.crisis.check_ins import check_in
from bot.crisis.follow_ups import follow_up
from bot.crisis.screen import Screening, screen
from bot.crisis.turn import CrisisTurn, Person, State

# Answers whose words may themselves speak of danger, and which then come before it.
_EVEN_IN_DANGER = frozenset({"help", "help_now", "safe", "having_thoughts"})


def respond(
    text: str,
    state: State | None,
    *,
    service_id: str | None = None,
    age: int | None = None,
    found: Screening | None = None,
) -> CrisisTurn | None:
    """The reply to a message; None when it neither speaks of danger nor answers about it.

    Args:
        state: what the last turn left; `paused` in it names what was put aside for the crisis.
        age: in years, where known.
        found: what `screen` finds in the text, where that is known: it needn't look twice.
    """
    state = dict(state or {})
    if age is None:
        age = state["age"] = stated_age(text) or state.get("age")
    person = Person(service_id, age)
    found = screen(text) if found is None else found
    answer = answer_in(text)
    if answer and (found.tier is None or answer in _EVEN_IN_DANGER):
        turn = follow_up(answer, text, state, person)
        if turn is not None:
            return turn
    if found.tier is None:
        return None
    begin = alert if found.tier == "alert" else check_in
    return begin(found, text, state, person)


def putting_aside(state: Mapping[str, Any] | None, form: str | None) -> State | None:
    """The state for a crisis that interrupts `form`, if one is in progress."""
    if form is None:
        return None if state is None else dict(state)
    return {**(state or {}), "paused": form}


def moved_on(state: Mapping[str, Any] | None) -> State | None:
    """The state once something else was said: a bare "yes" is no longer about safety.

    None when nothing changes.
    """
    if not state or not state.get("asked"):
        return None
    return {**state, "asked": None}
