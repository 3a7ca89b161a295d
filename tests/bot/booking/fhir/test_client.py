from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest

from bot.booking.fhir import client as module
from bot.booking.fhir.breaker import Breaker
from bot.booking.fhir.client import Conflict, FhirClient, Rejected, Unreachable
from bot.knowledge.services import Service, services
from bot.settings import Settings
from tests.fhir.certificates import make_certificate
from tests.fhir.engine import Line
from tests.fhir.fixtures import AddRemote, booking_at, of_engine

TIMES = {
    name: getattr(module, name)
    for name in ("ANSWER_SECONDS", "PATIENCE_SECONDS", "LONGEST_WAIT_SECONDS")
}


def test_a_stale_version_is_a_conflict_and_changes_nothing(
    client: FhirClient, add_remote: AddRemote, engine: str, now: datetime
) -> None:
    slot = client.read("Slot", add_remote(now))
    client.update({**slot.resource, "status": "busy"}, slot.etag)
    with pytest.raises(Conflict, match="412"):
        client.update({**slot.resource, "status": "entered-in-error"}, slot.etag)
    assert of_engine(engine, f"Slot/{slot.resource['id']}")["status"] == "busy"


def test_creating_twice_makes_one(client: FhirClient, schedule: str) -> None:
    patient = {
        "resourceType": "Patient",
        "identifier": [{"system": "https://foyer.invalid/referral", "value": schedule}],
    }
    unless = f"identifier=https://foyer.invalid/referral|{schedule}"
    assert (
        client.create(patient, unless).resource["id"]
        == client.create(patient, unless).resource["id"]
    )


@pytest.mark.parametrize("fault", ["down", "slow", "lost"])
def test_a_fault_that_passes_is_not_seen(
    client: FhirClient,
    line: Line,
    add_remote: AddRemote,
    now: datetime,
    fault: str,
) -> None:
    line.slow_seconds = 0.1
    slot = add_remote(now)
    line.fault = lambda number, _method: fault if number <= 2 else None
    assert client.read("Slot", slot).resource["id"] == slot
    assert len(line.seen) == module.ATTEMPTS


@pytest.mark.parametrize("fault", ["down", "slow", "garbage", "wrong"])
def test_a_fault_that_stays_is_unreachable_and_says_nothing_personal(
    client: FhirClient,
    line: Line,
    add_remote: AddRemote,
    now: datetime,
    fault: str,
) -> None:
    line.slow_seconds = 0.1
    slot = add_remote(now)
    line.always(fault)
    with pytest.raises(Unreachable) as error:
        client.read("Slot", slot)
    assert slot not in str(error.value)


