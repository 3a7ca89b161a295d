from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.datafile import DataError
from bot.knowledge import answers
from bot.knowledge.mentions import find_services
from bot.knowledge.services import load_services, services

Edit = Callable[[dict[str, Any]], None]


def test_the_projects_services_load_in_the_order_of_their_files() -> None:
    assert list(services()) == sorted(services())
    assert {"berkshire", "lewisham", "xyla"} <= set(services())


def test_settings_that_other_parts_rest_on() -> None:
    three = [services()[each] for each in ("berkshire", "lewisham", "xyla")]
    assert [each.handover.kind for each in three] == ["diary", "phone", "summary"]
    assert [each.prescreen.gp_area for each in three] == ["Berkshire", "Lewisham", None]
    assert [each.prescreen.minimum_age for each in three] == [18, 18, 18]
    assert services()["lewisham"].contact.phone == "0203 228 1350"


def test_preparing_holds_only_what_a_document_says() -> None:
    berkshire, lewisham, xyla = (
        services()[each].preparing for each in ("berkshire", "lewisham", "xyla")
    )
    assert len(berkshire.checklist or ()) == 9
    assert len(berkshire.video_call or ()) == 3
    assert len(lewisham.checklist or ()) == 3
    assert [lewisham.video_call, lewisham.staying_well] == [None, None]
    assert [xyla.checklist, xyla.video_call, xyla.staying_well] == [None, None, None]
    assert [berkshire.aims, lewisham.aims, xyla.aims] == [True, True, False]


def test_says_gives_the_text_with_its_list() -> None:
    said = services()["berkshire"].says("video_call_needs") or ""
    assert said.startswith("For a video call you need:\n• internet")
    assert services()["berkshire"].says("waiting_times") is None


def drop(*path: str) -> Edit:
    def change(content: dict[str, Any]) -> None:
        for part in path[:-1]:
            content = content[part]
        del content[path[-1]]

    return change


def put(value: Any, *path: str) -> Edit:
    def change(content: dict[str, Any]) -> None:
        for part in path[:-1]:
            content = content[part]
        content[path[-1]] = value

    return change


def fhir(**fields: str) -> Edit:
    system = {"base": "https://fhir.example", "organisation": "x", "target": "1", **fields}
    return put(system, "handover", "fhir")


ANSWER = {"text": "Yes.", "short": "yes"}


@pytest.mark.parametrize(
    ("change", "field", "mend"),
    [
        (drop("document"), "`document`", "add it"),
        (drop("answers", "homework", "short"), "`answers.homework.short`", "add it"),
        (put("", "name"), "`name`", "correct it"),
        (put("soon", "document", "published"), "`document.published`", "correct it"),
        (put("x", "colour"), "`colour`", "remove it"),
        (put("bershire", "id"), "`id`", "make it `berkshire`"),
        (put(ANSWER, "answers", "homwork"), "`answers.homwork`", "correct its spelling"),
        (put(["cots"], "not_said"), "`not_said.cots`", "correct its spelling"),
        (drop("answers", "homework"), "`answers.homework`", "add `homework` to `not_said`"),
        (put(ANSWER, "answers", "cost"), "`not_said` has `cost`", "keep it in one"),
        (put(["Xyla"], "aliases"), "`aliases` has `", "keep it in one"),
        (put([], "aliases"), "`aliases`", "correct it"),
        (put([], "preparing", "checklist"), "`preparing.checklist`", "correct it"),
        (put(None, "preparing", "checklist"), "`preparing.checklist` is empty", "fill that list"),
        (put("cost", "preparing", "staying_well"), "`preparing.staying_well`", "put null"),
        (put("fax", "handover", "kind"), "`handover.kind`", "correct it"),
        (put("phone", "handover", "kind"), "`contact.phone`", "add the number"),
        (put(None, "prescreen", "gp_area"), "`prescreen.gp_area`", "name the area"),
        (put(200, "prescreen", "minimum_age"), "`prescreen.minimum_age`", "correct it"),
        (put([], "prescreen", "questionnaires"), "`prescreen.questionnaires`", "correct it"),
        (fhir(base="http://fhir.example"), "`handover.fhir.base`", "https://"),
        (fhir(token="http://10.0.0.1/token"), "`handover.fhir.token`", "https://"),
        (fhir(message="http://fhir.example/in"), "`handover.fhir.message`", "https://"),
    ],
)
def test_a_broken_file_is_told_in_one_line(
    edited: Callable[[Edit], Path], change: Edit, field: str, mend: str
) -> None:
    folder = edited(change)
    with pytest.raises(DataError) as raised:
        load_services(folder)
    message = str(raised.value)
    assert field in message
    assert mend in message
    assert "\n" not in message
    # Of two files with the same alias the later one is named.
    assert ".yml: " in message


def test_names_are_not_shared(edited: Callable[[Edit], Path]) -> None:
    folder = edited(put("Xyla", "short_name"))
    with pytest.raises(DataError, match=r"xyla\.yml: `short_name` is also that of berkshire\.yml"):
        load_services(folder)


def test_a_name_is_one_name() -> None:
    # A slip of an editor once ran several lines of a list together.
    for each in services().values():
        for name in (
            *each.aliases,
            *each.exact_aliases,
            *each.places,
            *each.context_aliases,
        ):
            assert " - " not in name


def test_context_aliases_are_not_shared(edited: Callable[[Edit], Path]) -> None:
    folder = edited(put(["Catford"], "context_aliases"))
    with pytest.raises(DataError, match="`places` has `catford`, as berkshire"):
        load_services(folder)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no service: add a file"):
        load_services(tmp_path)


def test_a_service_that_topics_rest_on_must_be_there(folder: Path) -> None:
    (folder / "xyla.yml").unlink()
    with pytest.raises(DataError, match=r"common\.services` names `xyla`"):
        load_services(folder)


@pytest.mark.usefixtures("with_new_service")
def test_a_new_service_is_one_new_file() -> None:
    assert find_services("I'm with harbourside") == ("harbour",)
    assert find_services("the Harbor or Xyla") == ("xyla",)
    assert "45 minutes" in answers.answer("session_length", "harbour").text
    assert "“DIT by the sea”" in answers.answer("homework", "harbour").text
    assert "• Harbour: 45" in answers.compare("session_length", None).text
    assert "Harbour\n" in answers.compare_overview().text
    assert "• Harbour, if you live by the harbour." in answers.help_choosing().text
    assert "Harbour" in [each.title for each in answers.ask_which_service(None).buttons]
    assert answers.answer("cost", None).text.startswith("Only Harbour answers this")
