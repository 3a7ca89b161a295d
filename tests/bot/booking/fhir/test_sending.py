from __future__ import annotations

import base64
import json
from datetime import datetime
from pathlib import Path

import pytest

from bot.booking.fhir import sending
from bot.booking.fhir.client import FhirClient, Unreachable
from bot.booking.fhir.diary import RemoteDiary
from bot.booking.fhir.sending import ReferralSender, ReleaseSender
from bot.booking.fhir.systems import System, systems
from bot.knowledge.services import Service, services
from bot.outbox import queue
from bot.outbox.announce import REFERRAL, referral_sent
from bot.outbox.bookings import RELEASE, undo
from bot.outbox.worker import deliver_next
from bot.records.database import Database
from bot.records.erasure import erase_referral
from bot.records.models import Appointment, DiarySlot, OutboxMessage, Referral
from bot.settings import Settings
from tests.bot.booking.conftest import SendReferral, outbox
from tests.fhir.engine import Line
from tests.fhir.fixtures import of_engine
from tests.fhir.schema import R4

ANSWERS = {"about.name": "Robin Example", "phq-9.1": 2}


@pytest.fixture
def system(service: Service, client: FhirClient, database: Database) -> System:
    return System(client, RemoteDiary(service, client, database))


@pytest.fixture
def sender(service: Service, system: System, database: Database) -> ReferralSender:
    return ReferralSender(database, {"berkshire": service}, {"berkshire": system})


def sent(database: Database, service: Service, send_referral: SendReferral, now: datetime) -> str:
    referral_id = send_referral(answers=ANSWERS)
    with database.session() as session:
        referral_sent(session, session.get(Referral, referral_id), service, now)
    return referral_id


def reference_of(database: Database, referral_id: str) -> str:
    with database.reading() as session:
        return str(session.get(Referral, referral_id).reference)


def test_a_referral_arrives_as_a_valid_message(
    database: Database,
    service: Service,
    sender: ReferralSender,
    send_referral: SendReferral,
    line: Line,
    r4: R4,
    now: datetime,
) -> None:
    sent(database, service, send_referral, now)
    assert deliver_next(database, {REFERRAL: sender}, now)
    assert outbox(database)[0].state == "delivered"
    ((method, path, headers, bundle),) = line.seen
    assert (method, path) == ("POST", "/$process-message")
    assert r4.problems(bundle) == []
    target = json.loads(base64.b64decode(headers["nhsd-target-identifier"]))
    assert target["value"] == "2000072489"


def test_an_outage_delays_it_and_a_repetition_is_known_by_its_ids(
    database: Database,
    service: Service,
    sender: ReferralSender,
    send_referral: SendReferral,
    line: Line,
    now: datetime,
) -> None:
    sent(database, service, send_referral, now)
    line.always("down")
    deliver_next(database, {REFERRAL: sender}, now)
    (message,) = outbox(database)
    assert (message.state, message.problem) == ("waiting", "Unreachable")
    line.heal()
    assert deliver_next(database, {REFERRAL: sender}, message.claimed_until)
    assert outbox(database)[0].state == "delivered"
    assert len({headers["x-request-id"] for _, _, headers, _ in line.seen}) == 1
    assert len({json.dumps(body) for _, _, _, body in line.seen}) == 1


@pytest.mark.parametrize("lost", ["the first answer", "all of the first attempt's"])
def test_a_lost_answer_and_the_409_after_it_mean_that_it_has_arrived(
    database: Database,
    service: Service,
    sender: ReferralSender,
    send_referral: SendReferral,
    line: Line,
    engine: str,
    now: datetime,
    lost: str,
) -> None:
    referral_id = sent(database, service, send_referral, now)
    first_only = lost == "the first answer"
    line.fault = lambda number, _method: "lost" if number == 1 or not first_only else None
    assert deliver_next(database, {REFERRAL: sender}, now)
    (message,) = outbox(database)
    if not first_only:
        assert (message.state, message.problem) == ("waiting", "Unreachable")
        line.heal()
        assert deliver_next(database, {REFERRAL: sender}, message.claimed_until)
    assert outbox(database)[0].state == "delivered"
    query = f"ServiceRequest?identifier={reference_of(database, referral_id)}"
    assert len(of_engine(engine, query)["entry"]) == 1


