"""Standard questionnaires and their scales, read from data/questionnaires/.

The wording of stems, items and answers is fixed by their authors. A service turns one on by its
id in `prescreen.questionnaires`; a new one is one new file there, with its scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import Field, NonNegativeInt, PositiveInt

from bot.datafile import DATA, DataError, Strict, load_model, shown
from bot.prescreen.questions import Choice, Question

QUESTIONNAIRES = DATA / "questionnaires"


class Band(Strict):
    """A range of totals with the name its authors gave it. For staff only."""

    first: NonNegativeInt = Field(alias="from")
    last: NonNegativeInt = Field(alias="to")
    name: str


class Item(Strict):
    """One item; `safety` when any answer above zero needs human contact."""

    text: str
    loinc: str | None = None
    safety: bool = False
    unclear: tuple[str, ...] = ()


class Scale(Strict):
    """The answers that a questionnaire's items share, with what people say for each."""

    id: str
    choices: tuple[Choice, ...]
    unclear: tuple[str, ...] = ()
    numbers_hint: str

    def title(self, value: int) -> str:
        """The wording of an answer by its score."""
        return next(choice.title for choice in self.choices if choice.value == value)


class Questionnaire(Strict):
    """A questionnaire: words, codes for exchange, and how it is scored."""

    id: str
    name: str
    title: str
    short: str
    intro: str
    why: str
    stem: str
    short_stem: str
    scale: str
    loinc: str | None = None
    total_loinc: str | None = None
    snomed: str | None = None
    maximum_missing: NonNegativeInt
    caseness: PositiveInt | None = None
    reliable_change: PositiveInt | None = None
    bands: tuple[Band, ...] = ()
    source: str | None = None  # where bands and thresholds were published, for staff
    items: tuple[Item, ...]

    def item_id(self, number: int) -> str:
        """The id of an item (numbered from 1) as a question, such as "phq-9.9"."""
        return f"{self.id}.{number}"


class Library:
    """The questionnaires of a folder, and their scales."""

    def __init__(self, directory: Path) -> None:
        """Reads `<directory>/*.yml` and `<directory>/scales/*.yml`.

        Raises:
            DataError: a file can't be used, or names a scale that isn't there.
        """
        self.scales: Mapping[str, Scale] = {
            path.stem: load_model(path, Scale) for path in sorted(directory.glob("scales/*.yml"))
        }
        self.questionnaires: Mapping[str, Questionnaire] = {
            path.stem: self._load(path) for path in sorted(directory.glob("*.yml"))
        }
        self._questions = {
            questionnaire.id: self._written_out(questionnaire)
            for questionnaire in self.questionnaires.values()
        }

    def _load(self, path: Path) -> Questionnaire:
        questionnaire = load_model(path, Questionnaire)
        if questionnaire.id != path.stem:
            raise DataError(f"{shown(path)}: `id` is not the file's name: make them the same")
        if questionnaire.scale not in self.scales:
            raise DataError(f"{shown(path)}: `scale` names no file in scales/: add that file")
        return questionnaire

    def get(self, questionnaire_id: str) -> Questionnaire:
        """Raises DataError for an id that has no file."""
        try:
            return self.questionnaires[questionnaire_id]
        except KeyError:
            raise DataError(
                f"data/questionnaires/{questionnaire_id}.yml: the file is missing: "
                "add it, or take it out of `prescreen.questionnaires` of the service"
            ) from None

    def scale_of(self, questionnaire: Questionnaire) -> Scale:
        """The scale its items are answered on."""
        return self.scales[questionnaire.scale]

    def questions(self, questionnaire_id: str) -> tuple[Question, ...]:
        """The items as questions of the pre-screen."""
        return self._questions[self.get(questionnaire_id).id]

    def _written_out(self, questionnaire: Questionnaire) -> tuple[Question, ...]:
        scale = self.scale_of(questionnaire)
        return tuple(
            Question(
                id=questionnaire.item_id(number),
                kind="item",
                text=item.text,
                label=item.text,
                change=f"{questionnaire.short} question {number}",
                why=questionnaire.why,
                optional=True,
                choices=scale.choices,
                unclear=(*scale.unclear, *item.unclear),
                questionnaire=questionnaire.id,
                number=number,
                safety=item.safety,
            )
            for number, item in enumerate(questionnaire.items, start=1)
        )


@lru_cache(maxsize=1)
def library() -> Library:
    """The project's own questionnaires."""
    return Library(QUESTIONNAIRES)