@pytest.mark.parametrize("fault", ["slow", "endless"])
def test_nobody_waits_for_ever(
    line: Line, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    for name, seconds in TIMES.items():  # the real ones
        monkeypatch.setattr(module, name, seconds)
    client = FhirClient(service, tmp_path)
    chat_waits = Settings.read({}).chat_answer_seconds
    line.slow_seconds = 2 * chat_waits
    line.always(fault)
    began = monotonic()
    with pytest.raises(Unreachable, match="Timeout"):
        client.read("Slot", "x")
    assert monotonic() - began < chat_waits
    client.close()


def test_attempts_end_before_whoever_waits_does() -> None:
    longest = TIMES["PATIENCE_SECONDS"] + TIMES["LONGEST_WAIT_SECONDS"] + TIMES["ANSWER_SECONDS"]
    assert longest <= Settings.read({}).chat_answer_seconds


@pytest.mark.parametrize(("fault", "requests"), [("down", 2 * module.ATTEMPTS), ("garbage", 2)])
def test_a_system_that_stays_away_is_left_alone_for_a_while(
    line: Line, service: Service, tmp_path: Path, fault: str, requests: int
) -> None:
    client = FhirClient(service, tmp_path, Breaker(failures=2))
    line.always(fault)
    for _ in range(5):
        with pytest.raises(Unreachable):
            client.read("Slot", "x")
    assert len(line.seen) == requests
    client.close()


def test_waiting_before_another_attempt_differs_each_time(
    client: FhirClient, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST_WAIT_SECONDS", TIMES["LONGEST_WAIT_SECONDS"])
    pauses: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", pauses.append)
    line.always("down")
    for _ in range(3):
        with pytest.raises(Unreachable):
            client.read("Slot", "x")
    assert len(set(pauses)) == len(pauses) == 3 * (module.ATTEMPTS - 1)
    assert 0 <= min(pauses) <= max(pauses) <= TIMES["LONGEST_WAIT_SECONDS"]


@pytest.mark.parametrize("kind", ["Slot", "Nothing"])
def test_what_will_never_work_is_not_tried_again(client: FhirClient, line: Line, kind: str) -> None:
    with pytest.raises(Rejected):
        client.read(kind, "no-such-id")
    assert len(line.seen) == 1


def test_what_is_not_valid_is_rejected_by_the_engine(client: FhirClient) -> None:
    with pytest.raises(Rejected, match="400"):
        client.create({"resourceType": "Appointment", "status": "sure"}, "identifier=x|y")


def test_every_request_has_ids_of_its_own(
    client: FhirClient, line: Line, add_remote: AddRemote, now: datetime
) -> None:
    slot = add_remote(now)
    client.read("Slot", slot)
    client.read("Slot", slot)
    first, second = (headers for _, _, headers, _ in line.seen)
    assert first["accept"] == "application/fhir+json"
    assert first["x-request-id"] != second["x-request-id"]


def test_a_page_elsewhere_is_not_fetched(client: FhirClient, line: Line) -> None:
    port = int(line.url.rpartition(":")[2])
    for url in (
        "http://169.254.169.254/latest",
        f"https://127.0.0.1:{port}/Slot",
        f"http://127.0.0.1:{port + 1}/Slot",
        "http://[",
    ):
        with pytest.raises(Unreachable, match="a page"):
            client.page(url)
    assert line.seen == []


def test_the_next_page_may_be_named_in_short(
    client: FhirClient, line: Line, schedule: str, add_remote: AddRemote, now: datetime
) -> None:
    slot = add_remote(now)
    found = client.page(f"Slot?schedule=Schedule/{schedule}")
    assert [entry["resource"]["id"] for entry in found["entry"]] == [slot]


def test_a_service_without_a_system_has_no_client(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lewisham"):
        FhirClient(services()["lewisham"], tmp_path)


@pytest.fixture
def mutual(tmp_path: Path) -> Iterator[str]:
    """A server that asks for a certificate of whoever calls, in the same folder as the keys."""
    for name in ("berkshire", "server"):
        make_certificate(tmp_path, name)
    (tmp_path / "berkshire.ca.pem").write_bytes((tmp_path / "server.crt").read_bytes())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"resourceType": "Slot", "id": "x"}')

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    context.load_verify_locations(tmp_path / "berkshire.crt")
    context.verify_mode = ssl.CERT_REQUIRED
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_mutual_tls_shows_our_certificate(
    mutual: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST_WAIT_SECONDS", 0.02)
    with_it = FhirClient(booking_at(mutual, mutual_tls=True), tmp_path)
    assert with_it.read("Slot", "x").resource["id"] == "x"
    with_it.close()
    without = FhirClient(booking_at(mutual), tmp_path)
    with pytest.raises(Unreachable):
        without.read("Slot", "x")
    without.close()


def test_a_server_that_cannot_be_known_is_not_told_anything(
    mutual: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST_WAIT_SECONDS", 0.02)
    (tmp_path / "berkshire.ca.pem").unlink()
    client = FhirClient(booking_at(mutual, mutual_tls=True), tmp_path)
    with pytest.raises(Unreachable, match="ConnectError"):
        client.read("Slot", "x")
    client.close()
