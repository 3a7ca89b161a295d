from __future__ import annotations

from typing import Any

from measuring.bench.aims import aims, verdict
from measuring.bench.results import Results


def test_aims_that_are_met_are_said_to_be(figures: dict[str, Any]) -> None:
    results = Results(figures)
    assert all(aim.met for aim in aims(results))
    assert verdict(results) == "Every aim is met."


def test_an_aim_that_is_missed_is_said_by_how_much_and_why(figures: dict[str, Any]) -> None:
    figures["ours"]["turns"]["small_talk"] = [21.0] * 20
    for level in figures["ours"]["at_once"]["small_talk"].values():
        level["turns_a_second"] = [45.0]
    said = verdict(Results(figures))
    assert (
        "0.70 times the starter's, at most 0.5 times the starter's is aimed at: 6.0 ms too" in said
    )
    assert "turns a second, 32 at once: 1.50 times the starter's, at least 2 times" in said
    assert "Most of what we add is understanding it" in said


def test_the_slowest_kind_of_message_counts_for_the_screen(figures: dict[str, Any]) -> None:
    figures["ours"]["parts"][0]["danger"] = {"screening": 21.0, "phrases": 0.9, "whole": 30.0}
    every, phrases = (aim for aim in aims(Results(figures)) if "screen" in aim.name)
    assert (every.measured, every.met) == (21.0, False)
    assert (phrases.measured, phrases.met) == (0.9, True)
