from __future__ import annotations

import json
import re

import pytest

from bot.records import referrals
from bot.records.models import Callback, Case, Flag
from bot.staff.rules import rules


def order(page) -> list[str]:
    return re.findall(r'href="/staff/people/([0-9a-f]{32})"', page.text)


def cells(page, case_id: str) -> list[str]:
    """What is in someone's row, cell by cell."""
    row = page.text.split(f'href="/staff/people/{case_id}"')[1].split("</tr>")[0]
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.split("<td[^>]*>", row)]


def test_people_who_need_contact_come_first_then_by_age(console, reviewer) -> None:
    first = console.refer(conversation_id="a")
    console.clock.forward(minutes=5)
    second = console.refer(conversation_id="b")
    console.clock.forward(minutes=5)
    flagged, _ = console.flag("c")
    page = reviewer.get("/")
    assert order(page) == [flagged, first, second]
    assert "“I want to <mark>END it all</mark>, really”" in page.text
    assert "<title>(1) People" in page.text


def test_a_long_message_shows_the_words_it_was_flagged_for(console, reviewer) -> None:
    _, flag_id = console.flag()
    long = "My sister came over with the children. " * 10
    with console.database.session() as session:
        session.get(Flag, flag_id).text = f"{long} I want to end it all. {long}"
    assert "I want to <mark>end it all</mark>." in reviewer.get("/").text


def test_a_flag_that_nobody_has_acknowledged_is_shown_before_others(console, reviewer) -> None:
    for number in range(3):
        _, flag_id = console.flag(message=f"m{number}")
        with console.database.session() as session:
            flag = session.get(Flag, flag_id)
            flag.text, flag.words = f"Message {number}", None
            flag.acknowledged_at = console.clock.now if number else None
        console.clock.forward(minutes=1)
    page = reviewer.get("/").text
    assert page.index("Message 0") < page.index("Message 2")
    assert "Message 1" not in page


def test_a_new_referral_is_named_only_where_one_was_sent(console, reviewer) -> None:
    console.refer()
    assert "New referral" in reviewer.get("/").text
    case_id, flag_id = console.flag("b")
    reviewer.get(f"/people/{case_id}")
    reviewer.post(f"/people/{case_id}/flags/{flag_id}/resolve", done="Phoned, safe at home")
    assert cells(reviewer.get("/"), case_id)[1] == "No referral sent"
    with console.database.session() as session:
        session.get(Case, case_id).erased_at = console.clock.now
    row = cells(reviewer.get("/"), case_id)
    assert row[1] == "Their words were erased"
    assert "no referral sent" not in row[0]


def test_someone_contacted_is_not_said_to_wait(console, reviewer) -> None:
    case_id = console.refer()
    with console.database.session() as session:
        session.merge(console.case(case_id)).contacted_at = console.clock.now
    console.clock.forward(days=45)
    reviewer.sign_in()
    for path in ("/", f"/people/{case_id}"):
        page = reviewer.get(path).text
        assert "45 days" not in page
        assert "ontacted" in page


def test_pages_go_on_where_the_last_one_ended(console, reviewer, monkeypatch) -> None:
    monkeypatch.setattr("web.staff.people.rules", lambda: rules().copy(update={"page_size": 3}))
    cases = []
    for number in range(7):
        service = ("berkshire", None)[number % 3 == 0]
        cases.append(console.flag(f"c{number}", service)[0])
        console.clock.forward(minutes=number % 2)  # some at the same moment
    seen: list[str] = []
    address = "/"
    while address:
        page = reviewer.get(address)
        seen += order(page)
        found = re.search(r'rel="next" href="/staff(/[^"]+)"', page.text)
        address = found[1].replace("&amp;", "&") if found else ""
    assert sorted(seen) == sorted(cases)
    assert len(seen) == 7


WELL_DONE = "Nobody is waiting. Well done."


def test_that_nobody_waits_is_said_only_where_it_is_so(console, reviewer, monkeypatch) -> None:
    assert WELL_DONE in reviewer.get("/").text
    assert WELL_DONE not in reviewer.get("/?unread=1").text
    monkeypatch.setattr("web.staff.people.rules", lambda: rules().copy(update={"page_size": 1}))
    for conversation_id in "ab":
        console.refer(conversation_id=conversation_id)
        console.clock.forward(minutes=1)
    second = re.search(r'rel="next" href="/staff(/[^"]+)"', reviewer.get("/").text)[1]
    (last,) = order(reviewer.get(second))
    with console.database.session() as session:
        session.delete(session.merge(console.case(last)))
    for page in ("/", "/refresh"):
        text = reviewer.get(second.replace("/", page, 1)).text
        assert "Nobody comes after these." in text
        assert '<a href="/staff/?">Go to the first page' in text
        assert WELL_DONE not in text


