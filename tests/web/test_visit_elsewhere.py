"""The person's own page of a service whose diary another system keeps: a real engine, its faults.

The page goes by the real clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.booking import rules
from bot.booking.fhir.client import FhirClient
from bot.booking.fhir.diary import RemoteDiary
from bot.booking.links import visit_link
from bot.booking.own_page import OwnPage
from bot.booking.visit import Visit
from bot.knowledge.services import Service
from bot.records import referrals
from bot.records.database import Database
from bot.records.models import Appointment, DiarySlot
from bot.settings import Settings
from tests.fhir.engine import Line
from tests.fhir.fixtures import (  # noqa: F401
    AddRemote,
    add_remote,
    client,
    engine,
    line,
    of_engine,
    packages,
    remote,
    schedule,
    service,
    states,
    undo_orders,
)
from web import visit
from web.visit import routes

AWAY = "We can't reach the service's diary"


class Page:
    """Someone with a link to their own page."""

    def __init__(self, browser: TestClient, path: str) -> None:
        self.browser = browser
        self.path = path

    def look(self) -> httpx.Response:
        return self.browser.get(self.path)

    def times(self) -> list[str]:
        """The ids of the times offered."""
        return [part.partition('"')[0] for part in self.look().text.split('<option value="')[1:]]

    def send(self, **form: str) -> httpx.Response:
        answer = self.browser.post(self.path, data=form)
        self.path = answer.url.path  # a change gives a new link
        return answer

    def take(self, place: int) -> httpx.Response:
        return self.send(act="take", slot=self.times()[place])


@pytest.fixture(autouse=True)
def no_bank_holidays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "is_bank_holiday", lambda _day: False)


@pytest.fixture
def page(
    database: Database,
    service: Service,  # noqa: F811
    remote: RemoteDiary,  # noqa: F811
) -> Iterator[Page]:
    moment = datetime.now(timezone.utc)
    with database.session() as session:
        referral = referrals.begin(session, "someone", "berkshire", moment)
        for question, value in (("place.service", "berkshire"), ("about.name", "Robin Example")):
            referrals.set_answer(
                session, referral, question, value, said=None, message_id=None, now=moment
            )
        referrals.send(session, referral, moment)
        link = visit_link(Visit(session, referral, service, moment))
    own = OwnPage(database, {"berkshire": service}, {"berkshire": remote})
    with TestClient(Starlette(routes=routes(own))) as browser:
        yield Page(browser, "/visit/" + link.rpartition("/")[2])


@pytest.fixture
def slots(add_remote: AddRemote) -> list[str]:  # noqa: F811
    soon = datetime.now(timezone.utc).replace(hour=10, minute=0, second=0, microsecond=0)
    return [add_remote(soon + timedelta(days=days)) for days in (4, 5)]


def later() -> datetime:
    """When the outbox has had its time."""
    return datetime.now(timezone.utc) + timedelta(hours=1)


def here(database: Database) -> list[tuple[str, str]]:
    """The appointments here: their state and their slot there."""
    with database.reading() as session:
        found = session.execute(
            select(Appointment.state, DiarySlot.remote_id).join(
                DiarySlot, DiarySlot.id == Appointment.slot_id
            )
        )
        return [tuple(row) for row in found]


def booked_there(engine_url: str, slot: str) -> int:
    """How many appointments that aren't cancelled the engine has in a slot."""
    entries = of_engine(engine_url, "Appointment?_count=1000").get("entry", ())
    return sum(
        entry["resource"]["slot"] == [{"reference": f"Slot/{slot}"}]
        and entry["resource"]["status"] == "booked"
        for entry in entries
    )


