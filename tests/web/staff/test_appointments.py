from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from icalendar import Calendar
from sqlalchemy import select

from bot.booking import changing, diary, letters
from bot.booking.visit import Visit
from bot.knowledge.services import services
from bot.records.models import DiarySlot, OutboxMessage, Referral
from bot.review import appointments
from tests.bot.booking.conftest import Mailing
from tests.fhir.fixtures import booking_at


@pytest.fixture
def times(console) -> list[str]:
    """Three times of Berkshire's diary, a week from now and after."""
    begins = [console.clock.now + timedelta(days=7 + each) for each in range(3)]
    slots = [
        DiarySlot(
            service_id="berkshire",
            starts_at=each,
            ends_at=each + timedelta(minutes=45),
            mode="video",
        )
        for each in begins
    ]
    with console.database.session() as session:
        session.add_all(slots)
    return [slot.id for slot in slots]


def visit(session, console, case_id: str) -> Visit:
    referral = session.get(Referral, console.case(case_id).referral_id)
    return Visit(session, referral, services()["berkshire"], console.clock.now)


@pytest.fixture
def case_id(console, reviewer, times) -> str:
    """Someone with an appointment at the first time, whose page is open."""
    case_id = console.refer()
    with console.database.session() as session:
        changing.book(visit(session, console, case_id), times[0])
    reviewer.get(f"/people/{case_id}")
    return case_id


def change(browser, case_id: str, what: str, **fields):
    """Sends a form as the page that is open has it."""
    stands = re.search(r'name="stands" value="([^"]+)"', browser.last.text)
    version = re.search(r'name="version" value="(\d+)"', browser.last.text)
    hidden = {"stands": stands[1] if stands else "", "version": version[1]}
    return browser.post(f"/people/{case_id}/appointment/{what}", **{**hidden, **fields})


def step(browser, case_id: str, to: str, **fields):
    version = re.search(r'name="version" value="(\d+)"', browser.last.text)
    return browser.post(f"/people/{case_id}/step", to=to, version=version[1], **fields)


def states(console, ids) -> list[str]:
    with console.database.reading() as session:
        return [session.get(DiarySlot, each).state for each in ids]


def outbox(console) -> list[OutboxMessage]:
    with console.database.reading() as session:
        return list(session.execute(select(OutboxMessage).order_by(OutboxMessage.id)).scalars())


def agree(console, case_id: str, *ways: str) -> None:
    with console.database.session() as session:
        letters.agree(visit(session, console, case_id).referral, ways)


def test_an_appointment_is_moved_and_noted(console, reviewer, case_id, times) -> None:
    page = change(reviewer, case_id, "move", slot=times[1])
    assert page.status_code == 200
    assert states(console, times) == ["free", "booked", "free"]
    assert "Moved the appointment from Tue 8 Dec 2026, 10:30am" in page.text
    assert "<strong>Wed 9 Dec 2026, 10:30am</strong>" in page.text
    entry = next(e for e in console.audited() if e.action == "appointment-moved")
    assert (entry.case_id, entry.details) == (case_id, {"told": [], "closed": False})


def test_an_appointment_is_cancelled_with_a_reason(console, reviewer, case_id, times) -> None:
    page = change(reviewer, case_id, "cancel", cancel_why=" ", close="yes")
    assert page.status_code == 422
    assert states(console, times) == ["booked", "free", "free"]
    page = change(reviewer, case_id, "cancel", cancel_why="The therapist is ill")
    assert page.status_code == 200
    assert states(console, times) == ["free", "free", "free"]
    assert "Why: The therapist is ill" in page.text
    entry = next(e for e in console.audited() if e.action == "appointment-cancelled")
    assert "ill" not in str(entry.details)


@pytest.mark.parametrize("what", ["move", "cancel"])
def test_the_former_time_is_closed_if_wanted(console, reviewer, case_id, times, what) -> None:
    change(reviewer, case_id, what, slot=times[1], cancel_why="Ill", close="yes")
    assert states(console, times)[0] == "closed"


