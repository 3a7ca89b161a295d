from __future__ import annotations

from datetime import date

import pytest

from bot.crisis.help_lines import help_lines, lines_for
from bot.knowledge.services import services

LINES = help_lines().lines


def names(*args: object) -> list[str]:
    return [line.name for line in lines_for(*args)]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", LINES)
def test_each_line_was_checked_within_a_year(name: str) -> None:
    """The one test that looks at today's date: a stale number must not go unnoticed."""
    days = (date.today() - LINES[name].last_checked).days
    assert days <= 365, f"check {name} at {LINES[name].source}, then set its last_checked"


def test_every_line_can_be_reached_and_is_in_the_order() -> None:
    assert set(help_lines().order) == set(LINES)
    assert all(line.tel or (line.text_to and line.text) for line in LINES.values())


def test_the_services_named_are_services() -> None:
    named = {service for line in LINES.values() for service in line.services}
    assert named <= set(services())


def test_urgent_lines_come_first_and_the_list_stays_short() -> None:
    for category in (None, "suicidal-thoughts", "abuse", "overdose"):
        shown = names(category, None, None)
        assert shown[:2] == ["Emergency services", "NHS 111"]
        assert len(shown) <= help_lines().shown_at_most


def test_a_services_own_line_is_for_its_people_only() -> None:
    assert "Berkshire crisis team" in names("suicidal-thoughts", "berkshire", None)
    assert "Berkshire crisis team" not in names("suicidal-thoughts", "lewisham", None)
    assert "Berkshire crisis team" not in names("suicidal-thoughts", None, None)


def test_ages_are_kept_to_where_they_are_known() -> None:
    assert "Childline" in names("abuse", None, 15)
    assert "Childline" not in names("abuse", None, 45)
    assert "PAPYRUS HOPELINE247" in names("suicidal-thoughts", None, 20)
    assert "PAPYRUS HOPELINE247" not in names("suicidal-thoughts", None, 60)


def test_the_domestic_abuse_line_is_shown_for_abuse_only() -> None:
    assert "National Domestic Abuse Helpline" in names("abuse", None, 40)
    assert "National Domestic Abuse Helpline" not in names("overdose", None, 40)
