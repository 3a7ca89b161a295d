from __future__ import annotations

import re

import pytest

from bot.records.erasure import erase_referral
from bot.records.models import Referral
from bot.review.flags import UNDO_MINUTES


@pytest.fixture
def case_id(console, reviewer) -> str:
    case_id = console.refer()
    reviewer.get(f"/people/{case_id}")
    return case_id


def step(browser, case_id: str, to: str, version: int, **fields):
    return browser.post(f"/people/{case_id}/step", to=to, version=version, **fields)


def section(page: str, name: str) -> str:
    """What is under the heading of that id."""
    return page.split(f'<h2 id="{name}">')[1].split("</section>")[0]


def test_the_way_of_a_referral(console, reviewer, case_id) -> None:
    for version, state in enumerate(("accepted", "contacted", "booked", "closed"), start=1):
        assert step(reviewer, case_id, state, version).status_code == 200
        assert console.case(case_id).state == state
    assert not console.case(case_id).live
    assert console.case(case_id).contacted_at == console.clock.now
    assert step(reviewer, case_id, "accepted", 5).status_code == 200
    assert console.case(case_id).live


@pytest.mark.parametrize("to", ["closed", "booked", "merged", "strange", ""])
def test_a_step_that_isnt_there_is_refused(console, reviewer, case_id, to: str) -> None:
    assert step(reviewer, case_id, to, 1).status_code == 422
    assert console.case(case_id).state == "incoming"


def test_rejecting_needs_a_reason(console, reviewer, case_id) -> None:
    assert step(reviewer, case_id, "rejected", 1, reason=" ").status_code == 422
    page = step(reviewer, case_id, "rejected", 1, reason="Lives elsewhere")
    assert "Lives elsewhere" in page.text
    assert console.case(case_id).state == "rejected"


def test_nobody_overwrites_anybody(console, reviewer, case_id) -> None:
    other = console.staff(name="Sam Second").sign_in()
    other.get(f"/people/{case_id}")
    step(other, case_id, "accepted", 1)
    page = step(reviewer, case_id, "rejected", 1, reason="Typed with care")
    assert page.status_code == 409
    assert "Sam Second changed this record" in page.text
    assert "Typed with care" in page.text
    assert console.case(case_id).state == "accepted"


@pytest.mark.parametrize("to", ["closed", "rejected"])
def test_nothing_is_put_away_on_a_page_from_before_the_person_did_something(
    console, reviewer, to: str
) -> None:
    case_id, flag_id = console.flag()
    reviewer.get(f"/people/{case_id}")
    reviewer.post(f"/people/{case_id}/flags/{flag_id}/resolve", done="Phoned, safe at home")
    step(reviewer, case_id, "accepted", 2)
    console.refer()
    page = step(reviewer, case_id, to, 3, reason="No referral was sent")
    assert page.status_code == 409
    assert "Something new came from the person" in page.text
    assert ("No referral was sent" in page.text) is (to == "rejected")
    assert (console.case(case_id).state, console.case(case_id).live) == ("accepted", True)


def test_a_referral_sent_after_the_flag_was_put_away_is_in_the_queue(console, reviewer) -> None:
    case_id, flag_id = console.flag()
    reviewer.get(f"/people/{case_id}")
    reviewer.post(f"/people/{case_id}/flags/{flag_id}/resolve", done="Phoned, safe at home")
    step(reviewer, case_id, "rejected", 2, reason="No referral was sent")
    assert console.refer() == case_id
    assert case_id in reviewer.get("/").text
    assert reviewer.get("/live").json()["unread"] == 1
    page = reviewer.get(f"/people/{case_id}").text
    assert "the person themselves" in page
    assert "Undo the last step" not in page


def test_a_record_with_an_open_flag_cant_be_put_away(console, reviewer, case_id) -> None:
    _, flag_id = console.flag()
    page = step(reviewer, case_id, "rejected", 2, reason="Spam")
    assert page.status_code == 422
    assert "Someone may be in danger here" in page.text
    reviewer.post(f"/people/{case_id}/flags/{flag_id}/resolve", done="Phoned, safe at home")
    assert step(reviewer, case_id, "rejected", 3, reason="Spam").status_code == 200


def test_the_last_step_can_be_undone(console, reviewer, case_id) -> None:
    step(reviewer, case_id, "contacted", 1)
    page = reviewer.post(f"/people/{case_id}/undo", version=2)
    assert page.status_code == 200
    assert (console.case(case_id).state, console.case(case_id).contacted_at) == ("incoming", None)
    assert "Contacted (undone)" in page.text
    assert reviewer.post(f"/people/{case_id}/undo", version=3).status_code == 422


