from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.booking import waiting
from bot.booking.links import visit_link
from bot.booking.own_page import OwnPage
from bot.booking.visit import Visit
from bot.knowledge.services import services
from bot.records import referrals
from bot.records.database import Database
from bot.records.models import DiarySlot, Referral
from web.visit import routes


@pytest.fixture
def client(database: Database) -> TestClient:
    return TestClient(Starlette(routes=routes(OwnPage(database, services()))))


@pytest.fixture
def soon() -> datetime:
    """Days ahead of the real clock, which the page goes by; an hour that is a working one."""
    ahead = datetime.now(timezone.utc) + timedelta(days=4)
    return ahead.replace(hour=10, minute=0, second=0, microsecond=0)


def path(database: Database, service_id: str = "berkshire") -> str:
    now = datetime.now(timezone.utc)
    with database.session() as session:
        referral = referrals.begin(session, service_id, service_id, now)
        referrals.set_answer(
            session, referral, "place.service", service_id, said=None, message_id=None, now=now
        )
        referrals.send(session, referral, now)
        visit = Visit(session, referral, services()[service_id], now)
        return "/visit/" + visit_link(visit).rpartition("/")[2]


def add_slot(database: Database, starts: datetime) -> str:
    slot = DiarySlot(
        service_id="berkshire",
        starts_at=starts,
        ends_at=starts + timedelta(minutes=45),
        mode="video",
    )
    with database.session() as session:
        session.add(slot)
    return str(slot.id)


@pytest.fixture(autouse=True)
def no_bank_holidays(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page goes by the real clock, so a test must hold on any day of the year."""
    from bot.booking import rules

    monkeypatch.setattr(rules, "is_bank_holiday", lambda _day: False)


def test_booking_and_cancelling(client: TestClient, database: Database, soon: datetime) -> None:
    slot, here = add_slot(database, soon), path(database)
    assert f'value="{slot}"' in client.get(here).text
    booked = client.post(here, data={"act": "take", "slot": slot})
    assert booked.history[0].status_code == 303
    assert "Your appointment is" in booked.text
    now_here = booked.url.path
    file = client.get(f"{now_here}/appointment.ics")
    assert file.headers["content-type"].startswith("text/calendar")
    assert "METHOD:PUBLISH" in file.text
    cancelled = client.post(now_here, data={"act": "cancel"})
    assert "Your appointment is cancelled" in cancelled.text
    assert "Take it out of your calendar" in cancelled.text
    assert "METHOD:CANCEL" in client.get(f"{cancelled.url.path}/appointment.ics").text


def test_coming_off_the_waiting_list(client: TestClient, database: Database) -> None:
    here = path(database)
    assert "waiting list" not in client.get(here).text
    with database.session() as session:
        referral = session.execute(select(Referral)).scalar_one()
        visit = Visit(session, referral, services()["berkshire"], datetime.now(timezone.utc))
        waiting.join(visit, ("email",))
    assert "Take me off the waiting list" in client.get(here).text
    off = client.post(here, data={"act": "stop"})
    assert off.history[0].status_code == 303
    assert "waiting list" not in off.text


def test_an_old_link_says_so_and_changes_nothing(
    client: TestClient, database: Database, soon: datetime
) -> None:
    first, second = add_slot(database, soon), add_slot(database, soon + timedelta(hours=1))
    old = path(database)
    new = client.post(old, data={"act": "take", "slot": first}).url.path
    for answer in (
        client.get(old),
        client.post(old, data={"act": "take", "slot": second}),
        client.post(old, data={"act": "cancel"}),
    ):
        assert answer.status_code == 404
        assert "This link no longer works" in answer.text
        assert "116 123" in answer.text
    assert "Your appointment is" in client.get(new).text
    with database.reading() as session:
        slots = session.execute(select(DiarySlot).order_by(DiarySlot.starts_at)).scalars()
        assert [slot.state for slot in slots] == ["booked", "free"]


def test_opening_a_link_changes_nothing(
    client: TestClient, database: Database, soon: datetime
) -> None:
    add_slot(database, soon)
    here = path(database)
    for _ in range(2):
        assert client.get(here).status_code == 200
        assert client.head(here).status_code == 200
    with database.reading() as session:
        assert session.execute(select(DiarySlot.state)).scalar_one() == "free"


def test_a_time_that_is_gone_is_told_kindly(
    client: TestClient, database: Database, soon: datetime
) -> None:
    add_slot(database, soon)
    answer = client.post(path(database), data={"act": "take", "slot": "0" * 32})
    assert answer.status_code == 409
    assert "Someone else has just taken that time" in answer.text
    assert "116 123" in answer.text


@pytest.mark.parametrize("rest", ["", "/appointment.ics", "/my-summary.pdf", "/my-summary.txt"])
def test_a_wrong_link_says_so_and_how_to_get_help(client: TestClient, rest: str) -> None:
    answer = client.get(f"/visit/made-up{rest}")
    assert answer.status_code == 404
    assert "no longer works" in answer.text
    assert "116 123" in answer.text
    assert client.post("/visit/made-up", data={"act": "cancel"}).status_code == 404


def test_the_summary_as_pdf_and_as_text(client: TestClient, database: Database) -> None:
    here = path(database, "xyla")
    assert "my-summary.pdf" in client.get(here).text
    pdf = client.get(f"{here}/my-summary.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    text = client.get(f"{here}/my-summary.txt")
    assert text.headers["content-disposition"] == 'attachment; filename="my-summary.txt"'
    assert "My wellbeing pre-screen" in text.text


def test_nobody_keeps_or_finds_the_page(client: TestClient, database: Database) -> None:
    headers = client.get(path(database)).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex"
    assert "form-action 'self'" in headers["content-security-policy"]


def test_no_script_runs_on_the_page(client: TestClient, database: Database) -> None:
    for page in (client.get(path(database)), client.get("/visit/made-up")):
        assert "<script" not in page.text
        assert "script-src" not in page.headers["content-security-policy"]
        assert 'id="foyer"' not in page.text, "there is no chat that could fail to open"


def test_a_flood_is_slowed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.visit._A_MINUTE", 3)
    client = TestClient(Starlette(routes=routes(OwnPage(database, services()))))
    here, page = path(database), {"accept": "text/html"}
    answers = [client.get(here, headers=page) for _ in range(5)]
    assert [each.status_code for each in answers] == [200] * 3 + [429] * 2
    assert "wait a moment" in answers[-1].text
    assert "111" in answers[-1].text
    assert int(answers[-1].headers["retry-after"]) >= 1
