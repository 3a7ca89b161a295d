"""What a flag rests on, where it isn't a message: an item of a questionnaire and its answer."""

from __future__ import annotations

from dataclasses import dataclass

from bot.prescreen.questionnaires import Questionnaire, library
from bot.records.models import Flag
from bot.staff.words import words


@dataclass(frozen=True)
class Answered:
    """An item and its answer, in the questionnaire's words; `said` if they put it otherwise."""

    item: str
    answer: str
    said: str | None


def heading(flag: Flag) -> str:
    """What kind of flag it is. An answer is named by its item: it says no more than it says."""
    found = _item_of(flag)
    if found is None:
        return words().said("categories", flag.category)
    questionnaire, number = found
    return words().flagged_item.format(questionnaire=questionnaire.name, number=number)


def answered(flag: Flag) -> Answered | None:
    """The answer that a flag rests on; None for a message, and once the words are erased."""
    found = _item_of(flag)
    if found is None or not flag.words:
        return None
    questionnaire, number = found
    said = flag.text if flag.text and flag.text.casefold() != flag.words.casefold() else None
    return Answered(questionnaire.items[number - 1].text, flag.words, said)


def _item_of(flag: Flag) -> tuple[Questionnaire, int] | None:
    """The questionnaire and the number of the item that a flag came from."""
    for questionnaire in library().questionnaires.values():
        for number in range(1, len(questionnaire.items) + 1):
            if questionnaire.item_id(number) == flag.source:
                return questionnaire, number
    return None
