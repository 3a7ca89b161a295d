"""Scores a questionnaire for staff. Nothing of this is ever shown to the person.

A score describes answers; it is not a diagnosis. Bands, caseness and reliable change are data
(data/questionnaires/), from:

- PHQ-9: Kroenke K, Spitzer RL, Williams JBW. The PHQ-9. J Gen Intern Med 2001;16:606-13.
- GAD-7: Spitzer RL, Kroenke K, Williams JBW, Löwe B. Arch Intern Med 2006;166:1092-7.
- Caseness (PHQ-9 10 or more, GAD-7 8 or more) and reliable change (6 and 4 points): NHS England,
  NHS Talking Therapies for anxiety and depression manual.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.prescreen.questionnaires import Questionnaire


@dataclass(frozen=True)
class ItemScore:
    """An item's answer: its score, None when it was left out."""

    number: int
    text: str
    score: int | None


@dataclass(frozen=True)
class Score:
    """A scored questionnaire. `total`, `band` and `caseness` are None with too many left out."""

    questionnaire: Questionnaire
    items: tuple[ItemScore, ...]
    missing: int
    total: int | None
    prorated: bool
    band: str | None
    caseness: bool | None


def score(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> Score:
    """Scores the answers given by question id.

    With items left out, up to `maximum_missing` of them, the total is the mean of the items
    answered times the number of items, rounded to the nearest whole point (a half upwards),
    and marked as prorated. With more, there is no total.
    """
    items = tuple(
        ItemScore(number, item.text, answers.get(questionnaire.item_id(number)))
        for number, item in enumerate(questionnaire.items, start=1)
    )
    given = [item.score for item in items if item.score is not None]
    missing = len(items) - len(given)
    if missing > questionnaire.maximum_missing or not given:
        return Score(questionnaire, items, missing, None, False, None, None)
    total = (2 * sum(given) * len(items) + len(given)) // (2 * len(given))
    return Score(
        questionnaire=questionnaire,
        items=items,
        missing=missing,
        total=total,
        prorated=missing > 0,
        band=band(questionnaire, total),
        caseness=None if questionnaire.caseness is None else total >= questionnaire.caseness,
    )


def band(questionnaire: Questionnaire, total: int) -> str | None:
    """The authors' name for the range that a total falls in; None when they named none."""
    return next((b.name for b in questionnaire.bands if b.first <= total <= b.last), None)


def reliable_change(
    questionnaire: Questionnaire, first: int, later: int
) -> Literal["improved", "deteriorated", "none"] | None:
    """Whether two totals differ by more than the measure's own error.

    None when the questionnaire has no published threshold. Lower totals are better.
    """
    if questionnaire.reliable_change is None:
        return None
    if first - later >= questionnaire.reliable_change:
        return "improved"
    if later - first >= questionnaire.reliable_change:
        return "deteriorated"
    return "none"
