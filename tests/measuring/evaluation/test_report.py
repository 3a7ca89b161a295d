"""The report says what was measured: made-up results, with targets that are met and missed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from measuring.evaluation import report
from measuring.evaluation.crisis import Screened
from measuring.evaluation.floor import Goal
from measuring.evaluation.pipelines import Read
from measuring.evaluation.questions import Answered, Result
from measuring.evaluation.report import Measured
from scripts.crisis_lines import Line

DIRECT = Line("a clear line", "direct", "fires", "suicidal-thoughts")
OBLIQUE = Line("an oblique line", "farewell", "fires", "suicidal-thoughts")
GRIEF = Line("a line of grief", "grief", "none", None)
COST = Read("faq", ("cost",), (), "faq/cost", 0.9)
GOALS = (
    Goal(
        figure="crisis.chat.noticed",
        name="danger noticed",
        target=0.98,
        floor=0.4,
        why="It is oblique.",
    ),
    Goal(
        figure="crisis.false_alert",
        name="alert on harm",
        target=0.02,
        floor=0.1,
        less_is_better=True,
    ),
    Goal(figure="topics.right", name="right topic", target=0.95, floor=0.9),
    Goal(figure="crisis.post.noticed", name="long posts", target=0.95, floor=0.9),
    Goal(figure="answers.right", name="typed answers", floor=0.5),
)
KNOWN: dict[str, Any] = {
    "date": "1 December 2026",
    "processor": "A processor",
    "cores": 2,
    "memory_gb": 8,
    "system": "Linux",
    "python": "3.10",
    "rasa": "3.6.21",
}


@pytest.fixture
def ours() -> Measured:
    return Measured(
        [
            Screened(DIRECT, "alert", "suicidal-thoughts", ("recent",), "match"),
            Screened(OBLIQUE, None, likely=0.35),
            Screened(GRIEF, None, likely=0.15),
        ],
        Result([("faq/cost", "is it free", COST)], [("a", ("cost",), COST)], [("b", (), COST)], []),
        [Answered("daily", 3, 3), Answered("half", None, 1)],
    )


@pytest.fixture
def stock() -> Measured:
    return Measured(
        [Screened(DIRECT, "alert"), Screened(OBLIQUE, "alert"), Screened(GRIEF, "alert")],
        Result([("faq/cost", "is it free", Read("greet"))], [("a", ("cost",), COST)], [], []),
        [],
    )


def test_targets_are_met_or_missed_by_so_much(ours: Measured, stock: Measured) -> None:
    said = report.text(ours, stock, GOALS, KNOWN)
    rows = {line.split(" | ")[0]: line for line in said.splitlines() if line.startswith("| ")}
    assert "50.0% (9.5 to 90.5) | 100.0% (34.2 to 100.0) | **no** |" in rows["| danger noticed"]
    assert rows["| alert on harm"].endswith("| yes |")
    assert rows["| long posts"].endswith("| not measured |")
    assert rows["| typed answers"].endswith("| – |  |")
    assert "- danger noticed: missed by 48.0 points. It is oblique.\n" in said


def test_what_is_missed_is_published(ours: Measured, stock: Measured) -> None:
    said = report.text(ours, stock, GOALS, KNOWN)
    assert "- farewell (1): “an oblique line”" in said
    assert "Wrong scores: “half” as 1." in said


def test_what_a_lower_bar_would_cost_is_published(ours: Measured, stock: Measured) -> None:
    said = report.text(ours, stock, GOALS, KNOWN)
    section = said.split("### What a lower bar would cost")[1].split("###")[0]
    shares = {
        row.split(" | ")[0]: [cell.split("%")[0] for cell in row.split(" | ")[1::2]]
        for row in section.splitlines()
        if row.startswith("| 0.")
    }
    assert shares["| 0.40"] == ["50.0", "0.0"]
    assert shares["| 0.30"] == ["100.0", "0.0"]
    assert shares["| 0.10"] == ["100.0", "100.0"]


def test_a_false_alarm_is_published(ours: Measured, stock: Measured) -> None:
    said = report.text(stock, ours, GOALS, KNOWN)
    assert "- grief (1): “a line of grief” (alert)" in said


def test_page_and_plots_are_written(ours: Measured, stock: Measured, tmp_path: Path) -> None:
    report.write(ours, stock, GOALS, KNOWN, tmp_path)
    said = (tmp_path / "evaluation.md").read_text()
    for name in ("danger", "coverage"):
        assert f"evaluation/{name}.svg" in said
        assert (tmp_path / "evaluation" / f"{name}.svg").stat().st_size < 60_000


def test_the_summary_has_a_line_for_each_goal(ours: Measured) -> None:
    lines = report.summary(ours.shares, GOALS).splitlines()
    assert len(lines) == len(GOALS)
    assert lines[0].endswith("(target at least 98%) missed")
    assert lines[1].endswith("met")
