"""Every row of the failure table names a test that is there, and is run."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from bot.settings import ROOT

LEFT_OUT = {"skip", "skipif", "skipIf", "skipUnless", "xfail"}
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
    assert not left_out(ast.parse(path.read_text()), named[2]), "the test isn't run, or may fail"
    if "²" in row[0]:
        known = {**shared(path), **functions(FHIR), **tests}
        assert "database" in needs(named[2], known), "the row says that it runs on both databases"


@pytest.mark.parametrize(
    "line",
    [
        "@pytest.mark.skip",
        "@pytest.mark.skip(reason='it fails')",
        "@pytest.mark.skipif(sys.platform == 'linux', reason='it fails')",
        "@pytest.mark.xfail(strict=True)",
        "@mark.xfail",
        "@pytest.mark.parametrize('n', [pytest.param(1, marks=pytest.mark.skip)])",
        "@unittest.skip('it fails')",
        "pytestmark = pytest.mark.skip\n",
        "pytestmark = [pytest.mark.slow, pytest.mark.xfail]\n",
        "pytestmark: Any = pytest.mark.xfail\n",
        "pytest.skip('it fails', allow_module_level=True)\n",
    ],
)
def test_a_test_that_is_left_out_is_found(line: str) -> None:
    module = ast.parse(f"{line}\ndef test_it() -> None: ...\n\ndef test_other() -> None: ...\n")
    assert left_out(module, "test_it")
    assert left_out(module, "test_other") == (not line.startswith("@"))


def test_other_marks_are_no_matter() -> None:
    module = ast.parse("@pytest.mark.parametrize('n', ['skip'])\nasync def test_it() -> None: ...")
    assert not left_out(module, "test_it")


def left_out(module: ast.Module, test: str) -> bool:
    """Whether a test is marked as skipped or as failing, by itself or with its whole file."""
    marks: list[ast.AST] = []
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == test:
            marks += node.decorator_list
        elif isinstance(node, ast.Expr):  # pytest.skip(…) for all of the file
            marks.append(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(each, ast.Name) and each.id == "pytestmark" for each in targets):
                marks.append(node)
    words = (
        node.attr if isinstance(node, ast.Attribute) else node.id
        for mark in marks
        for node in ast.walk(mark)
        if isinstance(node, ast.Attribute | ast.Name)
    )
    return bool(LEFT_OUT & set(words))


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