def test_a_step_with_something_after_it_cant_be_undone(console, reviewer, case_id) -> None:
    step(reviewer, case_id, "accepted", 1)
    reviewer.post(f"/people/{case_id}/assign", to="", version=2)
    assert reviewer.post(f"/people/{case_id}/undo", version=3).status_code == 422


def test_assigning(console, reviewer, case_id) -> None:
    me = console.user(reviewer.email).id
    page = reviewer.post(f"/people/{case_id}/assign", to=me, version=1)
    assert page.status_code == 200
    assert console.case(case_id).assigned_to == me
    assert reviewer.post(f"/people/{case_id}/assign", to=me, version=1).status_code == 409


def test_only_someone_of_the_service_can_have_it(console, reviewer, case_id) -> None:
    other = console.staff("lead", ("lewisham",))
    to = console.user(other.email).id
    assert reviewer.post(f"/people/{case_id}/assign", to=to, version=1).status_code == 422


def test_notes(console, reviewer, case_id) -> None:
    page = reviewer.post(f"/people/{case_id}/notes", note="Rang, no answer <i>")
    assert "Rang, no answer &lt;i&gt;" in page.text
    assert reviewer.post(f"/people/{case_id}/notes", note="  ").status_code == 422


def test_a_flag_is_acknowledged_by_name(console, reviewer, case_id) -> None:
    _, flag_id = console.flag()
    page = reviewer.post(f"/people/{case_id}/flags/{flag_id}/acknowledge")
    assert "Acknowledged by Reviewer of berkshire" in page.text
    flag = console.flagged(flag_id)
    assert flag.acknowledged_by == console.user(reviewer.email).id
    assert console.case(case_id).rank == 1


def test_the_first_to_acknowledge_stays(console, reviewer, case_id) -> None:
    _, flag_id = console.flag()
    other = console.staff(name="Sam Second").sign_in()
    other.get(f"/people/{case_id}")
    other.post(f"/people/{case_id}/flags/{flag_id}/acknowledge")
    page = reviewer.post(f"/people/{case_id}/flags/{flag_id}/acknowledge")
    assert "Somebody acknowledged this flag before you" in page.text
    assert console.flagged(flag_id).acknowledged_by == console.user(other.email).id
    assert reviewer.post(f"/people/{case_id}/flags/{flag_id}/take-back").status_code == 422


def test_an_acknowledgement_can_be_taken_back_for_a_while(console, reviewer, case_id) -> None:
    _, flag_id = console.flag()
    address = f"/people/{case_id}/flags/{flag_id}"
    reviewer.post(f"{address}/acknowledge")
    reviewer.post(f"{address}/take-back")
    assert console.flagged(flag_id).acknowledged_at is None
    assert console.case(case_id).rank == 0
    reviewer.post(f"{address}/acknowledge")
    console.clock.forward(minutes=UNDO_MINUTES, seconds=1)
    assert reviewer.post(f"{address}/take-back").status_code == 422


def test_resolving_says_what_was_done(console, reviewer, case_id) -> None:
    _, flag_id = console.flag()
    address = f"/people/{case_id}/flags/{flag_id}/resolve"
    assert reviewer.post(address, done="").status_code == 422
    page = reviewer.post(address, done="Phoned at once. With her sister.")
    assert "Phoned at once. With her sister." in page.text
    assert console.case(case_id).rank == 2
    assert reviewer.post(address, done="Again").status_code == 422


def test_several_flags_are_acknowledged_and_resolved_at_once(console, reviewer, case_id) -> None:
    ids = [console.flag(message=f"m{number}")[1] for number in range(3)]
    page = reviewer.get(f"/people/{case_id}").text
    first = re.search(r'flags/([^/"]+)/acknowledge">', page).group(1)
    also = re.search(r'name="also" value="([^"]+)"', page).group(1)
    unseen = console.flag(message="m3")[1]  # came after the page was shown
    assert {first, *also.split()} == set(ids)
    reviewer.post(f"/people/{case_id}/flags/{first}/acknowledge", also=also)
    assert all(console.flagged(each).acknowledged_at for each in ids)
    assert console.flagged(unseen).acknowledged_at is None
    page = reviewer.get(f"/people/{case_id}").text
    open_flags = {*ids, unseen}
    beside = re.findall(r'id="also-([^"]+)" name="also" value="([^"]+)"', page)
    assert {flag: {flag, *others.split()} for flag, others in beside} == dict.fromkeys(
        open_flags, open_flags
    )
    assert all(flag not in others for flag, others in beside)
    reviewer.post(f"/people/{case_id}/flags/{first}/resolve", also=also, done="Rang. Safe.")
    assert {console.flagged(each).resolution for each in ids} == {"Rang. Safe."}
    assert console.flagged(unseen).resolved_at is None


