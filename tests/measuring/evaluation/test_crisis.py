from __future__ import annotations

from measuring.evaluation import crisis
from measuring.evaluation.crisis import Screened
from scripts.crisis_lines import Line

LONG = "word " * 60


def line(expect: str, text: str = "some words", kind: str = "kind") -> Line:
    return Line(text=text, kind=kind, expect=expect, category="suicidal-thoughts")


SCREENED = [
    Screened(line("fires"), "alert", "suicidal-thoughts", ("recent",), "match"),
    Screened(line("fires"), "check-in", "self-harm", (), "meaning"),
    Screened(line("alert"), None),
    Screened(line("fires", LONG), "alert", "suicidal-thoughts", (), "match"),
    Screened(line("none"), "alert", "abuse", (), "match"),
    Screened(line("none"), None),
    Screened(line("none"), "check-in"),
    Screened(line("none", LONG), None),
    Screened(line("none", kind="denied"), None),
    Screened(line("none", kind="past"), "alert"),
]


def test_danger_and_false_alarms_are_counted() -> None:
    counted = {name: (share.count, share.of) for name, share in crisis.shares(SCREENED).items()}
    assert counted == {
        "crisis.chat.noticed": (2, 3),
        "crisis.chat.false_alert": (2, 5),
        "crisis.chat.false_check_in": (1, 5),
        "crisis.post.noticed": (1, 1),
        "crisis.post.false_alert": (0, 1),
        "crisis.post.false_check_in": (0, 1),
        "crisis.false_alert": (2, 6),
        "crisis.false_check_in": (1, 6),
        "crisis.alert_when_clear": (0, 1),
        "crisis.calm_left_alone": (1, 2),
        "crisis.right_category": (2, 3),
    }


def test_missed_danger_is_listed() -> None:
    assert crisis.missed(SCREENED) == [SCREENED[2]]


def test_groups_keep_their_order() -> None:
    groups = crisis.grouped(SCREENED, lambda each: each.layer)
    assert list(groups) == ["match", "meaning"]
    assert len(groups["match"]) == 3


def test_unseen_lines_are_screened() -> None:
    lines = [Line("I want to kill myself", "direct", "fires", "suicidal-thoughts")]
    (found,) = crisis.by_ours(lines)
    assert (found.tier, found.category) == ("alert", "suicidal-thoughts")
    assert found.layer is not None


def test_there_are_unseen_lines_of_danger_and_harmless_ones() -> None:
    lines = crisis.unseen()
    assert sum(each.danger for each in lines) > 100
    assert sum(crisis.is_harmless(each) for each in lines) > 100
