"""Where a person is, read and moved within one transaction."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from bot.knowledge.services import services
from bot.prescreen.place import Place, begin, filled
from bot.prescreen.questions import SERVICE
from bot.records.referrals import unfinished


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 6, 1, 22, 59, tzinfo=timezone.utc), 1),
        (datetime(2026, 6, 1, 23, 1, tzinfo=timezone.utc), 2),
        (datetime(2026, 12, 1, 23, 1, tzinfo=timezone.utc), 1),
    ],
)
def test_the_day_is_that_of_the_united_kingdom(now: datetime, day: int) -> None:
    assert filled({}, services(), now).today.day == day


def test_a_new_draft_knows_a_service_chosen_before(database: Any, now: datetime) -> None:
    with database.session() as session:
        begin(session, "c", "xyla", now)
    with database.reading() as session:
        referral = unfinished(session, "c")
        assert referral is not None
        assert referral.service_id == "xyla"


def test_notes_hold_nothing_that_a_person_wrote(person: Any) -> None:
    person.go_to("access.needs")
    person.say("Hearing")
    person.say("purple")
    assert person.kept().progress == {
        "choosing": "access.needs",
        "again": "access.needs",
        "last_message": f"conversation-{person.count}",
    }


def test_a_question_that_no_longer_applies_gives_way(person: Any, prescreen: Any) -> None:
    person.go_to("phq-9.2")
    with person.database.session() as session:
        referral = unfinished(session, "conversation")
        assert referral is not None
        referral.current_question = "gone.away"
        place = Place(prescreen.flow, services(), session, referral, person.now)
        assert place.open_question().id == "phq-9.2"


def test_the_check_waits_for_every_answer(person: Any, prescreen: Any) -> None:
    person.go_to("check.send")
    with person.database.session() as session:
        referral = unfinished(session, "conversation")
        assert referral is not None
        place = Place(prescreen.flow, services(), session, referral, person.now)
        place.drop({"about.name"})
        assert place.open_question().id == "about.name"
        assert SERVICE in place.filled.answers


def test_the_check_lists_every_answer_with_the_way_to_change_it(person: Any) -> None:
    person.go_to("check.send")
    reply = person.question()
    rows = [row for group in reply.custom["groups"] for row in group["rows"]]
    phone = next(row for row in rows if row["question"] == "about.phone")
    assert phone == {
        "question": "about.phone",
        "label": "Phone number",
        "answer": "07700 900123",
        "change": "Change phone number",
    }
    assert "• Phone number: 07700 900123" in reply.text
    assert reply.text.startswith(reply.custom["lead"])
    assert "Phone number" not in reply.custom["lead"]
    assert [button.title for button in reply.buttons] == ["Send it", "Change something"]
