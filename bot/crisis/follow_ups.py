"""How the crisis conversation goes on: the steps that an answer can lead to."""

from __future__ import annotations

from bot.crisis.alerts import first_step
from bot.crisis.answers import step_upon
from bot.crisis.categories import LIFE_AT_RISK, SUICIDAL
from bot.crisis.flagging import answer_flag
from bot.crisis.replies import replies
from bot.crisis.replying import (
    more_help_reply,
    paragraphs,
    safety_reply,
    thoughts_reply,
    way_back_reply,
)
from bot.crisis.turn import CrisisTurn, Person, State


def follow_up(answer: str, text: str, state: State, person: Person) -> CrisisTurn | None:
    """The turn for an answer; None when nothing was asked that it answers.

    Args:
        answer: which one the text is (`answer_in`).
    """
    step = _STEPS.get(step_upon(answer, state) or "")
    return step(text, state, person) if step else None


def _help_now(text: str, state: State, person: Person) -> CrisisTurn:
    category = state.get("category") or SUICIDAL
    words = replies().follow_up
    said = replies().alert[category].help_now or (
        words.help_now_life if category in LIFE_AT_RISK else words.help_now
    )
    new = {**state, "asked": "safe", "tier": "alert", "category": category}
    flag = answer_flag(category, text, "asked-for-help")
    return CrisisTurn(safety_reply(said, new, person), new, flag)


def _safe(text: str, state: State, person: Person) -> CrisisTurn:
    words = replies().follow_up
    said = replies().alert[state["category"]].safe or (
        words.safe_life if state["category"] in LIFE_AT_RISK else words.safe
    )
    return _settled(said, state, person)


def _not_meant(text: str, state: State, person: Person) -> CrisisTurn:
    return _settled(replies().follow_up.not_meant, state, person, disputed=True)


def _hard_time(text: str, state: State, person: Person) -> CrisisTurn:
    return _settled(replies().check_in.no_thoughts, state, person)


def _more(text: str, state: State, person: Person) -> CrisisTurn:
    return CrisisTurn(more_help_reply(state, person), state)


def _clarify(text: str, state: State, person: Person) -> CrisisTurn:
    new = {**state, "asked": "clarify"}
    return CrisisTurn(thoughts_reply(replies().check_in.clarify, new, person), new)


def _having_thoughts(text: str, state: State, person: Person) -> CrisisTurn:
    times = state.get("times", 0) + 1
    new = {**state, "asked": "safe", "times": times, "tier": "alert", "category": SUICIDAL}
    words = replies()
    said = paragraphs(
        words.check_in.had_thoughts, first_step(SUICIDAL, person), words.automated, words.ask_safe
    )
    return CrisisTurn(safety_reply(said, new, person), new, answer_flag(SUICIDAL, text))


def _settled(said: str, state: State, person: Person, *, disputed: bool = False) -> CrisisTurn:
    new = {**state, "asked": None}
    return CrisisTurn(way_back_reply(said, new, person), new, disputed=disputed)


_STEPS = {
    "help_now": _help_now,
    "safe": _safe,
    "not_meant": _not_meant,
    "hard_time": _hard_time,
    "more": _more,
    "clarify": _clarify,
    "having_thoughts": _having_thoughts,
}
