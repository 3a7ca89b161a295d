from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.crisis.flagging import item_flag
from bot.records import referrals
from bot.records.conversations import append_events, conversation
from bot.records.models import Case, Flag, Referral
from bot.review import presence
from bot.staff.rules import rules
from tests.web.staff.console import events


def test_the_page_shows_what_was_collected(console, reviewer) -> None:
    case_id = console.refer()
    console.flag()
    page = reviewer.get(f"/people/{case_id}").text
    for shown in ("Jo Smith", "07700 900123", "Text message", "a quiet room", "3 May 1981"):
        assert shown in page
    assert "I want to &lt;b&gt;stop&lt;/b&gt; feeling like this" in page
    assert re.search(r"<strong>18</strong> of 27, published band “moderately severe”", page)
    assert re.search(r"<strong>7</strong> of 21, published band “mild”, below caseness", page)
    assert "Kroenke" in page


def test_what_matters_most_comes_first(console, reviewer) -> None:
    case_id = console.refer()
    console.flag()
    page = reviewer.get(f"/people/{case_id}").text
    places = [
        page.index(text)
        for text in (
            "Needs human contact",
            "How to reach them",
            "What would help them",
            "What brings them here",
            "PHQ-9",
            "The whole conversation",
        )
    ]
    assert places == sorted(places)


def test_no_risk_is_ever_scored(console, reviewer) -> None:
    case_id = console.refer()
    console.flag()
    for path in ("/", f"/people/{case_id}", f"/people/{case_id}/print"):
        page = reviewer.get(path).text.lower()
        assert not re.search(r"\brisk\b", page)
        assert not re.search(r"\b(low|medium|high)\b", page)


def test_corrections_are_shown_with_what_was_there_before(console, reviewer) -> None:
    case_id = console.refer(access__language="Polish", about__email="jo@example.com")
    now = console.clock.now
    corrected = {
        "phq-9.9": 0,
        "phq-9.8": None,
        "access.needs_detail": "a quiet room on the ground floor",
        "access.needs": ["hearing", "mobility"],
        "about.email": None,
        "story.reason": None,
    }
    with console.database.session() as session:
        referral = session.get(Referral, console.case(case_id).referral_id)
        for question_id, value in corrected.items():
            referrals.set_answer(
                session, referral, question_id, value, said=None, message_id=None, now=now
            )
    page = reviewer.get(f"/people/{case_id}").text
    for answer, before in (
        ("Not at all", "More than half the days"),
        ("left out", "More than half the days"),
        ("a quiet room on the ground floor", "a quiet room"),
        ("Hearing, Moving around", "Hearing"),
        ("(left out)", "jo@example.com"),
        ("(left out)", "I want to &lt;b&gt;stop&lt;/b&gt; feeling like this"),
    ):
        former = f'<span class="quiet">corrected, before: <del>{before}</del></span>'
        assert re.search(f">{re.escape(answer)}\\s*{re.escape(former)}", page), answer


def test_the_conversation_shows_how_and_what_was_found(console, reviewer) -> None:
    case_id = console.refer()
    console.flag()
    page = reviewer.get(f"/people/{case_id}").text
    assert "<mark>END it all</mark>" in page
    assert "Person, tapped" in page
    assert "Person, typed" in page
    assert "because of “end it all”, by the list of phrases" in page
    assert "Thoughts of suicide: noticed by the list of phrases" in page


def test_what_was_written_beside_a_phone_number_is_shown_with_it(console, reviewer, now) -> None:
    case_id = console.refer()
    with console.database.session() as session:
        referral = session.execute(select(Referral)).scalar_one()
        written = "07700 900123 but i dont pick up"
        referrals.set_answer(
            session, referral, "about.phone", "+447700900123", said=written, message_id="m", now=now
        )
    page = reviewer.get(f"/people/{case_id}").text
    contact = page.split('id="contact">')[1].split("</dl>")[0]
    assert f"wrote: “{written}”" in contact


def test_what_was_typed_for_an_item_is_shown_with_it_unless_it_is_the_answer(
    console, reviewer, now
) -> None:
    case_id = console.refer()
    with console.database.session() as session:
        referral = session.execute(select(Referral)).scalar_one()
        for number, written in ((1, "not loads tbh"), (2, "several days")):
            referrals.set_answer(
                session, referral, f"gad-7.{number}", 1, said=written, message_id=None, now=now
            )
    items = reviewer.get(f"/people/{case_id}").text.split('id="gad-7">')[1].split("</table>")[0]
    assert 'Several days<span class="quiet">wrote: “not loads tbh”</span>' in items
    assert "wrote: “several days”" not in items


