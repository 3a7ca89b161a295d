from __future__ import annotations

import pytest

from measuring.evaluation import questions
from measuring.evaluation.crisis import shares as crisis_shares
from measuring.evaluation.floor import Goal, goals, problems
from measuring.evaluation.questions import Result
from measuring.figures import Share

MORE = Goal(figure="a", name="noticed", target=0.98, floor=0.9)
LESS = Goal(figure="b", name="false alarms", target=0.02, floor=0.05, less_is_better=True)


@pytest.mark.parametrize(
    ("goal", "share", "met", "below"),
    [
        (MORE, Share(98, 100), True, False),
        (MORE, Share(97, 100), False, False),
        (MORE, Share(89, 100), False, True),
        (LESS, Share(2, 100), True, False),
        (LESS, Share(3, 100), False, False),
        (LESS, Share(6, 100), False, True),
        (MORE, Share(0, 0), None, False),
        (Goal(figure="c", name="c", floor=0.5), Share(6, 10), None, False),
    ],
)
def test_a_figure_meets_its_target_or_falls_below_its_floor(
    goal: Goal, share: Share, met: bool | None, below: bool
) -> None:
    assert goal.met(share) is met
    assert goal.below(share) is below


def test_what_is_worse_than_its_floor_is_named() -> None:
    found = problems({"a": Share(80, 100), "b": Share(10, 100)}, (MORE, LESS))
    assert found == [
        "noticed: 80.0% (80 of 100), below the floor of 90%",
        "false alarms: 10.0% (10 of 100), above the floor of 5%",
    ]


def test_what_was_not_measured_is_named() -> None:
    assert problems({"b": Share(0, 10)}, (MORE, LESS)) == ["a wasn't measured"]


def test_nothing_is_said_when_all_is_well() -> None:
    assert problems({"a": Share(95, 100), "b": Share(0, 100)}, (MORE, LESS)) == []


def test_every_goal_of_the_file_is_a_figure_that_is_measured() -> None:
    measured = {
        **crisis_shares([]),
        **questions.shares(Result([], [], [], [])),
        **questions.answer_shares([]),
    }
    assert {goal.figure for goal in goals()} <= set(measured)


def test_no_floor_is_above_its_target() -> None:
    for goal in goals():
        if goal.target is not None:
            lower, higher = sorted((goal.floor, goal.target))
            assert (goal.target if goal.less_is_better else goal.floor) == lower, goal.figure
            assert higher <= 1
