from __future__ import annotations

from pathlib import Path

from measuring.plots import plot


def drawn(path: Path) -> str:
    with plot(path) as axes:
        axes.bar([0, 1], [2, 3], hatch="///")
        axes.set_xlabel("some words")
    return path.read_text()


def test_a_plot_is_small_and_its_words_can_be_searched(tmp_path: Path) -> None:
    svg = drawn(tmp_path / "folder" / "a.svg")
    assert "some words" in svg
    assert " sans-serif" in svg
    assert "'sans-serif'" not in svg
    assert len(svg) < 40_000


def test_the_same_figures_make_the_same_file(tmp_path: Path) -> None:
    assert drawn(tmp_path / "a.svg") == drawn(tmp_path / "b.svg")
