from __future__ import annotations

import re

import pytest

from bot.booking.dialogue import Booking
from bot.records.cases import note_step
from bot.records.models import Callback
from tests.bot.booking.conftest import Chat, with_callback
from tests.web.staff.console import Browser


@pytest.fixture
def case_id(console, reviewer) -> str:
    """Someone who asked to be phoned, whose page is open."""
    case_id = console.refer()
    with console.database.session() as session:
        session.add(
            Callback(
                referral_id=console.case(case_id).referral_id,
                best_time="after four",
                requested_at=console.clock.now,
            )
        )
    reviewer.get(f"/people/{case_id}")
    return case_id


def address(browser) -> str:
    return re.search(r'action="/staff(/people/[^"]+/callbacks/[^"]+/done)"', browser.last.text)[1]


def test_a_call_that_was_made_is_ticked_off(console, reviewer, case_id) -> None:
    where = address(reviewer)
    page = reviewer.post(where, version=1)
    assert page.status_code == 200
    assert "Phoned them, as they had asked." in page.text
    assert "<strong>Phoned.</strong>" in page.text
    assert "Mark as phoned" not in page.text
    entry = next(each for each in console.audited() if each.action == "callback-done")
    assert entry.case_id == case_id
    again = reviewer.post(where, version=2)
    assert again.status_code == 422
    assert "isn&#39;t open any more" in again.text


def test_who_asked_is_seen_in_the_queue_and_first_in_their_record(
    console, reviewer, case_id
) -> None:
    other = console.refer(conversation_id="other")
    record = reviewer.last.text
    assert "Asked to be phoned" in record.split('id="contact"')[1].split("</section>")[0]
    row = reviewer.get("/").text.split(f"/people/{case_id}")[1].split("</tr>")[0]
    assert "Asked to be phoned" in row
    assert "after four" in row
    page = reviewer.get("/?to_phone=1").text
    assert f"/people/{case_id}" in page
    assert f"/people/{other}" not in page
    reviewer.get(f"/people/{case_id}")
    reviewer.post(address(reviewer), version=1)
    assert f"/people/{case_id}" not in reviewer.get("/?to_phone=1").text


def test_who_asked_and_was_flagged_shows_both(console, reviewer, case_id) -> None:
    console.flag()
    row = reviewer.get("/").text.split(f"/people/{case_id}")[1].split("</tr>")[0]
    assert "Needs human contact" in row
    assert "Asked to be phoned" in row


def test_a_call_of_someone_else_is_not_ticked_off(console, reviewer, case_id) -> None:
    call = address(reviewer).split("/")[-2]
    other = console.refer(conversation_id="other")
    reviewer.get(f"/people/{other}")
    assert reviewer.post(f"/people/{other}/callbacks/{call}/done", version=1).status_code == 422
    assert "Mark as phoned" in reviewer.get(f"/people/{case_id}").text


@pytest.fixture
def lewisham(console) -> Browser:
    """A reviewer of a service that takes requests for a phone call."""
    return console.staff(services=("lewisham",)).sign_in()


def ask_for_a_call(console, conversation_id: str) -> None:
    """Someone asks for it in their chat."""
    booking = Booking(console.database, with_callback())
    chat = Chat(booking, console.clock.now, conversation_id)
    chat.start()
    chat.say("yes, phone me")
    assert chat.say("after four").ended == "callback"


def test_who_asks_in_the_chat_is_unread_again(console, lewisham) -> None:
    case_id = console.refer("lewisham")
    lewisham.get(f"/people/{case_id}")
    ask_for_a_call(console, "c")
    assert console.case(case_id).read_at is None
    assert lewisham.get("/live").json()["unread"] == 1
    assert f"/people/{case_id}" in lewisham.get("/?unread=1&to_phone=1").text
    page = lewisham.post(f"/people/{case_id}/step", to="accepted", version=1)  # as it was before
    assert page.status_code == 409
    assert "Something new came from the person" in page.text


@pytest.mark.parametrize("state", ["closed", "rejected"])
def test_who_asks_after_being_put_away_is_in_the_queue(console, lewisham, state: str) -> None:
    case_id = console.refer("lewisham")
    with console.database.session() as session:
        case = session.merge(console.case(case_id))
        note_step(session, case, state, by="u", reason="Moved", now=console.clock.now)
    assert f"/people/{case_id}" not in lewisham.get("/?to_phone=1").text
    ask_for_a_call(console, "c")
    assert (console.case(case_id).state, console.case(case_id).live) == ("incoming", True)
    assert f"/people/{case_id}" in lewisham.get("/?to_phone=1").text
    page = lewisham.get(f"/people/{case_id}").text
    assert "the person themselves" in page
    assert "Undo the last step" not in page


def test_who_asks_by_a_merged_referral_is_in_the_record_that_stays(console, lewisham) -> None:
    first = console.refer("lewisham", "a")
    console.clock.forward(minutes=1)
    second = console.refer("lewisham", "b")
    lewisham.get(f"/people/{second}")
    lewisham.post(f"/people/{second}/merge", into=first, version=1)
    ask_for_a_call(console, "b")
    assert (console.case(first).read_at, console.case(second).state) == (None, "merged")
    assert f"/people/{first}" in lewisham.get("/?unread=1&to_phone=1").text


def test_a_call_asked_for_by_a_merged_referral_is_in_the_record_that_stays(
    console, reviewer
) -> None:
    cases = []
    for name in "abc":
        cases.append(console.refer(conversation_id=name))
        console.clock.forward(minutes=1)
    first, second, third = cases
    with console.database.session() as session:
        asked_by = console.case(third).referral_id
        session.add(Callback(referral_id=asked_by, requested_at=console.clock.now))
    reviewer.get(f"/people/{third}")
    reviewer.post(f"/people/{third}/merge", into=second, version=1)
    reviewer.post(f"/people/{second}/merge", into=first, version=2)
    page = reviewer.get("/?to_phone=1").text
    assert page.count('<strong class="to-phone">Asked to be phoned') == 1
    assert f"/people/{first}" in page
    reviewer.get(f"/people/{first}")
    where = address(reviewer)
    assert where.startswith(f"/people/{first}/")
    assert reviewer.post(where, version=console.case(first).version).status_code == 200
    assert f"/people/{first}" not in reviewer.get("/?to_phone=1").text


def test_what_a_colleague_changed_is_not_overwritten(console, reviewer, case_id) -> None:
    assert reviewer.post(address(reviewer), version=0).status_code == 409
