"""What is asked where it could be danger: kindly, openly, with help one tap away."""

from __future__ import annotations

from bot.crisis.categories import ABOUT_OTHERS, LIFE_AT_RISK, SUICIDAL
from bot.crisis.flagging import flag
from bot.crisis.replies import replies
from bot.crisis.replying import paragraphs, safety_reply, thoughts_reply
from bot.crisis.screen import Screening
from bot.crisis.turn import CrisisTurn, Person, State


def check_in(found: Screening, text: str, state: State, person: Person) -> CrisisTurn:
    """The turn for a message that could be an alarm."""
    category = found.category or SUICIDAL
    words = replies().check_in
    new = {**state, "tier": "check-in", "category": category}
    first = words.abuse if category == "abuse" else words.acknowledge
    if category in ABOUT_OTHERS | LIFE_AT_RISK:
        new["asked"] = "safe"
        reply = safety_reply(paragraphs(first, words.ask_other, words.help), new, person)
    else:
        new["asked"] = "thoughts"
        reply = thoughts_reply(paragraphs(first, words.ask, words.help), new, person)
    return CrisisTurn(reply, new, flag("check-in", found, category, text))


def respond_to_item(
    state: State | None, *, service_id: str | None = None, age: int | None = None
) -> CrisisTurn:
    """The turn for an answer above "not at all" to the item on being better off dead.

    Its flag is stored with the answer (`item_flag`).
    """
    new = {**(state or {}), "asked": "thoughts", "tier": "check-in", "category": SUICIDAL}
    words = replies().check_in
    said = paragraphs(words.item, words.ask, words.help)
    return CrisisTurn(thoughts_reply(said, new, Person(service_id, age)), new)
