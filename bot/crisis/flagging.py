"""What staff are to see of a message that speaks of danger."""

from __future__ import annotations

from dataclasses import dataclass

from bot.crisis.categories import SUICIDAL
from bot.crisis.screen import Screening


@dataclass(frozen=True)
class FlagDraft:
    """A flag before it is stored. `source` is "message", or a questionnaire's item ("phq-9.9").

    `tier` is "alert", "check-in", or "noted" for what was denied or is past.
    """

    tier: str
    category: str
    qualifiers: tuple[str, ...]
    words: str
    text: str
    layer: str
    source: str = "message"


def flag(tier: str, found: Screening, category: str, text: str) -> FlagDraft:
    """The flag for what was found in a message."""
    words = " … ".join(found.words)
    return FlagDraft(tier, category, found.qualifiers, words, text, found.layer or "match")


def answer_flag(category: str, text: str, *qualifiers: str) -> FlagDraft:
    """The flag for an answer that is an alarm by itself, whatever its words."""
    return FlagDraft("alert", category, qualifiers, text, text, "answer")


def item_flag(item: str, answer: str, said: str) -> FlagDraft:
    """The flag for the questionnaire's item on being better off dead.

    Args:
        item: its id, such as "phq-9.9".
        answer: the answer as the questionnaire words it.
        said: the answer as the person put it.
    """
    return FlagDraft("check-in", SUICIDAL, (), answer, said, "item", item)


def note_for_staff(found: Screening, text: str) -> FlagDraft | None:
    """What staff should know of although it is no alarm: denied, or past."""
    if not found.noted or found.category is None:
        return None
    return flag("noted", found, found.category, text)
