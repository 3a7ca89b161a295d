from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.datafile import DATA, DataError, load_model
from bot.preparing.texts import PreparingData, preparing_data


def test_the_projects_own_file_is_sound() -> None:
    assert set(preparing_data().lists) == {"checklist", "video_call"}


@pytest.mark.parametrize(
    ("keys", "value", "problem"),
    [
        (("aims", "texts", "another"), "More, {name}?", r"\{name\} is never filled in here"),
        (("lists", "checklist", "topic"), "tea", "`tea` isn't a topic of data/topics.yml"),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, keys: tuple[str, ...], value: str, problem: str
) -> None:
    content: Any = yaml.safe_load((DATA / "preparing.yml").read_text(encoding="utf-8"))
    place = content
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    path = tmp_path / "preparing.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(DataError, match=f"`{'.'.join(keys)}` {problem}"):
        load_model(path, PreparingData)