def test_who_has_no_service_is_told_so(console) -> None:
    console.refer()
    page = console.staff(services=()).sign_in().get("/").text
    assert "Your account has no service yet" in page
    assert WELL_DONE not in page


@pytest.mark.parametrize("after", ["x", "0~x~y", "a~b"])
def test_a_key_that_no_page_gave_is_refused(reviewer, after: str) -> None:
    page = reviewer.get(f"/?after={after}")
    assert page.status_code == 400
    assert "Nothing was changed" in page.text
    assert "erased" not in page.text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"flagged", "plain"}),
        ("flag=any", {"flagged"}),
        ("flag=unacknowledged", {"flagged"}),
        ("flag=none", {"plain"}),
        ("state=closed", {"closed"}),
        ("state=all", {"flagged", "plain", "closed"}),
        ("unread=1", {"flagged"}),
        ("mine=1", {"plain"}),
        ("service=berkshire", {"flagged", "plain"}),
        ("service=none", set()),
        ("since=2026-12-02", {"plain"}),
        ("until=2026-12-01", {"flagged"}),
        ("since=soon&state=strange", {"flagged", "plain"}),
        ("since=0001-01-01&until=9999-12-31", {"flagged", "plain"}),
    ],
)
def test_filters(console, reviewer, query: str, shown: set[str]) -> None:
    cases = {"closed": console.refer(conversation_id="a"), "flagged": console.flag("b")[0]}
    console.clock.forward(days=1)
    reviewer.sign_in()
    cases["plain"] = console.refer(conversation_id="d")
    with console.database.session() as session:
        session.merge(console.case(cases["plain"])).assigned_to = console.user(reviewer.email).id
    page = reviewer.get(f"/people/{cases['plain']}")
    reviewer.get(f"/people/{cases['closed']}")
    version = 1
    for state in ("accepted", "closed"):
        page = reviewer.post(f"/people/{cases['closed']}/step", to=state, version=version)
        assert page.status_code == 200, page.text
        version += 1
    names = {case_id: name for name, case_id in cases.items()}
    assert {names[each] for each in order(reviewer.get(f"/?{query}"))} == shown


@pytest.mark.parametrize(
    ("find", "text", "found"),
    [
        ("name", "smith", True),
        ("name", "Jo Smith", True),
        ("name", "Jo Jones", False),
        ("phone", "07700 900 123", True),
        ("born", "3 May 1981", True),
        ("born", "3/5/1981", True),
        ("born", "4/5/1981", False),
        ("nhs", "943 476 5919", True),
        ("reference", "nothing like it", False),
    ],
)
def test_search(console, reviewer, find: str, text: str, found: bool) -> None:
    case_id = console.refer(about__nhs_number="9434765919")
    reviewer.get("/")
    page = reviewer.post("/search", find=find, text=text)
    assert (case_id in order(page)) is found
    assert text not in str(page.url)


@pytest.mark.parametrize(
    ("find", "text"), [("name", "jo"), ("name", "jo example"), ("phone", "07700 900 555")]
)
def test_someone_flagged_is_found_by_what_they_gave_before_sending(
    console, reviewer, find: str, text: str
) -> None:
    case_id, _ = console.flag()
    given = {"about.name": "Jo Example", "about.phone": "+447700900555"}
    with console.database.session() as session:
        draft = referrals.begin(session, "c", None, console.clock.now)
        for question_id, value in given.items():
            referrals.set_answer(
                session, draft, question_id, value, said=None, message_id=None, now=draft.updated_at
            )
    console.refer(conversation_id="another", about__name="Jo Smith")
    reviewer.get("/")
    assert case_id in order(reviewer.post("/search", find=find, text=text))
    others = console.staff(services=("lewisham",)).sign_in()
    assert order(others.post("/search", find=find, text=text)) == []


def test_search_by_reference(console, reviewer) -> None:
    case_id = console.refer()
    reference = re.search(r"([0-9A-Z]{4}-[0-9A-Z]{4}) ·", reviewer.get("/").text)[1]
    page = reviewer.post("/search", find="reference", text=reference.lower().replace("-", " "))
    assert order(page) == [case_id]


