from __future__ import annotations

import re

import pytest

from bot.records.models import Callback


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
