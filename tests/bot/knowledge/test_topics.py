from __future__ import annotations

from pathlib import Path

import pytest

from bot.datafile import DataError
from bot.knowledge.services import services
from bot.knowledge.topics import load_topics, topic_of_label, topics

GOOD = "topics:\n  cost: {label: The cost, unknown: the cost, ask_service: true}\n"


def test_labels_are_questions_that_fit_a_button() -> None:
    odd = [each.label for each in topics().values() if len(each.label) > 45]
    assert odd == []


def test_a_label_is_known_however_it_is_typed() -> None:
    assert topic_of_label("how long is a session") == "session_length"
    assert topic_of_label(topics()["cost"].label) == "cost"
    assert topic_of_label("how long") is None


def test_every_service_behind_a_common_answer_answers_it_too() -> None:
    for topic in topics().values():
        for name in topic.common.services if topic.common else ():
            assert topic.id in services()[name].answers, topic.id


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("label: The cost, ", ""), "`topics.cost.label` field required"),
        (GOOD.replace("true", "false"), "`topics.cost` has nothing to say"),
        (GOOD + GOOD.replace("cost:", "price:").removeprefix("topics:\n"), "label of `cost`"),
        (GOOD.replace("true", "true, colour: red"), "`topics.cost.colour`"),
        ("topics: [cost]\n", "`topics`"),
        ("topics: {cost: none}\n", "`topics.cost`"),
        (
            GOOD.replace("true", "true, common: {text: Free., services: []}"),
            "`topics.cost.common.services` is an empty list",
        ),
    ],
)
def test_a_broken_file_is_told_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "topics.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as raised:
        load_topics(path)
    assert message in str(raised.value)
    assert "topics.yml: " in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_good_file_loads(tmp_path: Path) -> None:
    path = tmp_path / "topics.yml"
    path.write_text(GOOD, encoding="utf-8")
    assert load_topics(path)["cost"].id == "cost"
