"""The look of all plots: small SVGs that read without colour, the same for the same figures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")

from matplotlib import pyplot

DARK, MIDDLE, LIGHT = "#1d4f7c", "#9db8d2", "#c9ced6"
HATCHES = ("", "///", "\\\\", "xx")

_LOOK = {
    "font.family": "sans-serif",  # whichever the reader has
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#e3e6ea",
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "svg.fonttype": "none",  # letters stay letters: small, and to be found by searching
    "svg.hashsalt": "foyer",  # the same ids each time
    "figure.facecolor": "white",
}


@contextmanager
def plot(path: Path, width: float = 7.0, height: float = 3.2) -> Iterator[Any]:
    """Axes to draw on; what was drawn is in `path` afterwards. Width and height in inches."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context(_LOOK):
        figure, axes = pyplot.subplots(figsize=(width, height), layout="constrained")
        yield axes
        figure.savefig(path, metadata={"Date": None})
        # In quotes it would be the name of one font, which no one has.
        path.write_text(path.read_text().replace("'sans-serif'", "sans-serif"))
        pyplot.close(figure)
