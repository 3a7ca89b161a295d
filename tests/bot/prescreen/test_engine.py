"""The pre-screen from the first question to the reference."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.knowledge.services import services
from bot.prescreen.engine import Prescreen
from bot.prescreen.questions import script
from bot.prescreen.texts import commands, texts
from bot.records.database import Database
from bot.records.models import Base, Consent
from bot.records.referrals import answers, history, of_conversation


def test_someone_goes_from_the_first_question_to_a_reference(person: Any) -> None:
    person.walk_to("check.send")
    outcome = person.say("Send it")
    assert outcome.ended == "sent"
    kept = person.kept()
    assert (kept.state, kept.service_id, kept.sent_at) == ("sent", "berkshire", person.now)
    assert kept.reference in outcome.replies[0].text
    assert person.answers()["about.phone"] == "+447700900123"
    assert person.asked[:4] == [
        "safety.ready",
        "consent.given",
        "place.service",
        "about.date_of_birth",
    ]


def test_nothing_is_asked_before_safety_and_consent(person: Any) -> None:
    assert person.at == "safety.ready"
    assert "999" in person.question().text
    assert "not a person" in person.question().text
    person.say("ready")
    assert person.at == "consent.given"


def test_no_service_shown_again_where_it_is_known(prescreen: Prescreen, person: Any) -> None:
    prescreen.start("other", "lewisham", person.now)
    other = replace(person, conversation_id="other", count=0, asked=[])
    other.go_to("about.name")
    assert "place.service" not in other.asked
    assert other.kept().service_id == "lewisham"


def test_a_service_that_is_known_is_told_and_can_be_changed(
    prescreen: Prescreen, person: Any
) -> None:
    told = prescreen.start("other", "lewisham", person.now, said="hiya im with lewisham")
    assert "Lewisham Talking Therapies" in told.replies[0].text
    other = replace(person, conversation_id="other", count=0)
    summary = prescreen.staff_summary(other.kept().id, person.now)
    row = next(r for g in summary.groups for r in g.rows if r.question == "place.service")
    assert row.said == "hiya im with lewisham"
    other.go_to("consent.given")
    other.say("change service")
    other.say("berkshire")
    assert (other.kept().service_id, other.at) == ("berkshire", "consent.given")
    assert prescreen.start("third", None, person.now).replies == ()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("slough", "berkshire"),
        ("the one in forest hill", "lewisham"),
        ("RG12", "berkshire"),
        ("catfrod", "lewisham"),
        ("slough or lewisham", None),
        ("is there parking in slough", None),
        ("leeds", None),
    ],
)
def test_where_someone_lives_says_which_service(person: Any, said: str, kept: str | None) -> None:
    person.go_to("place.service")
    person.say(said)
    assert person.kept().service_id == kept


def test_consent_is_kept_with_its_wording(person: Any, database: Database) -> None:
    person.go_to("place.service")
    with database.reading() as session:
        consent = session.execute(select(Consent)).scalar_one()
    assert (consent.given, consent.version) == (True, script().consent_version)


def test_each_answer_is_on_disk_before_the_next_question(person: Any, database: Database) -> None:
    person.go_to("phq-9.4")
    fresh = Prescreen(database, services())
    assert fresh.question("conversation", person.now) == person.question()
    assert fresh.question("conversation", person.now).custom["question"] == "phq-9.4"


def test_nothing_personal_can_be_read_in_the_database(person: Any, database: Database) -> None:
    person.go_to("phq-9.1")
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(text(f"SELECT * FROM {table.name}")):
                written = " ".join(map(str, row))
                for secret in ("Jo Smith", "900123", "jo@example.com", "RG1", "1981-", "sleep"):
                    assert secret not in written


def test_back_shows_the_former_answer_and_forward_comes_back(person: Any) -> None:
    person.go_to("about.email")
    person.say("back")
    assert person.at == "about.phone"
    assert "07700 900123" in person.question().text
    person.say("Keep this answer")
    assert person.at == "about.email"
    person.say("go back")
    person.say("07700 900124")
    assert person.at == "about.email"
    assert person.answers()["about.phone"] == "+447700900124"


def test_back_at_the_first_question_stays(person: Any) -> None:
    outcome = person.say("back")
    assert outcome.replies[0].text == texts().went_back_start
    assert person.at == "safety.ready"


def test_what_is_optional_can_be_skipped_and_the_rest_says_why_not(person: Any) -> None:
    person.go_to("about.name")
    assert "can't leave this one out" in person.say("skip").replies[0].text
    assert person.at == "about.name"
    person.go_to("about.postcode")
    person.say("rather not say")
    assert person.at == "about.gp_practice"
    assert person.answers()["about.postcode"] is None


def test_without_phone_or_email_another_way_is_asked_for(person: Any) -> None:
    person.go_to("about.other_contact", about__phone="I don't have one", about__email="no")
    person.say("By post to 12 High Street")
    assert person.at == "about.best_time"


def test_choices_are_made_one_by_one(person: Any) -> None:
    person.go_to("access.needs")
    person.say("Hearing")
    reply = person.question()
    assert "Hearing" in reply.text
    assert [button.title for button in reply.buttons][-1] == commands().done.button
    assert "Hearing" not in [button.title for button in reply.buttons]
    person.say("sight too")
    person.say("that's all")
    assert person.at == "access.needs_detail"
    assert person.answers()["access.needs"] == ["hearing", "sight"]


def test_why_is_told_and_the_question_stays(person: Any) -> None:
    person.go_to("about.postcode")
    assert "find your records" in person.say("why do you ask?").replies[0].text
    assert person.at == "about.postcode"


def test_an_unclear_score_is_asked_again_with_the_choices(person: Any) -> None:
    person.go_to("phq-9.2")
    outcome = person.say("sometimes")
    assert "“More than half the days”" in outcome.replies[0].text
    assert person.at == "phq-9.2"
    assert "phq-9.2" not in person.answers()


def test_how_a_typed_answer_was_understood_is_said_back(person: Any) -> None:
    person.go_to("phq-9.2")
    assert "“Several days”" in person.say("hardly ever").replies[0].text
    assert person.say("Several days").replies == ()


def test_progress_is_shown(person: Any) -> None:
    person.go_to("phq-9.3")
    reply = person.question()
    assert reply.text.startswith("3 of 9")
    assert reply.custom["progress"] == {"step": 7, "steps": 10, "item": 3, "items": 9}


@pytest.mark.parametrize("service_id", sorted(services()))
def test_every_service_from_start_to_reference(
    prescreen: Prescreen, database: Database, person: Any, service_id: str
) -> None:
    other = replace(person, conversation_id="other", count=0, asked=[])
    prescreen.start("other", service_id, person.now)
    other.walk_to("check.send")
    assert other.say("send").ended == "sent"
    assert ("place.gp_area" in other.asked) is services()[service_id].prescreen.asks_gp_registration


def test_corrections_are_kept_for_staff(person: Any, database: Database) -> None:
    person.go_to("check.send")
    person.say("change my phone number")
    person.say("07700 900124")
    with database.reading() as session:
        referral = of_conversation(session, "conversation")[0]
        phones = [a for a in history(session, referral) if a.question_id == "about.phone"]
    assert [(a.value, a.replaced_at is None) for a in phones] == [
        ("+447700900123", False),
        ("+447700900124", True),
    ]


def test_answers_that_no_longer_apply_are_not_sent(person: Any, database: Database) -> None:
    person.go_to("check.send", access__condition="asthma")
    assert person.answers()["access.condition_detail"] is not None
    person.say("change long-term condition")
    person.say("no")
    person.say("send")
    with database.reading() as session:
        kept = answers(session, of_conversation(session, "conversation")[0])
    assert kept["access.condition"] == "no"
    assert "access.condition_detail" not in kept


def test_summaries(person: Any, prescreen: Prescreen) -> None:
    person.go_to("check.send")
    assert prescreen.take_along(person.kept().id) is None
    person.say("send")
    referral = person.kept()
    staff = prescreen.staff_summary(referral.id, person.now)
    assert [(s.questionnaire.id, s.total) for s in staff.scores] == [("phq-9", 8), ("gad-7", 7)]
    summary = prescreen.take_along(referral.id)
    assert referral.reference in summary
    assert "Jo Smith" in summary
    assert prescreen.staff_summary("0" * 32, person.now) is None