def test_what_was_resolved_by_mistake_is_open_again(console, reviewer, case_id) -> None:
    ids = [console.flag(message=f"m{number}")[1] for number in range(2)]
    address = f"/people/{case_id}/flags"
    reviewer.post(f"{address}/{ids[0]}/acknowledge")
    console.clock.forward(seconds=1)
    reviewer.post(f"{address}/{ids[0]}/resolve", also=ids[1], done="Rang. Safe.")
    assert f"/people/{case_id}" not in reviewer.get("/?flag=any").text
    page = reviewer.get(f"/people/{case_id}").text
    assert page.count("Undo resolving") == 2
    page = reviewer.post(f"{address}/{ids[1]}/reopen").text
    assert page.count("Undo resolving") == 1
    again = console.flagged(ids[1])
    assert (again.resolved_at, again.resolved_by, again.resolution) == (None, None, None)
    assert again.acknowledged_at is None  # resolving had said so
    assert console.flagged(ids[0]).resolution == "Rang. Safe."
    assert console.case(case_id).rank == 0
    assert reviewer.get("/live").json()["flags"] == [ids[1]]
    reviewer.get(f"/people/{case_id}")
    reviewer.post(f"{address}/{ids[0]}/reopen")
    assert console.flagged(ids[0]).acknowledged_at is not None  # had been seen before
    assert [each.action for each in console.audited()].count("flag-reopened") == 2
    assert reviewer.post(f"{address}/{ids[0]}/reopen").status_code == 422


def test_resolving_is_undone_by_who_did_it_and_soon_only(console, reviewer, case_id) -> None:
    _, flag_id = console.flag()
    address = f"/people/{case_id}/flags/{flag_id}"
    reviewer.post(f"{address}/resolve", done="Rang. Safe.")
    other = console.staff(name="Sam Second").sign_in()
    assert "Undo resolving" not in other.get(f"/people/{case_id}").text
    assert other.post(f"{address}/reopen").status_code == 422
    console.clock.forward(minutes=UNDO_MINUTES, seconds=1)
    assert "Undo resolving" not in reviewer.get(f"/people/{case_id}").text
    assert reviewer.post(f"{address}/reopen").status_code == 422
    assert console.flagged(flag_id).resolution == "Rang. Safe."


def test_a_flag_opened_again_brings_back_what_was_put_away(console, reviewer, case_id) -> None:
    _, flag_id = console.flag()
    reviewer.post(f"/people/{case_id}/flags/{flag_id}/resolve", done="Rang. Safe.")
    step(reviewer, case_id, "rejected", 3, reason="Spam")
    assert not console.case(case_id).live
    reviewer.post(f"/people/{case_id}/flags/{flag_id}/reopen")
    assert console.case(case_id).live
    assert f"/people/{case_id}" in reviewer.get("/").text


def test_a_flag_of_another_record_isnt_touched(console, reviewer, case_id) -> None:
    _, flag_id = console.flag("another")
    assert reviewer.post(f"/people/{case_id}/flags/{flag_id}/acknowledge").status_code == 422
    assert console.flagged(flag_id).acknowledged_at is None


def test_an_earlier_referral_is_suggested_and_merged_by_hand(console, reviewer) -> None:
    first = console.refer(conversation_id="a")
    console.clock.forward(days=10)
    reviewer.sign_in()
    better = {f"phq-9.{number}": 1 for number in range(1, 10)}
    second = console.refer(conversation_id="b", **better)
    page = reviewer.get(f"/people/{second}")
    assert "The same person?" in page.text
    assert console.case(second).state == "incoming"
    page = reviewer.post(f"/people/{second}/merge", into=first, version=1)
    assert page.url.path == f"/staff/people/{first}"
    assert "Other records of this person" in page.text
    assert (console.case(second).state, console.case(second).merged_into) == ("merged", first)
    page = reviewer.get(f"/people/{second}").text
    assert "Reliable change (6 points): <strong>improved</strong>" in page


