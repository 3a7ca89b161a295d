"""What a flag rests on, also where that is an item of a questionnaire, and how it was noticed."""

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


def noticed(flag: Flag) -> str:
    """Why it was noticed, such as "because of “end it all”, by the list of phrases"."""
    if flag.words and flag.words != flag.text and answered(flag) is None:
        return f"because of “{flag.words}”, {noticed_how(flag)}"
    return noticed_how(flag)


def noticed_how(flag: Flag) -> str:
    """How it was noticed, such as "by the list of phrases; they say that it isn't so"."""
    qualifiers = (words().said("qualifiers", each) for each in flag.qualifiers)
    return "; ".join((words().said("layers", flag.layer), *qualifiers))


def _item_of(flag: Flag) -> tuple[Questionnaire, int] | None:
    """The questionnaire and the number of the item that a flag came from."""
    for questionnaire in library().questionnaires.values():
        for number in range(1, len(questionnaire.items) + 1):
            if questionnaire.item_id(number) == flag.source:
                return questionnaire, number
    return None
