"""The wording and codes of the questionnaires, and one that a service adds as a file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.datafile import DataError
from bot.knowledge.services import services
from bot.prescreen.engine import Prescreen
from bot.prescreen.questionnaires import QUESTIONNAIRES, Library, library
from bot.records.database import Database

PHQ9 = library().get("phq-9")
GAD7 = library().get("gad-7")
STEM = "Over the last 2 weeks, how often have you been bothered by any of the following problems?"
PHQ9_ITEMS = [
    ("Little interest or pleasure in doing things", "44250-9"),
    ("Feeling down, depressed, or hopeless", "44255-8"),
    ("Trouble falling or staying asleep, or sleeping too much", "44259-0"),
    ("Feeling tired or having little energy", "44254-1"),
    ("Poor appetite or overeating", "44251-7"),
    (
        "Feeling bad about yourself – or that you are a failure or have let yourself or your"
        " family down",
        "44258-2",
    ),
    (
        "Trouble concentrating on things, such as reading the newspaper or watching television",
        "44252-5",
    ),
    (
        "Moving or speaking so slowly that other people could have noticed? Or the opposite –"
        " being so fidgety or restless that you have been moving around a lot more than usual",
        "44253-3",
    ),
    ("Thoughts that you would be better off dead or of hurting yourself in some way", "44260-8"),
]
GAD7_ITEMS = [
    ("Feeling nervous, anxious or on edge", "69725-0"),
    ("Not being able to stop or control worrying", "68509-9"),
    ("Worrying too much about different things", "69733-4"),
    ("Trouble relaxing", "69734-2"),
    ("Being so restless that it is hard to sit still", "69735-9"),
    ("Becoming easily annoyed or irritable", "69689-8"),
    ("Feeling afraid as if something awful might happen", "69736-7"),
]


def test_the_items_and_their_codes() -> None:
    assert [(item.text, item.loinc) for item in PHQ9.items] == PHQ9_ITEMS
    assert [(item.text, item.loinc) for item in GAD7.items] == GAD7_ITEMS
    assert PHQ9.stem == GAD7.stem == STEM


def test_the_codes_of_panels_totals_and_scores() -> None:
    assert (PHQ9.loinc, PHQ9.total_loinc, PHQ9.snomed) == ("44249-1", "44261-6", "720433000")
    assert (GAD7.loinc, GAD7.total_loinc, GAD7.snomed) == ("69737-5", "70274-6", "445455005")


@pytest.mark.parametrize("questionnaire", [PHQ9, GAD7], ids=lambda q: q.id)
def test_the_answers_and_their_codes(questionnaire: Any) -> None:
    choices = library().scale_of(questionnaire).choices
    assert [(c.value, c.title, c.loinc) for c in choices] == [
        (0, "Not at all", "LA6568-5"),
        (1, "Several days", "LA6569-3"),
        (2, "More than half the days", "LA6570-1"),
        (3, "Nearly every day", "LA6571-9"),
    ]


def test_only_the_item_on_being_better_off_dead_is_a_safety_item() -> None:
    safety = [q.id for one in ("phq-9", "gad-7") for q in library().questions(one) if q.safety]
    assert safety == ["phq-9.9"]


def test_thresholds() -> None:
    assert (PHQ9.caseness, PHQ9.reliable_change, PHQ9.maximum_missing) == (10, 6, 1)
    assert (GAD7.caseness, GAD7.reliable_change, GAD7.maximum_missing) == (8, 4, 1)
    assert [(b.first, b.last) for b in PHQ9.bands] == [(0, 4), (5, 9), (10, 14), (15, 19), (20, 27)]
    assert [(b.first, b.last) for b in GAD7.bands] == [(0, 4), (5, 9), (10, 14), (15, 21)]


# A questionnaire of this test's own: two items on a scale from 0 to 8.
EXTRA = {
    "id": "days-out",
    "name": "DAYS-OUT",
    "title": "Days out",
    "short": "outings",
    "intro": "Two more.",
    "why": "So that this test can see it.",
    "stem": "How much do you mind?",
    "short_stem": "How much do you mind:",
    "scale": "nought-to-eight",
    "maximum_missing": 0,
    "items": [{"text": "Rain at the seaside"}, {"text": "Queues for ice cream"}],
}
SCALE = {
    "id": "nought-to-eight",
    "numbers_hint": "From 0 to 8.",
    "choices": [{"value": n, "title": f"{n} of 8"} for n in range(9)],
}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    copied = tmp_path / "questionnaires"
    shutil.copytree(QUESTIONNAIRES, copied)
    (copied / "days-out.yml").write_text(yaml.safe_dump(EXTRA), encoding="utf-8")
    (copied / "scales" / "nought-to-eight.yml").write_text(yaml.safe_dump(SCALE), encoding="utf-8")
    return copied


def test_a_service_adds_a_questionnaire_by_files_alone(
    directory: Path, database: Database, person: Any
) -> None:
    own = dict(services())
    settings = own["berkshire"].prescreen
    more = settings.copy(update={"questionnaires": ("phq-9", "gad-7", "days-out")})
    own["berkshire"] = own["berkshire"].copy(update={"prescreen": more})
    person.prescreen = Prescreen(database, own, library=Library(directory))
    person.go_to("gad-7.1")
    for _ in range(7):
        person.say("0")
    reply = person.question()
    assert reply.custom["question"] == "days-out.1"
    assert reply.custom["progress"] == {"step": 9, "steps": 11, "item": 1, "items": 2}
    assert "Rain at the seaside" in reply.text
    person.say("7")
    person.say("8 of 8")
    assert person.at == "check.send"
    staff = person.prescreen.staff_summary(person.kept().id, person.now)
    assert staff.scores[2].total == 15


def test_a_questionnaire_that_is_not_there_is_named() -> None:
    with pytest.raises(DataError, match=r"days-out\.yml: the file is missing"):
        library().get("days-out")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [({"id": "other"}, "make them the same"), ({"scale": "none"}, "add that file")],
)
def test_a_mistake_is_named_with_its_mend(
    directory: Path, change: dict[str, str], complaint: str
) -> None:
    content = yaml.safe_dump({**EXTRA, **change})
    (directory / "days-out.yml").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=complaint):
        Library(directory)
