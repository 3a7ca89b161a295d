from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from bot.records import referrals
from bot.records.models import Answer, Case, Erasure, Event, Flag, Referral, StaffUser
from bot.review import numbers
from bot.review.numbers import Table, one_of_them
from bot.staff.rules import rules


def test_the_audit_log_is_read_by_administrators(console) -> None:
    case_id = console.refer()
    administrator = console.staff("administrator").sign_in()
    administrator.get(f"/people/{case_id}")
    page = administrator.get("/audit").text
    assert "opened a record" in page
    assert f"/staff/people/{case_id}" in page


@pytest.mark.parametrize("before", ["", "x", "-1", "9" * 30])
def test_the_audit_log_shows_its_newest_when_asked_for_a_page_there_cannot_be(
    console, before
) -> None:
    administrator = console.staff("administrator").sign_in()
    administrator.get(f"/people/{console.refer()}")
    assert "opened a record" in administrator.get(f"/audit?before={before}").text


def test_an_administrator_reads_of_their_own_services_only(console) -> None:
    case_id = console.refer("lewisham")
    console.staff("reviewer", ("lewisham",)).sign_in().get(f"/people/{case_id}")
    page = console.staff("administrator").sign_in().get("/audit").text
    assert "opened a record" not in page


def test_who_opened_a_record_is_read_from_it(console, monkeypatch) -> None:
    monkeypatch.setattr("web.staff.oversight.rules", lambda: rules().copy(update={"page_size": 1}))
    mine, other = console.refer(), console.refer(conversation_id="b")
    reviewer = console.staff(name="Al One").sign_in()
    assert "/audit" not in reviewer.get(f"/people/{mine}").text
    administrator = console.staff("administrator").sign_in()
    for case_id in (mine, mine, other):
        record = administrator.get(f"/people/{case_id}").text
    assert f'<a href="/staff/audit?case={other}">Who opened this record</a>' in record
    first = administrator.get(f"/audit?case={mine}").text
    assert (first.count("opened a record"), "Al One" in first) == (2, False)
    assert other not in first
    entry = console.audited()[-1]
    assert (entry.action, entry.case_id) == ("audit-viewed", mine)
    older = re.search(r'href="/staff(/audit[^"]+)">Older', first)[1].replace("&amp;", "&")
    assert "Al One" in administrator.get(older).text


@pytest.mark.parametrize("case", ["x", "%00", "0" * 32])
def test_the_log_of_a_record_that_cant_be(console, case: str) -> None:
    assert console.staff("administrator").sign_in().get(f"/audit?case={case}").status_code == 200


def test_another_services_record_has_no_log_here(console) -> None:
    case_id = console.refer("lewisham")
    console.staff("reviewer", ("lewisham",)).sign_in().get(f"/people/{case_id}")
    page = console.staff("administrator").sign_in().get(f"/audit?case={case_id}").text
    assert "opened a record" not in page
    assert console.audited()[-1].case_id is None


@pytest.mark.alters_tables
def test_the_whole_log_is_checked(console) -> None:
    administrator = console.staff("administrator").sign_in()
    administrator.get("/audit")
    assert "entries fit together" in administrator.post("/audit/verify").text
    with console.database.session() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER audit_entries_no_UPDATE"))
        else:
            session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER ALL"))
        session.execute(text("UPDATE audit_entries SET action = 'x' WHERE position = 1"))
    administrator.get("/audit")
    assert "The log was changed" in administrator.post("/audit/verify").text


def all_cases(console) -> list[Case]:
    with console.database.reading() as session:
        return session.execute(select(Case)).scalars().all()


def request_path(browser) -> str:
    page = browser.get("/requests").text
    return page.split('action="/staff/requests/')[1].split('"')[0]


def test_erasing_takes_two_people(console) -> None:
    case_id = console.refer()
    first, second = (console.staff("lead", name=name).sign_in() for name in ("Al One", "Bo Two"))
    first.get(f"/people/{case_id}")
    assert "Asked for" in first.post(f"/people/{case_id}/erase", why="They asked us to").text
    path = request_path(first)
    assert first.post(f"/requests/{path}", answer="confirm").status_code == 409
    assert console.case(case_id) is not None
    second.get("/requests")
    assert "They asked us to" in second.last.text
    second.post(f"/requests/{path}", answer="confirm")
    assert console.case(case_id) is None
    with console.database.reading() as session:
        assert session.execute(select(Erasure.by)).scalars().all() == ["staff"]
    assert second.get(f"/people/{case_id}").status_code == 404
    assert [entry.action for entry in console.audited() if "erasure" in entry.action] == [
        "erasure-asked",
        "erasure-confirmed",
    ]


