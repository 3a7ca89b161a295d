"""What a message means as an answer to the question that the crisis conversation left open."""

from __future__ import annotations

import re

from bot.crisis.replies import replies
from bot.crisis.turn import State

_ON_BUTTONS = ("help_now", "safe", "not_meant", "more", "having_thoughts", "hard_time")

# By the open question: the step to take upon an answer, where it isn't called like the answer.
_STEPS = {
    "safe": {"yes": "safe", "no": "help_now", "hard_time": "safe"},
    "danger": {"yes": "help_now", "no": "safe", "hard_time": "safe"},
    # It asks about safety and thoughts at once, so a short answer could be to either.
    "thoughts": {"yes": "clarify", "no": "clarify", "safe": "clarify"},
    "clarify": {"yes": "having_thoughts", "no": "hard_time"},
}
_UPON_ANY_QUESTION = {"help": "help_now"}  # a bare "help" is no crisis by itself
_AT_ANY_TIME = frozenset({"help_now"})
_AFTER_A_CRISIS = _AT_ANY_TIME | {"safe", "not_meant", "more"}


def answer_in(text: str) -> str | None:
    """Which answer the whole message is, by its button's title or as people type it."""
    plain = _plain(text)
    words = replies()
    for name in _ON_BUTTONS:
        if plain == _plain(getattr(words.buttons, name)):
            return name
    return next((name for name, phrases in words.typed.items() if plain in phrases), None)


def step_upon(answer: str, state: State) -> str | None:
    """The step to take upon an answer (see `follow_ups`); None when it answers nothing here."""
    steps = _STEPS.get(_open_question(state))
    if steps is not None:
        return {**_UPON_ANY_QUESTION, **steps}.get(answer, answer)
    possible = _AFTER_A_CRISIS if state.get("category") else _AT_ANY_TIME
    return answer if answer in possible else None


def _open_question(state: State) -> str:
    asked: str = state.get("asked") or ""
    if asked == "safe" and state.get("tier") == "check-in":
        return "danger"  # there the question about safety is "is anyone in danger?"
    return asked


def _plain(text: str) -> str:
    text = re.sub(r"[’‘`´']", "", text.lower())
    return " ".join(re.findall(r"\w+", text))