def test_after_merging_the_record_that_stays_shows_the_newest(console, reviewer) -> None:
    first = console.refer(conversation_id="a", about__email="jo@old.example")
    console.clock.forward(days=10)
    reviewer.sign_in()
    better = {f"phq-9.{number}": 1 for number in range(1, 10)}
    newest = {
        "about__phone": "+447700900777",
        "access__needs": ["none"],
        "story__reason": "Since May",
    }
    second = console.refer(conversation_id="b", **newest, **better)
    _, flag_id = console.flag("b")
    reviewer.get(f"/people/{second}")
    reviewer.post(f"/people/{second}/flags/{flag_id}/resolve", done="Phoned, safe")
    page = reviewer.post(f"/people/{second}/merge", into=first, version=3).text
    contact = section(page, "contact")
    assert contact.index("07700 900777") < contact.index("they said: 07700 900123")
    assert "jo@old.example" in contact
    assert "not since" in contact
    assert "a quiet room" in section(page, "access")
    assert "Since May" in section(page, "story")
    assert "Reliable change (6 points): <strong>improved</strong>" in section(page, "phq-9")
    assert "Flags, all resolved" in page
    console.flag("b", message="m3")
    page = reviewer.get(f"/people/{first}").text
    assert '<h2 id="flags">Needs human contact' in page
    assert f'<a href="/staff/people/{second}">Acknowledge or resolve it' in page
    reviewer.get(f"/people/{first}/print")
    assert "07700 900777" in reviewer.last.text
    assert reviewer.get(f"/people/{first}/record.pdf").status_code == 200


def test_what_was_merged_and_then_erased_hides_nothing(console, reviewer) -> None:
    first = console.refer(conversation_id="a")
    second = console.refer(conversation_id="b")
    reviewer.get(f"/people/{second}")
    reviewer.post(f"/people/{second}/merge", into=first, version=1)
    console.flag("b")
    with console.database.session() as session:
        referral = session.get(Referral, console.case(second).referral_id)
        erase_referral(session, referral, by="person", now=console.clock.now)
    page = reviewer.get(f"/people/{first}").text
    assert "07700 900123" in section(page, "contact")
    assert "<strong>18</strong> of 27" in page
    assert f'<a href="/staff/people/{second}">Acknowledge or resolve it' in page


def test_records_merged_one_after_the_other_stay_together(console, reviewer) -> None:
    cases = []
    for name in "abc":
        cases.append(console.refer(conversation_id=name, story__reason=f"Reason {name}"))
        console.clock.forward(minutes=1)
    first, second, third = cases
    reviewer.get(f"/people/{third}")
    reviewer.post(f"/people/{third}/merge", into=second, version=1)
    reviewer.post(f"/people/{second}/merge", into=first, version=2)
    for case_id in cases:
        page = reviewer.get(f"/people/{case_id}").text
        others = section(page, "same")
        assert {each for each in cases if each in others} == {*cases} - {case_id}
    assert "Reason c" in section(reviewer.get(f"/people/{first}").text, "story")
    reviewer.post(f"/people/{third}/step", to="incoming", version=2)
    assert "Other records" not in reviewer.get(f"/people/{third}").text


@pytest.mark.parametrize(
    ("name", "other", "suggested"),
    [
        ("Jo Smith", {"about__name": "Ann Smith"}, False),  # a family's name, and its phone
        ("Jo Kowal", {"about__name": "Jo Adeyemi"}, False),
        ("Jo Smith-Jones", {"about__name": "Ann Smith-Jones"}, False),
        ("Jo Smith", {"about__name": "SMITH, Jo"}, True),
        ("Jo", {"about__name": "Jo Smith"}, True),
        ("Jo Smith", {"about__name": "Joanna Smith", "about__preferred_name": "Jo"}, True),
    ],
)
@pytest.mark.parametrize(
    "else_", [{"about__date_of_birth": "1955-01-01"}, {"about__phone": "+447700900555"}]
)
def test_a_name_is_the_same_when_all_of_it_is(
    console, reviewer, name: str, other, suggested: bool, else_
) -> None:
    console.refer(conversation_id="a", **other, **else_)
    second = console.refer(conversation_id="b", about__name=name)
    page = reviewer.get(f"/people/{second}").text
    assert ("The same person?" in page) is suggested