def test_erasing_may_be_refused_and_asked_for_again(console) -> None:
    case_id = console.refer()
    lead = console.staff("lead").sign_in()
    lead.get(f"/people/{case_id}")
    assert lead.post(f"/people/{case_id}/erase", why="").status_code == 409
    lead.get(f"/people/{case_id}")
    lead.post(f"/people/{case_id}/erase", why="Twice sent")
    lead.get(f"/people/{case_id}/print")
    assert lead.post(f"/people/{case_id}/erase", why="Twice sent").status_code == 409
    path = request_path(lead)
    lead.post(f"/requests/{path}", answer="refuse")
    lead.get("/requests")
    assert lead.post(f"/requests/{path}", answer="refuse").status_code == 409
    assert console.case(case_id) is not None


def test_nobody_is_erased_while_a_flag_is_open(console) -> None:
    case_id = console.refer()
    first, second = (console.staff("lead", name=name).sign_in() for name in ("Al One", "Bo Two"))
    first.get(f"/people/{case_id}")
    first.post(f"/people/{case_id}/erase", why="They asked us to")
    _, flag_id = console.flag()
    path = request_path(second)
    assert "Someone may be in danger here" in second.last.text
    assert "Confirm:" not in second.last.text
    assert second.post(f"/requests/{path}", answer="confirm").status_code == 409
    second.get(f"/people/{case_id}")
    second.post(f"/people/{case_id}/flags/{flag_id}/resolve", done="Phoned, safe")
    second.get("/requests")
    second.post(f"/requests/{path}", answer="confirm")
    assert console.case(case_id) is None


def test_someone_flagged_who_sent_nothing_can_be_erased_too(console) -> None:
    case_id, flag_id = console.flag()
    with console.database.session() as session:
        draft = referrals.begin(session, "c", "berkshire", console.clock.now)
        referrals.set_answer(
            session, draft, "about.name", "Jo", said=None, message_id=None, now=draft.updated_at
        )
    first, second = (console.staff("lead", name=name).sign_in() for name in ("Al One", "Bo Two"))
    first.get(f"/people/{case_id}")
    first.post(f"/people/{case_id}/flags/{flag_id}/resolve", done="Phoned, safe")
    assert "Erase this person" in first.last.text
    first.post(f"/people/{case_id}/erase", why="They asked us to")
    path = request_path(second)
    second.post(f"/requests/{path}", answer="confirm")
    with console.database.reading() as session:
        for model in (Case, Referral, Answer):
            assert session.execute(select(model)).scalars().all() == []


@pytest.mark.parametrize("asked_in", ["first", "second"])
def test_who_has_merged_records_is_erased_in_all_of_them(console, asked_in: str) -> None:
    lead, second_lead = (
        console.staff("lead", name=name).sign_in() for name in ("Al One", "Bo Two")
    )
    cases = {"first": console.refer(conversation_id="a")}
    console.clock.forward(minutes=1)
    cases["second"] = console.refer(conversation_id="b", story__reason="The newest words")
    other = console.refer(conversation_id="other", about__name="Kim Vale")
    lead.get(f"/people/{cases['second']}")
    lead.post(f"/people/{cases['second']}/merge", into=cases["first"], version=1)
    assert "merged with are erased too" in lead.get(f"/people/{cases[asked_in]}").text
    lead.post(f"/people/{cases[asked_in]}/erase", why="They asked us to")
    for case_id in cases.values():
        assert "Erasing this person was asked for" in lead.get(f"/people/{case_id}").text
        assert lead.post(f"/people/{case_id}/erase", why="Again").status_code == 409
        lead.get("/requests")
    _, flag_id = console.flag("b")
    path = request_path(second_lead)
    assert "A flag is open in one of these records" in second_lead.last.text
    assert second_lead.post(f"/requests/{path}", answer="confirm").status_code == 409
    flagged = f"/people/{cases['second']}"
    second_lead.get(flagged)
    second_lead.post(f"{flagged}/flags/{flag_id}/resolve", done="Phoned, safe")
    page = second_lead.get("/requests").text
    references = [reference for _, reference in sent(console) if reference in page]
    assert len(references) == 2
    second_lead.post(f"/requests/{path}", answer="confirm")
    assert [case_id for case_id, _ in sent(console)] == [other]
    with console.database.reading() as session:
        (kept,) = session.execute(select(Referral)).scalars().all()
        assert {each.referral_id for each in session.execute(select(Answer)).scalars()} == {kept.id}
        assert session.execute(select(Event.conversation_id).distinct()).scalars().all() == [
            "other"
        ]
    confirmed = [each for each in console.audited() if each.action == "erasure-confirmed"]
    assert {each.case_id for each in confirmed} == set(cases.values())


