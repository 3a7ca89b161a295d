"""Draws a table of numbers as SVG, so that it can be read without colour: hatched bars."""

from __future__ import annotations

from io import BytesIO
from threading import Lock

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bot.review.numbers import Table

_HATCHES = ("", "///", "...", "xx", "\\\\", "++")
_COLOURS = ("#005eb8", "#ae2573", "#007f3b", "#4c6272", "#7c2855", "#003087")
_lock = Lock()  # matplotlib draws one picture at a time


def draw(table: Table) -> bytes:
    """The table as bars; a value that isn't known has none."""
    with _lock:
        high = 1 + len(table.labels) / 3 if table.lying else 3.2
        figure = Figure(figsize=(9, high), tight_layout=True)
        axes = figure.subplots()
        if table.lying:
            _lie(axes, table)
            return _written(figure)
        width = 0.8 / max(1, len(table.series))
        for number, (name, values) in enumerate(table.series):
            axes.bar(
                [place + number * width for place in range(len(values))],
                [value or 0 for value in values],
                width,
                label=name,
                color=_COLOURS[number % len(_COLOURS)],
                edgecolor="white",
                hatch=_HATCHES[number % len(_HATCHES)],
                align="edge",
            )
        axes.set_xticks([place + 0.4 for place in range(len(table.labels))])
        axes.set_xticklabels(table.labels, fontsize=9)
        axes.set_ylabel(table.unit, fontsize=9)
        if len(table.series) > 1:
            axes.legend(frameon=False, fontsize=9)
        return _written(figure)


def _lie(axes: Axes, table: Table) -> None:
    """The first series as lying bars, the first on top, each with its number."""
    values = [value or 0 for value in table.series[0][1]]
    places = range(len(values))
    axes.bar_label(axes.barh(places, values, 0.7, color=_COLOURS[0]), padding=3, fontsize=9)
    axes.set_yticks(places)
    axes.set_yticklabels(table.labels, fontsize=9)
    axes.invert_yaxis()
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel(table.unit, fontsize=9)


def _written(figure: Figure) -> bytes:
    for axes in figure.axes:
        axes.spines["top"].set_visible(False)
        axes.spines["right"].set_visible(False)
    file = BytesIO()
    FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None})
    return file.getvalue()