def test_they_are_told_in_the_ways_they_agreed_to(
    console, reviewer, times, mailing: Mailing
) -> None:
    mailing(TEXTS_URL="https://texts.example", WEBHOOK_SECRET="a secret of 24 letters or more")
    case_id = console.refer(about__email="jo@example.com", about__contact_by=["any"])
    agree(console, case_id, "email")
    with console.database.session() as session:
        changing.book(visit(session, console, case_id), times[0])
    assert "A message about it goes to them by email." in reviewer.get(f"/people/{case_id}").text
    assert "They are told" in change(reviewer, case_id, "move", slot=times[1]).text
    moved = [each for each in outbox(console) if ":moved:" in each.key]
    assert [each.kind for each in moved] == ["email"]
    invitation = Calendar.from_ical(moved[0].payload["calendar"]["text"])
    assert (invitation["method"], invitation.walk("VEVENT")[0]["sequence"]) == ("REQUEST", 1)
    page = change(reviewer, case_id, "cancel", cancel_why="The therapist is ill")
    assert "(A message about it goes to them by email.)" in page.text
    letter = outbox(console)[-1]
    assert letter.payload["calendar"]["method"] == "CANCEL"
    assert "The therapist is ill" not in str(letter.payload)
    assert not [each for each in outbox(console) if ":reminder:" in each.key]


@pytest.mark.parametrize("agreed", [(), ("email",)])
def test_who_agreed_to_nothing_usable_has_to_be_phoned(console, reviewer, case_id, agreed) -> None:
    agree(console, case_id, *agreed)  # no email address was given
    page = reviewer.get(f"/people/{case_id}").text
    assert "No message goes to them" in page
    assert "Phone them on 07700 900123" in page
    page = change(reviewer, case_id, "cancel", cancel_why="Ill").text
    assert "no message goes to them. Phone them" in page
    assert "(No message goes to them: they have to be phoned.)" in page
    assert outbox(console) == []


def test_a_time_that_someone_else_has_is_not_given_twice(console, reviewer, case_id, times) -> None:
    other = console.refer(conversation_id="d", about__name="Kim Vale")
    with console.database.session() as session:
        changing.book(visit(session, console, other), times[1])
    before = console.case(case_id).version
    page = change(reviewer, case_id, "move", slot=times[1])
    assert page.status_code == 422
    assert "That time isn&#39;t free any more" in page.text
    assert states(console, times) == ["booked", "booked", "free"]
    assert console.case(case_id).version == before


def test_of_many_moves_to_one_time_at_once_one_succeeds(console, times) -> None:
    staff = console.user(console.staff().email)
    begins = console.clock.now + timedelta(days=20)
    cases = [console.refer(conversation_id=f"p{each}") for each in range(4)]
    for number, case_id in enumerate(cases):
        with console.database.session() as session:
            own = DiarySlot(
                service_id="berkshire",
                starts_at=begins + timedelta(hours=number),
                ends_at=begins + timedelta(hours=number + 1),
                mode="video",
            )
            session.add(own)
            session.flush()
            changing.book(visit(session, console, case_id), own.id)
    gate = Barrier(len(cases))

    def move(case_id: str) -> bool:
        with console.database.reading() as session:
            shown = appointments.booking(session, console.case(case_id), console.clock.now)
        gate.wait()
        try:
            with console.database.session() as session:
                appointments.move(
                    session,
                    session.get(type(console.case(case_id)), case_id),
                    times[0],
                    version=console.case(case_id).version,
                    stands=shown.stands,
                    close=False,
                    user=staff,
                    now=console.clock.now,
                )
        except appointments.NotPossible:
            return False
        return True

    with ThreadPoolExecutor(len(cases)) as pool:
        assert sorted(pool.map(move, cases)) == [False, False, False, True]
    with console.database.reading() as session:
        held = [
            diary.appointment_of(session, console.case(each).referral_id).slot_id for each in cases
        ]
    assert held.count(times[0]) == 1


def test_the_record_follows_what_the_person_books_and_cancels(console, reviewer, case_id) -> None:
    case = console.case(case_id)
    assert (case.state, case.contacted_at) == ("booked", None)
    page = reviewer.get(f"/people/{case_id}").text
    assert "the person themselves" in page
    assert "Undo the last step" not in page
    with console.database.session() as session:
        changing.cancel(visit(session, console, case_id))
    case = console.case(case_id)
    assert (case.state, case.read_at) == ("incoming", None)