def sent(console) -> list[tuple[str, str]]:
    """Every case whose referral was sent, with its reference."""
    with console.database.reading() as session:
        return session.execute(
            select(Case.id, Referral.reference).join(Referral, Referral.id == Case.referral_id)
        ).all()


def test_another_services_request_is_not_theirs(console) -> None:
    case_id = console.refer()
    lead = console.staff("lead").sign_in()
    lead.get(f"/people/{case_id}")
    lead.post(f"/people/{case_id}/erase", why="They asked us to")
    path = request_path(lead)
    other = console.staff("lead", ("lewisham",)).sign_in()
    other.get("/requests")
    assert "They asked us to" not in other.last.text
    assert other.post(f"/requests/{path}", answer="confirm").status_code == 409
    assert console.case(case_id) is not None


def test_a_retention_run_takes_two_people(console) -> None:
    console.refer()
    console.clock.forward(days=400)
    first, second = (
        console.staff("administrator", name=name).sign_in() for name in ("Al One", "Bo Two")
    )
    first.get("/requests")
    first.post("/requests/purge")
    path = next(
        part.split('"')[0]
        for part in first.get("/requests").text.split('action="/staff/requests/')[1:]
        if not part.startswith("purge")
    )
    second.get("/requests")
    second.post(f"/requests/{path}", answer="confirm")
    with console.database.reading() as session:
        assert session.execute(select(Case)).scalars().all() == []
    (entry,) = [each for each in console.audited() if each.action == "purge-confirmed"]
    assert entry.details["referrals"] == 1


@pytest.mark.parametrize("services", [(), ("berkshire",)])
def test_a_lead_does_not_decide_on_a_retention_run(console, services) -> None:
    console.refer()
    console.clock.forward(days=400)
    administrator = console.staff("administrator").sign_in()
    administrator.get("/requests")
    administrator.post("/requests/purge")
    path = next(
        part.split('"')[0]
        for part in administrator.get("/requests").text.split('action="/staff/requests/')[1:]
        if not part.startswith("purge")
    )
    lead = console.staff("lead", services).sign_in()
    assert path not in lead.get("/requests").text
    lead.get("/")
    for answer in ("confirm", "refuse"):
        assert lead.post(f"/requests/{path}", answer=answer).status_code == 409
    assert len(all_cases(console)) == 1


def test_looking_over_others_is_recorded_too(console) -> None:
    case_id = console.refer("lewisham")
    administrator = console.staff("administrator").sign_in()
    before = len(console.audited())
    administrator.get("/requests")
    administrator.post("/audit/verify")
    administrator.get(f"/people/{case_id}")
    administrator.get(f"/people/{case_id}/here")
    administrator.get(f"/people/{'0' * 32}")
    entries = [(each.action, each.case_id, each.service_id) for each in console.audited()[before:]]
    assert entries == [
        ("requests-viewed", None, None),
        ("audit-verified", None, None),
        ("record-refused", case_id, "lewisham"),
        ("record-refused", None, None),
    ]


def test_the_numbers(console) -> None:
    case_id = console.refer()
    _, flag_id = console.flag()
    with console.database.session() as session:
        draft = referrals.begin(session, "draft", "berkshire", console.clock.now)
        draft.current_question = "phq-9.3"
    console.clock.forward(minutes=12)
    lead = console.staff("lead").sign_in()
    lead.get(f"/people/{case_id}")
    lead.post(f"/people/{case_id}/flags/{flag_id}/acknowledge")
    lead.post(f"/people/{case_id}/step", to="contacted", version=3)
    page = lead.get("/numbers").text
    for title in ("Referrals by week", "Where people are", "Days to first contact", "Hours until"):
        assert title in page
    assert "PHQ-9" in page
    assert page.count("<img") == 5
    assert page.count("Nothing to show yet") == 2  # nobody waits, no flag is left