@pytest.mark.parametrize(
    ("find", "text"),
    [("born", "soon"), ("name", ""), ("phone", " "), ("nhs", ""), ("reference", "")],
)
def test_a_search_that_cant_be_read_says_so(console, reviewer, find: str, text: str) -> None:
    console.refer()
    reviewer.get("/")
    page = reviewer.post("/search", find=find, text=text)
    assert page.status_code == 422
    assert 'id="text-problem"' in page.text
    assert order(page) == []
    assert "Nothing was searched for." in page.text
    assert console.audited()[-1].details == {"kind": find, "shown": 0}


def test_search_finds_what_is_closed_and_is_recorded_by_its_kind_only(console, reviewer) -> None:
    case_id = console.refer()
    with console.database.session() as session:
        case = session.merge(console.case(case_id))
        case.state, case.live = "closed", False
    reviewer.get("/")
    assert order(reviewer.post("/search", find="name", text="Smith")) == [case_id]
    entry = console.audited()[-1]
    assert (entry.action, entry.details) == ("searched", {"kind": "name", "shown": 1})


def test_the_script_hears_of_a_new_flag(console, reviewer) -> None:
    before = reviewer.get("/live").json()
    mark = before.pop("mark")
    assert before == {"unacknowledged": 0, "unresolved": 0, "unread": 0, "flags": []}
    _, flag_id = console.flag()
    after = reviewer.get("/live").json()
    assert (after["unacknowledged"], after["flags"]) == (1, [flag_id])
    assert after["mark"] != mark


def test_the_script_hears_of_what_others_change(console, reviewer) -> None:
    case_id = console.refer()
    other = console.staff(name="Sam Second").sign_in()
    other.get(f"/people/{case_id}")

    def ask_to_be_phoned() -> None:
        referral_id = console.case(case_id).referral_id
        with console.database.session() as session:
            session.add(
                Callback(referral_id=referral_id, state="requested", requested_at=console.clock.now)
            )

    changes = [
        lambda: other.post(f"/people/{case_id}/assign", to=console.user(other.email).id, version=1),
        lambda: other.post(f"/people/{case_id}/step", to="accepted", version=2),
        ask_to_be_phoned,
        lambda: other.post(f"/people/{case_id}/step", to="closed", version=3),
    ]
    marks = [reviewer.get("/live").json()["mark"]]
    for change in changes:
        change()
        marks.append(reviewer.get("/live").json()["mark"])
    assert len(set(marks)) == 5
    console.clock.forward(minutes=1)
    assert reviewer.get("/live").json()["mark"] == marks[-1]


def test_the_script_hears_of_the_page_it_is_on(console, reviewer) -> None:
    console.refer()
    queries = ("", "?state=closed", "?flag=any&done=step")
    for query in queries:
        told = json.loads(re.search(r"data-state='([^']+)'", reviewer.get(f"/{query}").text)[1])
        assert told == reviewer.get(f"/live{query}").json()
    assert reviewer.get("/live?after=x").status_code == 400


def test_the_script_hears_of_a_flag_that_comes_late(console, reviewer) -> None:
    console.flag()
    console.clock.forward(minutes=-5)  # it was on disk only, while the database was away
    _, late = console.flag(message="m1")
    console.clock.forward(minutes=5)
    assert late in reviewer.get("/live").json()["flags"]


def test_a_list_that_is_kept_up_to_date_shows_the_same(console, reviewer) -> None:
    first, second = console.refer(conversation_id="a"), console.flag("b")[0]
    assert order(reviewer.get("/refresh")) == order(reviewer.get("/")) == [second, first]
    assert order(reviewer.get("/refresh?flag=any")) == [second]
    entry = console.audited()[-1]
    assert (entry.action, entry.details) == ("list-refreshed", {"flag": "any", "shown": 1})


def test_a_list_left_open_does_not_keep_someone_signed_in(console, reviewer) -> None:
    for _ in range(rules().sign_in.idle_minutes // 5 - 1):
        console.clock.forward(minutes=5)
        assert reviewer.get("/refresh").status_code == 200
        assert reviewer.get("/live").status_code == 200
    console.clock.forward(minutes=5)
    assert reviewer.get("/refresh").status_code == 401


def test_waiting_longer_than_the_target_is_said(console, reviewer) -> None:
    console.flag()
    assert "longer than" not in reviewer.get("/").text
    console.clock.forward(hours=5)
    reviewer.sign_in()
    page = reviewer.get("/").text
    assert "5 hours" in page
    assert "longer than 4 hours" in page
