"""The booking systems of this process's services: made once, so that each keeps its breaker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.booking.fhir.client import FhirClient
from bot.booking.fhir.diary import RemoteDiary
from bot.knowledge.services import Service
from bot.records.database import Database
from bot.settings import Settings


@dataclass(frozen=True)
class System:
    """One service's system."""

    client: FhirClient
    diary: RemoteDiary


def systems(
    database: Database, services: Mapping[str, Service], current: Settings
) -> dict[str, System]:
    """The system of each service that has one, by the service's id.

    Raises:
        OSError: a key that its file asks for isn't in FHIR_KEYS.
    """
    made = {}
    for service in services.values():
        if service.handover.fhir is not None:
            client = FhirClient(service, current.fhir_keys)
            made[service.id] = System(client, RemoteDiary(service, client, database))
    return made


def diaries(
    database: Database, services: Mapping[str, Service], current: Settings
) -> dict[str, RemoteDiary]:
    """Only their diaries. Raises as `systems` does."""
    return {name: each.diary for name, each in systems(database, services, current).items()}