def table_of(console, table_id: str, now: datetime) -> Table:
    """One table of the numbers."""
    user = StaffUser(id="u", name="Ann", role="lead", services=["berkshire"])
    with console.database.reading() as session:
        return one_of_them(session, user, table_id, now)


def figures(console, table_id: str, now: datetime) -> dict[str, float | None]:
    """The first series of a table, by its labels."""
    table = table_of(console, table_id, now)
    return dict(zip(table.labels, table.series[0][1], strict=True))


def test_how_quickly_is_told_by_what_the_assistant_did(console, now) -> None:
    for tier, hours in (("alert", 1), ("check-in", 5), ("noted", 90)):
        _, flag_id = console.flag(message=tier)
        with console.database.session() as session:
            flag = session.get(Flag, flag_id)
            flag.tier, flag.acknowledged_at = tier, now + timedelta(hours=hours)
    series = table_of(console, "acknowledged", now).series
    assert [(name, values[-1]) for name, values in series] == [
        ("Crisis reply given", 1),
        ("Asked if they are safe", 5),
    ]


def test_the_period_of_drafts_is_said(console, now) -> None:
    assert "in the last 30 days" in table_of(console, "stops", now).note
    page = console.staff("lead").sign_in().get("/numbers").text
    assert "The last 12 weeks, where nothing else is said" in page


def test_a_picture_makes_its_own_table_only(console, monkeypatch) -> None:
    lead = console.staff("lead").sign_in()

    def not_asked_for(*_: object) -> None:
        raise AssertionError

    for table_id in numbers._TABLES.keys() - {"flags"}:
        monkeypatch.setitem(numbers._TABLES, table_id, not_asked_for)
    assert lead.get("/numbers/flags.svg").status_code == 200


def test_neglect_does_not_look_good_in_the_numbers(console, now) -> None:
    console.refer(conversation_id="old")
    console.clock.forward(weeks=20)
    for conversation_id, service in (("b", "berkshire"), ("n", None), ("l", "lewisham")):
        console.flag(conversation_id, service)
    later = console.clock.now
    week = f"{(later - timedelta(days=later.weekday())).day} {later:%b}"
    assert figures(console, "uncontacted", later)["earlier"] == 1
    left = figures(console, "unacknowledged", later)
    assert {label: count for label, count in left.items() if count} == {week: 2}
    assert set(figures(console, "acknowledged", later).values()) == {None}


def test_whose_service_is_not_known_yet_counts_too(console, now) -> None:
    with console.database.session() as session:
        for number, (service, question, weeks) in enumerate(
            (
                (None, "consent.given", 0),
                ("berkshire", "phq-9.3", 0),
                ("lewisham", "phq-9.3", 0),
                ("berkshire", "phq-9.3", 5),  # it is removed at night
            )
        ):
            begun = now - timedelta(weeks=weeks)
            draft = referrals.begin(session, f"draft-{number}", service, begun)
            draft.current_question = question
    stops = figures(console, "stops", now)
    assert stops["PHQ-9"] == 1
    assert sum(stops.values()) == 2
    console.flag("n", None)
    console.flag("l", "lewisham")
    assert figures(console, "flags", now)["Crisis reply given"] == 1


@pytest.mark.parametrize(
    "table",
    ["referrals", "stops", "contact", "uncontacted", "flags", "acknowledged", "unacknowledged"],
)
def test_each_plot_is_a_picture_that_needs_no_colour(console, table: str) -> None:
    console.refer()
    lead = console.staff("lead").sign_in()
    response = lead.get(f"/numbers/{table}.svg")
    assert response.headers["content-type"] == "image/svg+xml"
    assert b"<svg" in response.content
    assert "script" not in response.headers["content-security-policy"]


def test_a_plot_that_isnt_there(console) -> None:
    assert console.staff("lead").sign_in().get("/numbers/x.svg").status_code == 404