def test_booking_moving_and_cancelling(
    database: Database,
    page: Page,
    slots: list[str],
    remote: RemoteDiary,  # noqa: F811
    client: FhirClient,  # noqa: F811
    engine: str,  # noqa: F811
) -> None:
    assert "Your appointment is" in page.take(0).text
    assert here(database) == [("booked", slots[0])]
    undo_orders(database, remote, client, later())  # it is in force
    assert states(engine, slots) == ["busy", "free"]
    assert [booked_there(engine, slot) for slot in slots] == [1, 0]

    assert "Your appointment is" in page.take(0).text  # the only one that is free
    assert here(database) == [("booked", slots[1])]
    undo_orders(database, remote, client, later())
    assert states(engine, slots) == ["free", "busy"]
    assert [booked_there(engine, slot) for slot in slots] == [0, 1]

    assert "Your appointment is cancelled" in page.send(act="cancel").text
    undo_orders(database, remote, client, later())
    assert states(engine, slots) == ["free", "free"]
    assert [booked_there(engine, slot) for slot in slots] == [0, 0]


@pytest.mark.parametrize("moving", [False, True])
@pytest.mark.parametrize("when", ["before we read it", "between our reading and our writing"])
def test_someone_elsewhere_was_faster(
    database: Database,
    page: Page,
    slots: list[str],
    remote: RemoteDiary,  # noqa: F811
    client: FhirClient,  # noqa: F811
    line: Line,  # noqa: F811
    engine: str,  # noqa: F811
    when: str,
    moving: bool,
) -> None:
    if moving:
        page.take(1)
    wanted = page.times()[0]

    def someone(_number: int, method: str) -> None:
        if method == "GET" if when.startswith("before") else method == "PUT":
            line.heal()
            found = client.read("Slot", slots[0])
            client.update({**found.resource, "status": "busy", "comment": "theirs"}, found.etag)

    line.fault = someone
    answer = page.send(act="take", slot=wanted)
    assert answer.status_code == 409
    assert "Someone else has just taken that time" in answer.text
    assert f'value="{wanted}"' not in answer.text
    assert "116 123" in answer.text
    undo_orders(database, remote, client, later())
    assert of_engine(engine, f"Slot/{slots[0]}")["comment"] == "theirs"
    assert here(database) == ([("booked", slots[1])] if moving else [])
    if not moving:
        assert "Your appointment is" in page.take(0).text
        assert here(database) == [("booked", slots[1])]


@pytest.mark.parametrize("fault", ["down", "garbage", "wrong"])
def test_a_diary_that_is_away_is_told_and_the_rest_of_the_page_works(
    database: Database,
    page: Page,
    slots: list[str],
    remote: RemoteDiary,  # noqa: F811
    client: FhirClient,  # noqa: F811
    line: Line,  # noqa: F811
    engine: str,  # noqa: F811
    fault: str,
) -> None:
    line.always(fault)
    shown = page.look()
    assert shown.status_code == 200
    assert AWAY in shown.text
    assert "No time is booked" in shown.text
    assert "<option" not in shown.text
    line.heal()
    page.take(0)
    line.always(fault)
    shown = page.look()
    assert AWAY in shown.text
    assert "Your appointment stays as it is" in shown.text
    assert "METHOD:PUBLISH" in page.browser.get(f"{page.path}/appointment.ics").text
    assert "Your appointment is cancelled" in page.send(act="cancel").text
    line.heal()
    undo_orders(database, remote, client, later())
    assert states(engine, slots) == ["free", "free"]


@pytest.mark.parametrize(("reached", "moving"), [(1, False), (2, True), (3, False), (4, True)])
def test_an_outage_in_the_middle_changes_nothing_and_leaves_nothing_behind(
    database: Database,
    page: Page,
    slots: list[str],
    remote: RemoteDiary,  # noqa: F811
    client: FhirClient,  # noqa: F811
    line: Line,  # noqa: F811
    engine: str,  # noqa: F811
    reached: int,
    moving: bool,
) -> None:
    if moving:
        page.take(1)
    wanted = page.times()[0]
    line.seen.clear()
    line.fault = lambda number, _method: "down" if number >= reached else None
    answer = page.send(act="take", slot=wanted)
    assert answer.status_code == 503
    assert AWAY in answer.text
    kept = "Your appointment stays as it is" if moving else "No time is booked"
    assert kept in answer.text
    assert "116 123" in answer.text
    line.heal()
    undo_orders(database, remote, client, later())
    assert states(engine, slots) == ["free", "busy" if moving else "free"]
    assert here(database) == ([("booked", slots[1])] if moving else [])
    assert "Your appointment is" in page.take(0).text  # and then it works
    assert here(database) == [("booked", slots[0])]