@pytest.mark.parametrize("sent_again", [False, True])
def test_a_409_to_what_was_never_sent_before_is_a_refusal(
    database: Database,
    service: Service,
    sender: ReferralSender,
    send_referral: SendReferral,
    now: datetime,
    sent_again: bool,
) -> None:
    sent(database, service, send_referral, now)
    (message,) = outbox(database)
    sender(message.payload, message.key, now)  # so that its id is known there
    assert deliver_next(database, {REFERRAL: sender}, now)
    if sent_again:
        with database.session() as session:
            assert queue.resend(session, message.id, now)
        assert deliver_next(database, {REFERRAL: sender}, now)
    (message,) = outbox(database)
    assert (message.state, message.problem) == (
        "dead",
        "the booking system refuses it (status 409)",
    )


def test_what_is_refused_is_a_dead_letter(
    database: Database,
    service: Service,
    sender: ReferralSender,
    send_referral: SendReferral,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
) -> None:
    referral_id = sent(database, service, send_referral, now)

    def not_valid(*_: object) -> dict[str, object]:
        entry = {"resource": {"resourceType": "Patient", "surname": "x"}}
        return {"resourceType": "Bundle", "type": "message", "entry": [entry]}

    with monkeypatch.context() as wrong:
        wrong.setattr(sending, "referral_message", not_valid)
        assert deliver_next(database, {REFERRAL: sender}, now)
    (message,) = outbox(database)
    assert (message.state, message.attempts) == ("dead", 1)
    assert message.problem == "the booking system refuses it (status 400)"
    with database.session() as session:  # once what was wrong is mended
        assert session.get(Referral, referral_id).sent_at == now
        assert queue.resend(session, message.id, now)
    assert deliver_next(database, {REFERRAL: sender}, now)
    assert outbox(database)[0].state == "delivered"


def test_an_erased_referral_is_not_sent(sender: ReferralSender, line: Line, now: datetime) -> None:
    sender({"service": "berkshire", "referral": "0" * 32}, "k", now)
    assert line.seen == []


def test_a_booking_in_force_is_not_undone(
    database: Database, system: System, send_referral: SendReferral, line: Line, now: datetime
) -> None:
    referral_id = send_referral()
    slot = DiarySlot(
        service_id="berkshire", starts_at=now, ends_at=now, mode="video", remote_id="s"
    )
    with database.session() as session:
        session.add(slot)
        session.flush()
        session.add(
            Appointment(
                referral_id=referral_id,
                slot_id=slot.id,
                remote_id="key",
                booked_at=now,
                changed_at=now,
            )
        )
        undo(session, "berkshire", "s", "key", now)
    release = ReleaseSender(database, {"berkshire": system})
    assert deliver_next(database, {RELEASE: release}, now)
    assert outbox(database)[0].state == "delivered"
    assert line.seen == []


def test_an_erased_appointment_is_let_go_of_elsewhere_too(
    database: Database, send_referral: SendReferral, now: datetime
) -> None:
    referral_id = send_referral()
    with database.session() as session:
        slots = [
            DiarySlot(
                service_id="berkshire",
                starts_at=now.replace(year=year),
                ends_at=now.replace(year=year),
                mode="video",
                remote_id=f"s-{year}",
            )
            for year in (2025, 2027)
        ]
        session.add_all(slots)
        session.flush()
        for slot in slots:
            session.add(
                Appointment(
                    referral_id=referral_id,
                    slot_id=slot.id,
                    remote_id=f"key-{slot.remote_id}",
                    booked_at=now,
                    changed_at=now,
                )
            )
        session.flush()
        erase_referral(session, session.get(Referral, referral_id), by="person", now=now)
    (order,) = outbox(database)
    assert isinstance(order, OutboxMessage)
    assert order.payload == {"service": "berkshire", "slot": "s-2027", "key": "key-s-2027"}
    assert order.referral_id is None


def test_systems_are_made_for_the_services_that_have_one(
    database: Database, service: Service, tmp_path: Path
) -> None:
    current = Settings.read({"FHIR_KEYS": str(tmp_path)})
    made = systems(database, {**services(), "berkshire": service}, current)
    assert set(made) == {"berkshire"}
    made["berkshire"].client.close()


def test_an_unreachable_system_is_an_error_to_try_again(system: System, line: Line) -> None:
    line.always("down")
    with pytest.raises(Unreachable):
        system.diary.give_back("s", "key")
