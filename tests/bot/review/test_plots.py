from __future__ import annotations

from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bot.prescreen.questions import script
from bot.review import plots
from bot.review.numbers import WEEKS, Table

STEPS = tuple(step.title for step in script().steps)
DAYS = ("earlier", *(f"{20 + week % 10} Sep" for week in range(WEEKS)))


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """What is drawn."""
    drawn: list[Figure] = []
    written = plots._written

    def keep(figure: Figure) -> bytes:
        drawn.append(figure)
        return written(figure)

    monkeypatch.setattr(plots, "_written", keep)
    return drawn


@pytest.mark.parametrize(("labels", "lying"), [(STEPS, True), (DAYS, False)])
def test_no_label_lies_over_another(figures, labels: tuple[str, ...], lying: bool) -> None:
    series = (("Begun, not sent", tuple(float(place) for place in range(len(labels)))),)
    plots.draw(Table("t", "T", "people", labels, series, lying=lying))
    (figure,) = figures
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    axes = figure.axes[0]
    texts = axes.get_yticklabels() if lying else axes.get_xticklabels()
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in texts if text.get_text()]
    assert len(boxes) == len(labels)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_series_differ_by_more_than_their_colour() -> None:
    series = tuple((name, (1.0, 2.0)) for name in "abc")
    assert b"<pattern" in plots.draw(Table("t", "T", "people", ("1 Sep", "8 Sep"), series))