@pytest.mark.parametrize("lost", [2, 4])  # what claims the slot, and what makes the appointment
def test_a_lost_answer_anywhere_books_once(
    database: Database,
    page: Page,
    slots: list[str],
    line: Line,  # noqa: F811
    engine: str,  # noqa: F811
    lost: int,
) -> None:
    wanted = page.times()[0]
    line.seen.clear()
    line.fault = lambda number, _method: "lost" if number == lost else None
    assert "Your appointment is" in page.send(act="take", slot=wanted).text
    assert booked_there(engine, slots[0]) == 1
    assert here(database) == [("booked", slots[0])]


def test_the_chat_was_faster_while_the_other_system_was_asked(
    database: Database,
    page: Page,
    slots: list[str],
    remote: RemoteDiary,  # noqa: F811
    client: FhirClient,  # noqa: F811
    line: Line,  # noqa: F811
    engine: str,  # noqa: F811
    service: Service,  # noqa: F811
) -> None:
    first, second = page.times()
    other = Page(page.browser, page.path)

    def chat(_number: int, method: str) -> None:
        if method == "PUT":
            line.heal()
            other.send(act="take", slot=second)

    line.fault = chat
    answer = page.send(act="take", slot=first)
    assert answer.status_code == 404
    assert "This link no longer works" in answer.text
    undo_orders(database, remote, client, later())
    assert states(engine, slots) == ["free", "busy"]
    assert here(database) == [("booked", slots[1])]
    assert "Your appointment is" in other.look().text


def test_opening_a_link_changes_nothing(
    database: Database,
    page: Page,
    slots: list[str],
    engine: str,  # noqa: F811
    line: Line,  # noqa: F811
) -> None:
    for _ in range(2):
        assert page.browser.get(page.path).status_code == 200
        assert page.browser.head(page.path).status_code == 200
    assert states(engine, slots) == ["free", "free"]
    assert here(database) == []
    assert set(line.methods()) == {"GET"}


def test_a_link_that_is_wrong_asks_nobody(
    page: Page,
    slots: list[str],
    line: Line,  # noqa: F811
) -> None:
    assert page.browser.get("/visit/made-up").status_code == 404
    assert line.seen == []


def test_the_page_of_this_process_is_connected(
    database: Database,
    page: Page,
    slots: list[str],
    service: Service,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(visit, "get_database", lambda: database)
    monkeypatch.setattr(visit, "services", lambda: {"berkshire": service})
    monkeypatch.setattr(visit, "settings", lambda: Settings.read({"FHIR_KEYS": str(tmp_path)}))
    visit.own_page.cache_clear()
    with TestClient(Starlette(routes=routes())) as browser:
        assert "Your appointment is" in Page(browser, page.path).take(0).text
    visit.own_page.cache_clear()
    assert here(database) == [("booked", slots[0])]


def test_a_service_that_is_not_set_up_here_is_away(
    database: Database,
    page: Page,
    slots: list[str],
    service: Service,  # noqa: F811
) -> None:
    wanted = page.times()[0]
    own = OwnPage(database, {"berkshire": service})
    with TestClient(Starlette(routes=routes(own))) as browser:
        unconnected = Page(browser, page.path)
        assert AWAY in unconnected.look().text
        assert unconnected.send(act="take", slot=wanted).status_code == 503
    assert here(database) == []
