from __future__ import annotations

from pathlib import Path

import pytest

from bot.datafile import DATA, DataError, Strict, load_model, load_yaml, only_places, shown


class Lamp(Strict):
    name: str
    watts: int


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name: x", "`watts` field required: add it"),
        ("name: x\nwatts: 3\ncolour: red", "`colour` extra fields not permitted: remove it"),
        ("name: x\nwatts: many", "`watts` value is not a valid integer: correct it"),
        ("watts: many", "(and 1 more)"),
        ("- a\n- b", "should hold named fields"),
        ("name: [", "is not YAML"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "lamp.yml"
    path.write_text(content)
    with pytest.raises(DataError) as caught:
        load_model(path, Lamp)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the file is missing"):
        load_yaml(tmp_path / "none.yml")


def test_a_right_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "lamp.yml"
    path.write_text("name: desk\nwatts: 7")
    assert load_model(path, Lamp) == Lamp(name="desk", watts=7)


def test_paths_are_shown_within_the_project() -> None:
    assert shown(DATA / "retention.yml") == "data/retention.yml"


def test_a_key_that_stands_twice_is_told(tmp_path: Path) -> None:
    path = tmp_path / "lamp.yml"
    path.write_text("name: desk\nwatts: 7\nname: floor")
    with pytest.raises(DataError, match=r"line 3 is not YAML .`name` stands twice"):
        load_yaml(path)


def test_every_data_file_can_be_read() -> None:
    for path in sorted(DATA.rglob("*.yml")):
        load_yaml(path)


def test_a_sentence_has_only_places_that_are_filled() -> None:
    assert only_places("Hello {name}, {name}.", frozenset({"name", "day"})) == (
        "Hello {name}, {name}."
    )
    with pytest.raises(ValueError, match=r"^\{day\} is never filled in here$"):
        only_places("Hello {name}, {day}.", frozenset({"name"}))