def test_a_flag_from_a_questionnaire_shows_the_item_and_the_answer(
    console, reviewer, monkeypatch
) -> None:
    monkeypatch.setattr(
        "tests.web.staff.console.ALERT", item_flag("phq-9.9", "More than half the days", "2")
    )
    case_id = console.refer()
    _, flag_id = console.flag()
    item = "Thoughts that you would be better off dead or of hurting yourself in some way"
    assert f"“{item}: <mark>More than half the days</mark>”" in reviewer.get("/").text
    for path in ("", "/print"):
        page = reviewer.get(f"/people/{case_id}{path}").text
        flag = page.split('class="flag__head">')[1].split("</blockquote>")[0]
        assert "<strong>PHQ-9, item 9</strong>" in flag
        assert f"<blockquote>{item}: <strong>More than half the days</strong>" in flag
        assert "wrote: “2”" in page
        assert "Noticed by their answer to the questionnaire." in page
        assert "Thoughts of suicide" not in page
    text = reviewer.get(f"/people/{case_id}/transcript.txt").text
    assert f"[flag: PHQ-9, item 9, {item}: “More than half the days”, noticed by their" in text
    pdf = reviewer.get(f"/people/{case_id}/record.pdf").content
    assert f"{item}: “More than half the days”, wrote: “2”".encode() in pdf
    with console.database.session() as session:
        flag = session.get(Flag, flag_id)
        flag.words = flag.text = None
    page = reviewer.get(f"/people/{case_id}").text
    assert "The words were erased." in page
    assert item not in page.split('id="phq-9"')[0]


def test_the_conversation_shows_the_day_whenever_it_changes(console, reviewer) -> None:
    case_id = console.refer()
    with console.database.session() as session:
        owner = conversation(session, "c", console.clock.now)
        append_events(session, owner, events(console.clock.now + timedelta(days=4)))
    page = reviewer.get(f"/people/{case_id}").text
    assert re.findall(r"<h3>(.+?)</h3>", page) == ["1 December 2026", "5 December 2026"]


def test_a_person_without_a_referral_can_be_read_and_reached(console, reviewer) -> None:
    case_id, _ = console.flag()
    page = reviewer.get(f"/people/{case_id}").text
    assert "Someone who gave no name" in page
    assert "has not sent a referral" in page


def test_a_name_given_before_anything_was_sent_is_in_the_queue_too(console, reviewer) -> None:
    case_id, _ = console.flag()
    assert "Someone who gave no name" in reviewer.get("/").text
    with console.database.session() as session:
        begun = referrals.begin(session, "c", "berkshire", console.clock.now)
        referrals.set_answer(
            session,
            begun,
            "about.name",
            "Jo Example",
            said=None,
            message_id=None,
            now=begun.updated_at,
        )
    for path in ("/", f"/people/{case_id}"):
        page = reviewer.get(path).text
        assert "Jo Example" in page
        assert "Someone who gave no name" not in page


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        ({"access.interpreter": "yes", "access.language": "Polish"}, "Polish"),
        ({"access.needs": ["hearing"], "access.needs_detail": "a quiet room"}, "a quiet room"),
        ({"access.needs": ["none"]}, "They named nothing so far."),
        ({"access.needs": None}, "They have not said."),
        ({"about.name": "Jo Example"}, "They have not said."),
    ],
)
def test_what_would_help_a_flagged_person_is_shown_before_anything_was_sent(
    console, reviewer, answers, shown: str
) -> None:
    case_id, _ = console.flag()
    with console.database.session() as session:
        draft = referrals.begin(session, "c", "berkshire", console.clock.now)
        for question_id, value in {**answers, "story.reason": "Not sent yet"}.items():
            referrals.set_answer(
                session, draft, question_id, value, said=None, message_id=None, now=draft.updated_at
            )
    page = reviewer.get(f"/people/{case_id}").text
    section = page.split('<h2 id="access">')[1].split("</section>")[0]
    assert shown in section
    assert ("They have not said" in section) is (shown == "They have not said.")
    assert "Not sent yet" not in page


def send_again(console, service_id: str) -> str:
    """A second referral out of the same conversation; gives the id of its case."""
    console.clock.forward(minutes=1)
    now = console.clock.now
    with console.database.session() as session:
        second = referrals.begin(session, "c", service_id, now)
        referrals.set_answer(
            session, second, "about.name", "Jo Smith", said=None, message_id=None, now=now
        )
        referrals.send(session, second, now)
        return session.execute(select(Case.id).where(Case.referral_id == second.id)).scalar_one()


