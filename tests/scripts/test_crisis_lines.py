from __future__ import annotations

from pathlib import Path

import pytest

from bot.crisis.meaning import CATEGORIES
from bot.datafile import DataError
from scripts.crisis_lines import TEST, TRAINING, read_folder, read_lines


def test_a_line_knows_its_group(tmp_path: Path) -> None:
    path = tmp_path / "lines.yml"
    path.write_text(
        "- kind: burden\n  category: suicidal-thoughts\n  expect: fires\n"
        "  lines: |\n    one\n    two\n"
        "- kind: idiom\n  expect: none\n  lines: |\n    three\n"
    )
    first, second, third = read_lines(path)
    assert (first.text, first.kind, first.danger) == ("one", "burden", True)
    assert second.category == "suicidal-thoughts"
    assert not third.danger


def test_a_wrong_group_is_said_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "lines.yml"
    path.write_text("- kind: idiom\n  expect: perhaps\n  lines: one\n")
    with pytest.raises(DataError, match=r"lines\.yml: `expect` of group 1: correct it"):
        read_lines(path)


def test_there_are_enough_lines_of_every_category() -> None:
    """Issue of scale, not of taste: fewer than this and a category isn't learnt."""
    lines = list(read_folder(TRAINING))
    assert len(lines) >= 1500
    for category in CATEGORIES:
        assert sum(line.category == category for line in lines) >= 40, category
    assert sum(not line.danger for line in lines) >= len(lines) / 3


def test_no_line_is_for_training_and_for_testing() -> None:
    def plain(text: str) -> str:
        return "".join(filter(str.isalnum, text.lower()))

    training = {plain(line.text) for line in read_folder(TRAINING)}
    assert not [line.text for line in read_folder(TEST) if plain(line.text) in training]


def test_no_line_stands_twice() -> None:
    for folder in (TRAINING, TEST):
        texts = [line.text for line in read_folder(folder)]
        assert sorted(texts) == sorted(set(texts))
