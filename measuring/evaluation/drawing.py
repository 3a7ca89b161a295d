"""The plots of the evaluation."""

from __future__ import annotations

from pathlib import Path

from measuring import plots
from measuring.evaluation import crisis, questions
from measuring.evaluation.crisis import Screened
from measuring.evaluation.danger_section import by_kind
from measuring.evaluation.questions import Result


def draw_kinds(screened: list[Screened], path: Path) -> None:
    """How much danger was noticed, by kind and tier."""
    groups = by_kind(screened, danger=True)
    with plots.plot(path, height=0.3 * len(groups) + 1.2) as axes:
        for place, group in enumerate(reversed(list(groups.values()))):
            alerts = sum(each.tier == "alert" for each in group) / len(group)
            checks = sum(each.tier == "check-in" for each in group) / len(group)
            axes.barh(place, alerts, color=plots.MIDDLE, edgecolor="black", height=0.65)
            axes.barh(
                place,
                checks,
                left=alerts,
                color="white",
                hatch=plots.HATCHES[1],
                edgecolor="black",
                height=0.65,
            )
            share = crisis.noticed(group)
            low, high = share.interval
            axes.plot([low, high], [place, place], color="black", linewidth=1.2)
            axes.text(1.01, place, f"{share.count} of {share.of}", va="center", fontsize=9)
        axes.set_yticks(range(len(groups)), list(reversed(groups)))
        axes.set_xlim(0, 1.14)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25%", "50%", "75%", "100%"])
        axes.set_xlabel("noticed: alert (plain), check-in (hatched); the line is the 95% interval")
        axes.grid(visible=False, axis="y")


def draw_coverage(found: Result, path: Path) -> None:
    """How much is answered, and how rightly, by threshold."""
    rows = questions.coverage(found)
    thresholds = [row[0] for row in rows]
    lines = (
        ("questions answered", "-", "o"),
        ("of those, right", "--", "s"),
        ("out of scope answered", ":", "^"),
    )
    with plots.plot(path, height=3.0) as axes:
        for column, (name, style, marker) in enumerate(lines, start=1):
            values = [row[column] for row in rows]
            axes.plot(
                thresholds,
                values,
                style,
                color=plots.DARK if column < 3 else "black",
                marker=marker,
                markersize=4,
                label=name,
            )
        axes.set_ylim(0, 1.02)
        axes.set_xlabel("threshold of confidence")
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
