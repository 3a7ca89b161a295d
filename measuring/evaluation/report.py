"""Writes docs/evaluation.md and its plots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuring import machine
from measuring.evaluation import crisis, questions
from measuring.evaluation.crisis import Screened
from measuring.evaluation.danger_section import danger_section
from measuring.evaluation.drawing import draw_coverage, draw_kinds
from measuring.evaluation.floor import Goal
from measuring.evaluation.questions import Answered, Result
from measuring.evaluation.questions_section import answers_section, questions_section
from measuring.evaluation.stock_pipeline import EPOCHS, EVERY, LONGEST
from measuring.figures import Share
from measuring.markdown import page, table


@dataclass(frozen=True)
class Measured:
    """All that one pipeline was measured on."""

    screened: list[Screened]
    questions: Result
    answers: list[Answered]

    @property
    def shares(self) -> dict[str, Share]:
        """All figures by name."""
        return {
            **crisis.shares(self.screened),
            **questions.shares(self.questions),
            **questions.answer_shares(self.answers),
        }


def write(
    ours: Measured, stock: Measured, goals: Sequence[Goal], known: dict[str, Any], docs: Path
) -> None:
    """Writes the page and the plots into the folder `docs`."""
    folder = docs / "evaluation"
    draw_kinds(ours.screened, folder / "danger.svg")
    draw_coverage(ours.questions, folder / "coverage.svg")
    (docs / "evaluation.md").write_text(text(ours, stock, goals, known), encoding="utf-8")


def text(ours: Measured, stock: Measured, goals: Sequence[Goal], known: dict[str, Any]) -> str:
    """The page."""
    return page(
        "# Evaluation",
        "How well Foyer notices danger and understands questions, on lines that nobody tuned on. "
        "Beside it, Rasa's stock pipeline, as `rasa init` writes it, trained on the same lines in "
        f"the same run, but in {EPOCHS} epochs instead of 100, and of the crisis lines on one in "
        f"{EVERY} of those with at most {LONGEST} words: with all of that it would need more than "
        "a day. Shares come with their 95% interval (Wilson). Written by `make evaluate`; don't "
        "edit it by hand.",
        f"Measured on: {machine.described(known)}",
        "## Against the targets",
        table(("", "target", "Foyer", "stock pipeline", "met"), _goal_rows(ours, stock, goals)),
        _missed_targets(ours, goals),
        danger_section(ours.screened, stock.screened),
        questions_section(ours.questions, stock.questions),
        answers_section(ours.answers),
    )


def summary(shares: dict[str, Share], goals: Sequence[Goal]) -> str:
    """The figures on a terminal, a line each."""
    width = max(len(goal.name) for goal in goals)
    lines = []
    for goal in goals:
        share = shares.get(goal.figure, Share(0, 0))
        mark = {True: "met", False: "missed", None: ""}[goal.met(share)]
        target = "" if goal.target is None else f"(target {_wanted(goal)}) {mark}"
        lines.append(f"{goal.name:<{width}}  {share}  {target}".rstrip())
    return "\n".join(lines)


def _goal_rows(ours: Measured, stock: Measured, goals: Sequence[Goal]) -> Iterable[Sequence[str]]:
    for goal in goals:
        share = ours.shares[goal.figure]
        met = {True: "yes", False: "**no**", None: "" if goal.target is None else "not measured"}
        yield (
            goal.name,
            "" if goal.target is None else _wanted(goal),
            str(share),
            _stock_share(stock, goal.figure),
            met[goal.met(share)],
        )


def _stock_share(stock: Measured, figure: str) -> str:
    return "–" if figure.startswith(("answers.", "services.")) else str(stock.shares[figure])


def _wanted(goal: Goal) -> str:
    return f"{'at most' if goal.less_is_better else 'at least'} {100 * (goal.target or 0):g}%"


def _missed_targets(ours: Measured, goals: Sequence[Goal]) -> str:
    missed = [goal for goal in goals if goal.met(ours.shares[goal.figure]) is False]
    if not missed:
        return "Every target is met."
    lines = []
    for goal in missed:
        share = ours.shares[goal.figure]
        away = 100 * abs(share.value - (goal.target or 0))
        low, high = share.interval
        within = low <= (goal.target or 0) <= high
        lines.append(
            f"- {goal.name}: missed by {away:.1f} points"
            f"{'; the target lies within the interval' if within else ''}."
            f"{f' {goal.why}' if goal.why else ''}"
        )
    return "\n".join(["What is missed:", "", *lines])
