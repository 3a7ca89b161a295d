from __future__ import annotations

from pathlib import Path

import pytest

from bot.crisis import rules
from bot.crisis.replies import replies
from bot.crisis.rules import Groups, Idioms, People, Qualifiers, Rulebook, RuleFile, rulebook
from bot.datafile import DATA, DataError


def qualifiers(**phrases: str) -> Qualifiers:
    return Qualifiers(
        phrases=phrases,
        denial_reaches_over="",
        people=People(writer=frozenset({"i"}), other="he", others="they"),
    )


def book(phrases: str) -> Rulebook:
    file = RuleFile(category="c", about="a", rules={"r": {"tier": "alert", "phrases": phrases}})
    return Rulebook({"file": file}, Groups(groups={}), Idioms(idioms="cup of tea"), qualifiers())


def test_every_file_of_rules_is_read() -> None:
    others = {"words", "idioms", "qualifiers", "spelling", "help_lines", "replies", "meaning"}
    others.add("other_languages")
    assert {path.stem for path in (DATA / "crisis").glob("*.yml")} - others == set(rules.RULE_FILES)


def test_every_category_has_a_reply() -> None:
    alarms = {
        rulebook().categories[name]
        for name, r in rulebook().rules.items()
        if r.tier != "help-lines"
    }
    assert alarms <= set(replies().alert)


def test_life_at_risk_is_marked_in_the_data() -> None:
    assert rulebook().life_at_risk == {"overdose", "medical-emergency"}


def test_a_slip_in_a_phrase_names_the_file_the_field_and_the_mend() -> None:
    with pytest.raises(DataError) as caught:
        book("{nowhere} to go")
    message = str(caught.value)
    assert "\n" not in message
    for part in ("data/crisis/file.yml", "`rules.r.phrases`", "{nowhere} to go", "add it"):
        assert part in message


def test_comments_and_empty_lines_are_left_out() -> None:
    assert book("# a comment\n\nbad day\n").danger.vocabulary >= {"bad", "day"}


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rules, "FOLDER", tmp_path)
    with pytest.raises(DataError, match="put it back"):
        rules.rulebook.__wrapped__()
