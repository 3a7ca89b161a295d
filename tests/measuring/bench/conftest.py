"""Figures made up for the report: they meet every aim."""

from __future__ import annotations

from typing import Any

import pytest

LEVELS = ("1", "8", "32")


def at_once(rate: float) -> dict[str, Any]:
    return {
        people: {"turns_a_second": [rate], "processor": [9.0], "turns": [1.0]} for people in LEVELS
    }


@pytest.fixture
def figures() -> dict[str, Any]:
    part = {
        "understanding": 4.0,
        "screening": 1.0,
        "phrases": 0.4,
        "reading": 1.0,
        "writing": 1.0,
        "whole": 9.0,
    }
    return {
        "machine": {
            "date": "1 December 2026",
            "processor": "A processor",
            "cores": 2,
            "memory_gb": 8,
            "system": "Linux",
            "python": "3.10",
            "rasa": "3.6.21",
            "load": [0.1, 1.5],
        },
        "rounds": 1,
        "ours": {
            "start": [10.0],
            "cold": [50.0],
            "training": [60.0],
            "checks": [5.0],
            "memory": [{"Rasa": 500.0, "web": 100.0}],
            "turns": {
                "small_talk": [10.0] * 20,
                "question": [14.0] * 20,
                "danger": [12.0] * 20,
                "pre_screen": [30.0] * 20,
            },
            "at_once": {"small_talk": at_once(90.0), "everything": at_once(50.0)},
            "long": {"5": [10.0], "200": [11.0]},
            "parts": [{"small_talk": part, "question": {**part, "actions": 3.0}, "danger": part}],
        },
        "stock": {
            "start": [30.0],
            "cold": [100.0],
            "training": [50.0],
            "memory": [{"Rasa": 1000.0}],
            "turns": {"small_talk": [30.0] * 20},
            "at_once": {"small_talk": at_once(30.0)},
            "long": {"5": [30.0], "200": [60.0]},
        },
    }