def test_a_flag_that_another_record_has_is_open_here_too_with_the_way_there(
    console, reviewer
) -> None:
    first = console.refer()
    second = send_again(console, "berkshire")
    console.clock.forward(minutes=1)
    assert console.flag()[0] == second
    page = reviewer.get(f"/people/{first}").text
    assert '<h2 id="flags">Needs human contact' in page
    assert f'<a href="/staff/people/{second}">Acknowledge or resolve it' in page
    assert "/acknowledge" not in page


def test_what_another_service_did_stays_with_it(console, reviewer) -> None:
    first = console.refer()
    second = send_again(console, "lewisham")
    console.clock.forward(minutes=1)
    _, flag_id = console.flag()
    theirs = console.staff("reviewer", ("lewisham",), "Lee Wisham").sign_in()
    theirs.get(f"/people/{second}")
    theirs.post(f"/people/{second}/flags/{flag_id}/resolve", done="Told her mother")
    for path in ("", "/print"):
        page = reviewer.get(f"/people/{first}{path}").text
        assert "Another service works on this flag" in page
        assert "Told her mother" not in page
        assert "Lee Wisham" not in page
        assert second not in page


def test_a_record_of_another_service_merged_before_shows_nothing_of_itself(
    console, reviewer
) -> None:
    theirs = console.refer("lewisham", "a", about__phone="+447700900777")
    console.clock.forward(days=1)
    reviewer.sign_in()
    mine = console.refer(conversation_id="b")
    with console.database.session() as session:
        case = session.get(Case, mine)
        case.state, case.merged_into = "merged", theirs
    page = reviewer.get(f"/people/{mine}").text
    assert "Other records of this person" not in page
    assert "Earlier, on" not in page


def test_whoever_has_a_record_and_left_is_still_named(console, reviewer) -> None:
    case_id = console.refer()
    left = console.staff(name="Lee Left")
    with console.database.session() as session:
        user = session.merge(console.user(left.email))
        session.merge(console.case(case_id)).assigned_to = user.id
        user.active = False
    page = reviewer.get(f"/people/{case_id}").text
    assert re.search(r"<option [^>]*selected>Lee Left \(no longer here\)", page)


def test_opening_is_recorded_and_makes_it_read(console, reviewer) -> None:
    case_id = console.refer()
    reviewer.get(f"/people/{case_id}")
    entry = console.audited()[-1]
    assert (entry.action, entry.case_id, entry.service_id) == ("opened", case_id, "berkshire")
    assert console.case(case_id).read_at == console.clock.now


def test_two_people_in_one_record_see_each_other(console, reviewer) -> None:
    case_id = console.refer()
    other = console.staff(name="Sam Second").sign_in()
    other.get(f"/people/{case_id}")
    assert (
        "<strong>Sam Second</strong> has this record open now"
        in reviewer.get(f"/people/{case_id}").text
    )
    assert reviewer.get(f"/people/{case_id}/here").json()["here"] == ["Sam Second"]
    console.clock.forward(seconds=rules().here_seconds + 1)
    assert "Sam Second</strong> opened this record at" in reviewer.get(f"/people/{case_id}").text
    assert reviewer.get(f"/people/{case_id}/here").json()["here"] == []


def test_one_person_may_open_a_record_in_two_tabs_at_once(console, reviewer) -> None:
    case_id = console.refer()
    case, me = console.case(case_id), console.user(reviewer.email)
    with ThreadPoolExecutor() as pool:
        with console.database.session() as session:
            presence.visit(session, case, me, console.clock.now)
            page = pool.submit(reviewer.get, f"/people/{case_id}")
            with suppress(TimeoutError):
                page.result(timeout=1)  # it waits for what is being written
        assert page.result().status_code == 200


def test_an_address_of_nobody(reviewer) -> None:
    page = reviewer.get(f"/people/{'0' * 32}")
    assert page.status_code == 404
    assert "There is nothing here" in page.text


def test_an_unknown_address_and_a_wrong_method_are_pages(reviewer) -> None:
    assert reviewer.get("/nowhere").status_code == 404
    assert reviewer.get("/search").status_code == 404


def test_a_person_who_erased_their_words_leaves_the_flag(console, reviewer) -> None:
    from bot.records.erasure import erase_conversation

    case_id, _ = console.flag()
    with console.database.session() as session:
        erase_conversation(session, "c", by="person", now=console.clock.now)
    page = reviewer.get(f"/people/{case_id}").text
    assert "END it all" not in page
    assert "Only the flag is left" in page
