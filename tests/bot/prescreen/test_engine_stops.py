"""What ends the pre-screen early, or puts it aside: no consent, too young, elsewhere, danger."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.records.database import Database
from bot.records.models import Answer, Consent, Conversation, Flag, Referral
from tests.bot.prescreen.conftest import count


def test_on_no_nothing_is_kept(person: Any, database: Database) -> None:
    person.go_to("consent.given")
    outcome = person.say("no thanks")
    assert outcome.ended == "declined"
    assert [count(database, table) for table in (Referral, Answer, Consent)] == [0, 0, 0]
    with database.reading() as session:
        assert session.get(Conversation, "conversation").retention == "declined"


def test_someone_too_young_is_told_at_once_after_checking_the_date(
    person: Any, database: Database
) -> None:
    person.go_to("about.date_of_birth")
    person.say("3/5/2012")
    assert person.at == "place.age_right"
    assert "3 May 2012" in person.question().text
    outcome = person.say("yes")
    assert outcome.ended == "not-eligible"
    assert "0800 1111" in outcome.replies[0].text
    assert count(database, Referral) == 0


def test_a_slip_in_the_date_is_put_right(person: Any) -> None:
    person.go_to("about.date_of_birth")
    person.say("3/5/2012")
    person.say("No, change the date")
    assert person.at == "about.date_of_birth"
    person.say("3/5/1982")
    assert person.at == "place.gp_area"


def test_someone_from_elsewhere_is_pointed_on(person: Any, database: Database) -> None:
    person.go_to("place.gp_area")
    outcome = person.say("no")
    assert outcome.ended == "not-eligible"
    assert "Berkshire" in outcome.replies[0].text
    assert count(database, Answer) == 0


def test_someone_unsure_of_the_area_goes_on(person: Any) -> None:
    person.go_to("place.gp_area")
    person.say("not sure")
    assert person.at == "about.name"


def test_needing_help_now_puts_the_form_aside(person: Any) -> None:
    outcome = person.say("I need help now")
    assert outcome.ended == "urgent-help"
    assert "999" in outcome.replies[0].text
    assert person.prescreen.in_progress("conversation")


@pytest.mark.parametrize("said", ["1", "hardly ever", "Nearly every day"])
def test_the_safety_item_flags_and_puts_the_form_aside(
    person: Any, database: Database, said: str
) -> None:
    person.go_to("phq-9.9")
    outcome = person.say(said)
    assert (outcome.ended, outcome.replies) == ("safety", ())
    with database.reading() as session:
        flag = session.execute(select(Flag)).scalar_one()
    assert (flag.conversation_id, flag.service_id) == ("conversation", "berkshire")
    assert flag.text == said
    assert flag.words in ("Several days", "Nearly every day")
    assert person.answers()["phq-9.9"] > 0
    assert person.prescreen.in_progress("conversation")
    person.start()
    assert person.at == "gad-7.1"


def test_not_at_all_goes_on_without_a_flag(person: Any, database: Database) -> None:
    person.go_to("phq-9.9")
    assert person.say("not at all").ended is None
    assert person.at == "gad-7.1"
    assert count(database, Flag) == 0
