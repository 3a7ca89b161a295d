from __future__ import annotations

from typing import Any

import pytest

from measuring.bench.results import PARTS, Results


def test_the_parts_of_a_turn_add_up_to_it(figures: dict[str, Any]) -> None:
    parts = Results(figures).parts("small_talk")
    assert set(parts) == set(PARTS)
    assert parts["rest"] == pytest.approx(2.0)
    assert parts["door"] == pytest.approx(1.0)
    assert sum(parts.values()) == pytest.approx(10.0)


def test_figures_are_medians_of_the_rounds(figures: dict[str, Any]) -> None:
    figures["ours"]["start"] = [9.0, 30.0, 12.0]
    figures["ours"]["memory"] = [{"Rasa": 500.0}, {"Rasa": 900.0}, {"Rasa": 600.0}]
    results = Results(figures)
    assert results.typical("ours", "start") == 12.0
    assert results.memory("ours") == {"Rasa": 600.0}


def test_ratios_are_ours_beside_the_starters(figures: dict[str, Any]) -> None:
    results = Results(figures)
    assert results.ratio("start") == pytest.approx(1 / 3)
    assert results.throughput("8") == pytest.approx(3.0)
    assert results.throughput("8", "everything") == pytest.approx(5 / 3)
    assert results.growth("stock") == 2.0
