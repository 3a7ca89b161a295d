from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest
import yaml

from bot.datafile import DataError
from bot.knowledge import wording as words


def test_each_sentence_holds_the_places_that_are_filled() -> None:
    places = {
        field: {name for _, name, _, _ in Formatter().parse(text) if name}
        for field, text in words.wording().dict().items()
        if isinstance(text, str)
    }
    assert {field: held for field, held in places.items() if held} == {
        "source": {"name", "title"},
        "source_dated": {"name", "title", "date"},
        "which_service_for": {"label"},
        "only_one": {"name"},
        "not_said": {"unknown", "name"},
        "not_said_anywhere": {"unknown"},
        "compare_line": {"name", "short"},
        "choosing_line": {"name", "choose_if"},
        "heard": {"name"},
        "perhaps": {"label"},
    }


@pytest.fixture
def misspelt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = yaml.safe_load(words.FILE.read_text(encoding="utf-8"))
    content["welcome_topics"] = ["cots"]
    path = tmp_path / "knowledge.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    monkeypatch.setattr(words, "FILE", path)
    words.wording.cache_clear()


@pytest.mark.usefixtures("misspelt")
def test_a_misspelt_topic_is_told() -> None:
    with pytest.raises(DataError, match=r"knowledge\.yml: `welcome_topics` has `cots`"):
        words.wording()
