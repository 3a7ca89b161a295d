"""Every row of the failure table names a test that is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from bot.settings import ROOT

FHIR = ROOT / "tests/fhir/fixtures.py"
ROWS = [
    line.strip("| ").split(" | ")
    for line in (ROOT / "docs/reliability.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| Fault")
]


def test_there_is_a_table() -> None:
    assert len(ROWS) > 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_is_whole_and_its_test_exists(row: list[str]) -> None:
    assert len(row) == 5
    assert all(cell.strip() for cell in row)
    named = re.fullmatch(r"`(tests/\S+\.py)::(test_\w+)`", row[-1])
    assert named, f"no test is named: {row[-1]}"
    path = ROOT / named[1]
    tests = functions(path)
    assert named[2] in tests
    if "²" in row[0]:
        known = {**shared(path), **functions(FHIR), **tests}
        assert "database" in needs(named[2], known), "the row says that it runs on both databases"


def shared(path: Path) -> dict[str, list[str]]:
    """What the conftest.py files have that a test file sees."""
    folders = [folder for folder in path.parents if folder.is_relative_to(ROOT / "tests")]
    found: dict[str, list[str]] = {}
    for folder in reversed(folders):
        found |= functions(folder / "conftest.py")
    return found


def functions(path: Path) -> dict[str, list[str]]:
    """The functions of a file, with the names of their arguments."""
    if not path.exists():
        return {}
    return {
        node.name: [argument.arg for argument in node.args.args]
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def needs(name: str, known: dict[str, list[str]]) -> set[str]:
    """Every fixture that a test needs, and those that they need."""
    found, left = set(), [name]
    while left:
        new = set(known.get(left.pop(), ())) - found
        found |= new
        left += new
    return found
