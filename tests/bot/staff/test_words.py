"""Everything the console may have to name has a name."""

from __future__ import annotations

import re

from bot.crisis import qualify
from bot.crisis.categories import SUICIDAL
from bot.crisis.flagging import answer_flag, item_flag
from bot.crisis.replies import replies
from bot.crisis.screen import MEANING
from bot.datafile import ROOT
from bot.records.cases import NEEDS_CONTACT
from bot.review.workflow import STEPS
from bot.staff.accounts import ROLES
from bot.staff.words import words


def in_code(pattern: str) -> set[str]:
    files = [*(ROOT / "bot/review").glob("*.py"), *(ROOT / "web/staff").glob("*.py")]
    files.append(ROOT / "bot/records/__main__.py")
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    return set(re.findall(pattern, text))


def test_states_steps_and_roles() -> None:
    assert set(words().states) == set(STEPS)
    assert set(words().steps) == {state for steps in STEPS.values() for state in steps}
    assert set(words().roles) == set(ROLES)


def test_every_category_has_a_name() -> None:
    assert set(words().categories) >= set(replies().alert)


def test_every_tier_has_a_name() -> None:
    assert set(words().tiers) == {*NEEDS_CONTACT, "noted"}


def test_every_qualifier_has_a_name() -> None:
    known = {qualify.DENIED, qualify.FALSE_DENIAL, qualify.PAST, qualify.PAST_AND_BACK}
    known |= {qualify.RECENT, qualify.THIRD_PERSON, qualify.QUESTION}
    follow_ups = (ROOT / "bot/crisis/follow_ups.py").read_text(encoding="utf-8")
    known |= set(re.findall(r'answer_flag\(.*?, "([\w-]+)"\)', follow_ups))
    assert set(words().qualifiers) == known


def test_every_layer_has_a_name() -> None:
    screen = (ROOT / "bot/crisis/screen.py").read_text(encoding="utf-8")
    known = {MEANING, *re.findall(r'layer(?:: str)? ?= ?"(\w+)"', screen)}
    known |= {answer_flag(SUICIDAL, "x").layer, item_flag("phq-9.9", "x", "x").layer}
    assert set(words().layers) == known


def test_every_reason_to_refuse_has_its_words() -> None:
    assert in_code(r'NotPossible\("(\w+)"\)') <= set(words().refused)


def test_every_action_that_is_recorded_has_a_name() -> None:
    recorded = in_code(r'audit\(\s*session,\s*"([\w-]+)"')
    assert len(recorded) > 15
    assert recorded <= set(words().actions)


def test_no_name_of_an_action_is_left_over() -> None:
    assert set(words().actions) <= in_code(r'"([\w-]+)"')