@pytest.mark.parametrize("state", ["closed", "rejected"])
def test_who_books_after_being_put_away_is_back_in_the_queue(
    console, reviewer, times, state: str
) -> None:
    case_id = console.refer()
    reviewer.get(f"/people/{case_id}")
    step(reviewer, case_id, "contacted")
    step(reviewer, case_id, state, reason="Lives elsewhere")
    assert not console.case(case_id).live
    with console.database.session() as session:
        changing.book(visit(session, console, case_id), times[0])
    assert (console.case(case_id).state, console.case(case_id).live) == ("booked", True)
    with console.database.session() as session:
        changing.cancel(visit(session, console, case_id))
    assert (console.case(case_id).state, console.case(case_id).live) == ("incoming", True)


def test_staff_who_cancel_are_back_where_the_record_was(console, reviewer, case_id) -> None:
    change(reviewer, case_id, "cancel", cancel_why="The therapist is ill")
    assert console.case(case_id).state == "incoming"
    assert "Undo the last step" not in reviewer.last.text


@pytest.mark.parametrize("to", ["closed", "rejected"])
def test_nobody_is_put_away_unawares_of_their_appointment(
    console, reviewer, case_id, times, to: str
) -> None:
    page = reviewer.get(f"/people/{case_id}").text
    assert page.count("They have an appointment on Tue 8 Dec 2026, 10:30am.") == 2
    page = step(reviewer, case_id, to, reason="Lives elsewhere")
    assert page.status_code == 422
    assert "They have an appointment still to come" in page.text
    assert console.case(case_id).state == "booked"
    page = step(reviewer, case_id, to, reason="Lives elsewhere", leave="yes")
    assert (page.status_code, console.case(case_id).state) == (200, to)
    assert states(console, times)[0] == "booked"


def test_an_appointment_that_is_over_keeps_nobody(console, reviewer, case_id) -> None:
    console.clock.forward(days=8)
    reviewer.sign_in()
    assert "They have an appointment on" not in reviewer.get(f"/people/{case_id}").text
    assert step(reviewer, case_id, "closed").status_code == 200


def test_nobody_overwrites_a_colleague_or_the_person(console, reviewer, case_id, times) -> None:
    other = console.staff(name="Sam Second").sign_in()
    other.get(f"/people/{case_id}")
    change(other, case_id, "move", slot=times[1])
    page = change(reviewer, case_id, "cancel", cancel_why="Typed with care", close="yes")
    assert page.status_code == 409
    assert "Sam Second changed this record" in page.text
    assert "Typed with care" in page.text
    reviewer.get(f"/people/{case_id}")
    with console.database.session() as session:  # the person themself, by their own page
        changing.move(visit(session, console, case_id), times[2])
    page = change(reviewer, case_id, "cancel", cancel_why="Typed with care")
    assert page.status_code == 409
    assert "Something new came from the person" in page.text
    assert states(console, times) == ["free", "free", "booked"]


@pytest.mark.parametrize("slot", ["", "s", "of another service", "their own"])
def test_only_another_free_time_of_the_service_will_do(
    console, reviewer, case_id, times, slot
) -> None:
    with console.database.session() as session:
        elsewhere = DiarySlot(
            service_id="lewisham",
            starts_at=console.clock.now + timedelta(days=3),
            ends_at=console.clock.now + timedelta(days=3, hours=1),
            mode="video",
        )
        session.add(elsewhere)
    chosen = {"of another service": elsewhere.id, "their own": times[0]}.get(slot, slot)
    assert change(reviewer, case_id, "move", slot=chosen).status_code == 422
    assert elsewhere.id not in reviewer.last.text
    assert states(console, times) == ["booked", "free", "free"]


def test_a_past_appointment_is_shown_and_left_alone(console, reviewer, case_id, times) -> None:
    fields = {"slot": times[1], "cancel_why": "Late"}
    stands = re.search(r'name="stands" value="([^"]+)"', reviewer.last.text)[1]
    console.clock.forward(days=7, hours=1)
    reviewer.sign_in()
    page = reviewer.get(f"/people/{case_id}").text
    assert "Tue 8 Dec 2026, 10:30am" in page
    assert "Move the appointment" not in page
    for what in ("move", "cancel"):
        assert change(reviewer, case_id, what, stands=stands, **fields).status_code == 422