def test_both_are_seen_side_by_side_before_they_are_merged(console, reviewer) -> None:
    console.refer(conversation_id="a", about__date_of_birth="1955-01-01")
    second = console.refer(conversation_id="b")
    shown = section(reviewer.get(f"/people/{second}").text, "suggested")
    assert re.search(r"<td>3 May 1981</td><td>1 January 1955 <strong>\(differs\)", shown)
    assert "<td>Jo Smith</td><td>Jo Smith</td>" in shown


def test_records_of_two_services_are_not_merged(console) -> None:
    both = console.staff("reviewer", ("berkshire", "lewisham"), "Of Both").sign_in()
    first = console.refer("lewisham", "a")
    second = console.refer("berkshire", "b")
    assert "The same person?" not in both.get(f"/people/{second}").text
    assert both.post(f"/people/{second}/merge", into=first, version=1).status_code == 422
    assert console.case(second).state == "incoming"


@pytest.mark.parametrize("change", [{"about__name": "Al Other", "about__phone": None}, {}])
def test_one_thing_alike_is_not_enough(console, reviewer, change) -> None:
    console.refer(conversation_id="a", about__name="Kim Vale", about__phone="+447700900999")
    second = console.refer(conversation_id="b", **change)
    assert "The same person?" not in reviewer.get(f"/people/{second}").text


def test_merging_into_just_anybody_is_refused(console, reviewer, case_id) -> None:
    other = console.refer(
        conversation_id="b",
        about__name="Kim Vale",
        about__phone=None,
        about__date_of_birth="1990-01-01",
    )
    assert reviewer.post(f"/people/{case_id}/merge", into=other, version=1).status_code == 422
    assert reviewer.post(f"/people/{case_id}/merge", into="0" * 32, version=1).status_code == 404


def test_a_merge_can_be_undone(console, reviewer) -> None:
    first = console.refer(conversation_id="a")
    second = console.refer(conversation_id="b")
    reviewer.get(f"/people/{second}")
    reviewer.post(f"/people/{second}/merge", into=first, version=1)
    reviewer.post(f"/people/{second}/undo", version=2)
    assert (console.case(second).state, console.case(second).merged_into) == ("incoming", None)


@pytest.mark.parametrize("state", ["closed", "rejected"])
def test_what_a_merge_opened_again_cant_be_put_away_by_undoing(
    console, reviewer, state: str
) -> None:
    first = console.refer(conversation_id="a")
    reviewer.get(f"/people/{first}")
    step(reviewer, first, "accepted", 1)
    step(reviewer, first, state, 2, reason="Moved away")
    second = console.refer(conversation_id="b")
    reviewer.get(f"/people/{second}")
    page = reviewer.post(f"/people/{second}/merge", into=first, version=1)
    assert "Undo the last step" not in page.text
    version = console.case(first).version
    assert reviewer.post(f"/people/{first}/undo", version=version).status_code == 422
    assert (console.case(first).state, console.case(first).live) == ("incoming", True)
    reviewer.get(f"/people/{second}")
    assert reviewer.post(f"/people/{second}/undo", version=2).status_code == 200
    assert (console.case(second).live, console.case(first).live) == (True, True)


def test_every_change_is_recorded(console, reviewer, case_id) -> None:
    _, flag_id = console.flag()
    address = f"/people/{case_id}"
    reviewer.post(f"{address}/flags/{flag_id}/acknowledge")
    reviewer.post(f"{address}/flags/{flag_id}/resolve", done="Phoned")
    step(reviewer, case_id, "accepted", 4)
    reviewer.post(f"{address}/undo", version=5)
    reviewer.post(f"{address}/notes", note="A private word")
    changes = [e for e in console.audited() if e.action not in ("opened", "listed")]
    assert [entry.action for entry in changes[1:]] == [
        "flag-acknowledged",
        "flag-resolved",
        "step",
        "step-undone",
        "note-added",
    ]
    assert all(entry.case_id == case_id for entry in changes[1:])
    assert "private" not in str([entry.details for entry in changes])


@pytest.mark.parametrize(("version", "status", "why"), [(1, 422, "reason"), (7, 409, "changed")])
def test_a_record_shown_with_what_was_refused_is_recorded(
    console, reviewer, case_id, version: int, status: int, why: str
) -> None:
    page = step(reviewer, case_id, "rejected", version)
    assert (page.status_code, "07700 900123" in page.text) == (status, True)
    entry = console.audited()[-1]
    assert (entry.action, entry.case_id, entry.details) == ("change-refused", case_id, {"why": why})
