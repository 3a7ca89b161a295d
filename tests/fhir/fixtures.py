"""Fixtures: the engine, a line to it for each test, and a service that books there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.booking.fhir import client as client_module
from bot.booking.fhir.breaker import Breaker
from bot.booking.fhir.client import FhirClient
from bot.booking.fhir.diary import RemoteDiary
from bot.booking.fhir.sending import ReleaseSender
from bot.booking.fhir.systems import System
from bot.knowledge.services import Fhir, Service, services
from bot.outbox.bookings import RELEASE
from bot.outbox.worker import deliver_next
from bot.records.database import Database
from tests.fhir.engine import Line, installed, line_to, running
from tests.fhir.schema import R4
from tests.missing import missing

AddRemote = Callable[..., str]


@pytest.fixture(scope="session")
def packages() -> Path:
    """The engine's packages."""
    found = installed()
    if found is None:
        missing("booking by FHIR, and its bodies against the R4 schema", "nodejs and npm")
    return found


@pytest.fixture(scope="session")
def r4(packages: Path) -> R4:
    return R4(packages)


@pytest.fixture(scope="session")
def engine(packages: Path) -> Iterator[str]:
    with running(packages) as url:
        yield url


@pytest.fixture
def line(engine: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A line to the engine. Waiting is short, as the line's answers are."""
    monkeypatch.setattr(client_module, "ANSWER_SECONDS", 5.0)
    monkeypatch.setattr(client_module, "PATIENCE_SECONDS", 20.0)
    monkeypatch.setattr(client_module, "LONGEST_WAIT_SECONDS", 0.02)
    with line_to(engine) as made:
        yield made


def booking_at(url: str, **fields: Any) -> Service:
    """Berkshire, if another system kept its diary."""
    system = Fhir(base=url, organisation="Berkshire", target="2000072489", **fields)
    berkshire = services()["berkshire"]
    return berkshire.copy(update={"handover": berkshire.handover.copy(update={"fhir": system})})


@pytest.fixture
def schedule(engine: str) -> str:
    """A schedule of this test's own."""
    body = {"resourceType": "Schedule", "actor": [{"display": "Berkshire"}]}
    made = httpx.post(f"{engine}/Schedule", json=body, trust_env=False)
    return str(made.json()["id"])


@pytest.fixture
def add_remote(engine: str, schedule: str) -> AddRemote:
    """Puts a slot in the engine's diary; gives its id."""

    def add(starts_at: datetime, **fields: Any) -> str:
        slot = {
            "resourceType": "Slot",
            "schedule": {"reference": f"Schedule/{schedule}"},
            "status": "free",
            **between(starts_at),
            **fields,
        }
        made = httpx.post(f"{engine}/Slot", json=slot, trust_env=False)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    return add


def between(starts_at: datetime) -> dict[str, str]:
    """The start and the end of a slot that begins then."""
    ends_at = starts_at + timedelta(minutes=45)
    return {"start": starts_at.isoformat(), "end": ends_at.isoformat()}


@pytest.fixture
def service(line: Line, schedule: str) -> Service:
    return booking_at(line.url, schedule=schedule)


@pytest.fixture
def remote(service: Service, client: FhirClient, database: Database) -> RemoteDiary:
    """The service's diary there."""
    return RemoteDiary(service, client, database)


@pytest.fixture
def client(service: Service, tmp_path: Path) -> Iterator[FhirClient]:
    made = FhirClient(service, tmp_path, Breaker(failures=50))
    yield made
    made.close()


def of_engine(engine: str, path: str) -> dict[str, Any]:
    """What the engine has."""
    found: dict[str, Any] = httpx.get(f"{engine}/{path}", trust_env=False).json()
    return found


def change(engine: str, path: str, **fields: Any) -> None:
    """What the other system's own people do to something there."""
    changed = httpx.put(
        f"{engine}/{path}", json={**of_engine(engine, path), **fields}, trust_env=False
    )
    assert changed.status_code == 200, changed.text


def change_remote(engine: str, slot_id: str, **fields: Any) -> None:
    """The same, to a slot."""
    change(engine, f"Slot/{slot_id}", **fields)


def states(engine: str, slots: Iterable[str]) -> list[str]:
    """The states of slots there."""
    return [of_engine(engine, f"Slot/{slot}")["status"] for slot in slots]


def undo_orders(database: Database, remote: RemoteDiary, fhir: FhirClient, at: datetime) -> None:
    """What the outbox does at a moment: only the orders to undo a booking."""
    release = ReleaseSender(database, {"berkshire": System(fhir, remote)})
    while deliver_next(database, {RELEASE: release}, at):
        pass
