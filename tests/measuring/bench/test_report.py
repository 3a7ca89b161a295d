from __future__ import annotations

from pathlib import Path
from typing import Any

from measuring.bench import report
from measuring.bench.results import Results


def test_page_and_plots_are_written(figures: dict[str, Any], tmp_path: Path) -> None:
    report.write(figures, tmp_path)
    said = (tmp_path / "benchmarks.md").read_text()
    assert "| time of turn 200 | at most 1.2 times turn 5's | 1.10 | yes |" in said
    assert "1 December 2026" in said
    for name in ("turns", "at-once"):
        assert f"benchmarks/{name}.svg" in said
        assert (tmp_path / "benchmarks" / f"{name}.svg").stat().st_size < 60_000


def test_the_tables_show_the_figures(figures: dict[str, Any]) -> None:
    said = report.text(Results(figures))
    assert "| Foyer: a question | 14.0 ms | 14.0 ms | 0.47 times |" in said
    assert "| 32 | 30.0 | 90.0 (3.00 times) | 50.0 (1.67 times) |" in said
    assert "| memory of all processes | 600 MB | 1000 MB | 0.60 times |" in said


def test_a_busy_machine_is_owned_up_to(figures: dict[str, Any]) -> None:
    assert "busy" not in report.text(Results(figures))
    figures["machine"]["load"] = [5.0, 6.0]
    assert "The machine was busy with other things" in report.text(Results(figures))
