"""The plots of the benchmark."""

from __future__ import annotations

from pathlib import Path

from measuring import plots
from measuring.bench.results import Results
from measuring.figures import percentile, typical


def draw_turns(bars: dict[str, list[float]], path: Path) -> None:
    """A bar for each kind of turn, by its name: the median, and a line to the 95th percentile."""
    with plots.plot(path, height=0.45 * len(bars) + 1) as axes:
        for place, (name, turns) in enumerate(reversed(bars.items())):
            middle, late = typical(turns), percentile(turns, 95)
            ours = name.startswith("Foyer")
            axes.barh(
                place,
                middle,
                color=plots.DARK if ours else plots.LIGHT,
                edgecolor="black",
                hatch=plots.HATCHES[0 if ours else 1],
                height=0.6,
            )
            axes.plot([middle, late], [place, place], color="black", linewidth=1)
            axes.plot(late, place, marker="|", color="black", markersize=9)
            axes.text(late, place, f"  {middle:.0f} ms", va="center")
        axes.set_yticks(range(len(bars)), list(reversed(bars)))
        axes.set_xlabel("milliseconds: median, and 95th percentile")
        axes.margins(x=0.15)
        axes.grid(visible=False, axis="y")


def draw_at_once(results: Results, crowds: dict[str, tuple[str, str]], path: Path) -> None:
    """Turns a second by how many people talk, for each crowd: its name, who answers, the kind."""
    levels = results.levels
    with plots.plot(path, height=2.8) as axes:
        for number, (name, (who, kind)) in enumerate(crowds.items()):
            rates = [results.at_once(who, kind, each, "turns_a_second") for each in levels]
            places = [place + 0.27 * (number - 1) for place in range(len(levels))]
            axes.bar(
                places,
                rates,
                width=0.25,
                label=name,
                color=(plots.LIGHT, plots.DARK, "white")[number],
                edgecolor="black",
                hatch=plots.HATCHES[(1, 0, 2)[number]],
            )
            for place, rate in zip(places, rates, strict=True):
                axes.text(place, rate, f"{rate:.0f}", ha="center", va="bottom")
        axes.set_xticks(range(len(levels)), [f"{each} at once" for each in levels])
        axes.set_ylabel("turns a second")
        axes.margins(y=0.3)
        axes.legend(loc="upper left", ncol=3, fontsize=9)
        axes.grid(visible=False, axis="x")