def test_a_diary_in_another_system_is_changed_there(
    console, reviewer, case_id, times, monkeypatch
) -> None:
    known = {**services(), "berkshire": booking_at("https://fhir.example/r4")}
    monkeypatch.setattr(appointments, "services", lambda: known)
    stands = re.search(r'name="stands" value="([^"]+)"', reviewer.last.text)[1]
    page = reviewer.get(f"/people/{case_id}").text
    assert "kept in the system of Berkshire. Move or cancel the appointment there." in page
    for what in ("move", "cancel"):
        fields = {"slot": times[1], "cancel_why": "Ill", "stands": stands}
        assert change(reviewer, case_id, what, **fields).status_code == 422
    assert states(console, times) == ["booked", "free", "free"]


@pytest.fixture
def merged(console, reviewer, times) -> tuple[str, str]:
    """Two records of one person, the earlier one and what was merged into it, which is read."""
    first = console.refer(conversation_id="a")
    console.clock.forward(minutes=1)
    second = console.refer(conversation_id="b", about__name="Jo Smith-New")
    reviewer.get(f"/people/{second}")
    reviewer.post(f"/people/{second}/merge", into=first, version=1)
    assert console.case(second).merged_into == first
    return first, second


def change_own(console, case_id: str, act, *args) -> None:
    """The person changes their own appointment."""
    with console.database.session() as session:
        act(visit(session, console, case_id), *args)


def test_what_they_do_by_a_merged_referral_is_seen_in_the_record_that_stays(
    console, reviewer, merged, times
) -> None:
    first, second = merged
    seen = []
    for act, *args in (
        (changing.book, times[0]),
        (changing.move, times[1]),
        (changing.cancel,),
    ):
        before = console.case(first).version
        change_own(console, second, act, *args)
        case = console.case(first)
        seen.append((case.state, case.read_at, case.version > before))
        assert reviewer.get("/live").json()["unread"] == 1
        reviewer.get(f"/people/{first}")
    assert seen == [("booked", None, True), ("booked", None, True), ("incoming", None, True)]
    assert console.case(second).state == "merged"


def test_who_books_by_a_merged_referral_is_back_in_the_queue(
    console, reviewer, merged, times
) -> None:
    first, second = merged
    reviewer.get(f"/people/{first}")
    step(reviewer, first, "rejected", reason="Moved away")
    with console.database.reading() as session:
        assert not visit(session, console, second).may_book
    change_own(console, second, changing.book, times[0])  # in the same moment
    assert (console.case(first).state, console.case(first).live) == ("booked", True)


def test_the_appointment_of_a_merged_referral_is_shown_moved_and_cancelled(
    console, reviewer, merged, times
) -> None:
    first, second = merged
    change_own(console, second, changing.book, times[0])
    row = reviewer.get("/").text.split(f"/people/{first}")[1].split("</tr>")[0]
    assert "Jo Smith-New" in row
    assert "Appointment Tue 8 Dec" in row
    page = reviewer.get(f"/people/{first}").text
    assert page.count("They have an appointment on Tue 8 Dec 2026, 10:30am.") == 2
    assert step(reviewer, first, "closed").status_code == 422
    reviewer.get(f"/people/{first}")
    assert change(reviewer, first, "move", slot=times[1]).status_code == 200
    assert states(console, times) == ["free", "booked", "free"]
    assert change(reviewer, first, "cancel", cancel_why="Ill").status_code == 200
    assert states(console, times) == ["free", "free", "free"]
    assert console.case(first).state == "incoming"


def test_who_has_two_appointments_keeps_the_other(console, reviewer, merged, times) -> None:
    first, second = merged
    change_own(console, first, changing.book, times[0])
    change_own(console, second, changing.book, times[1])
    page = reviewer.get(f"/people/{first}").text
    assert "<strong>Tue 8 Dec 2026, 10:30am</strong>" in page
    assert "Cancel the appointment on Wed 9 Dec 2026, 10:30am</summary>" in page
    change(reviewer, first, "cancel", cancel_why="They have two")
    assert states(console, times) == ["booked", "free", "free"]
    assert console.case(first).state == "booked"
    change(reviewer, first, "cancel", cancel_why="They want none")
    assert (states(console, times)[0], console.case(first).state) == ("free", "incoming")


def test_the_diary_leads_to_the_appointment(console, reviewer, case_id) -> None:
    page = reviewer.get("/diary?week=2026-12-08").text
    assert f'href="/staff/people/{case_id}#appointment"' in page
