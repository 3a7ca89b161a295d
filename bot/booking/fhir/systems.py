"""The booking systems of this process's services: made once, so that each keeps its breaker."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.booking.fhir.client import FhirClient
from bot.booking.fhir.diary import RemoteDiary
from bot.booking.fhir.keys import KeyFault
from bot.knowledge.services import Service
from bot.records.database import Database
from bot.settings import Settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class System:
    """One service's system."""

    client: FhirClient
    diary: RemoteDiary


def systems(
    database: Database, services: Mapping[str, Service], current: Settings
) -> dict[str, System]:
    """The system of each service that has one, by the service's id.

    One whose keys can't be used is left out, and the log says so: to its people its diary is out
    of reach, and all else goes on.
    """
    made = {}
    for service in _with_system(services):
        try:
            client = FhirClient(service, current.fhir_keys)
        except KeyFault as fault:
            logger.error("%s, and start again. Nobody can book there until then.", fault)
            continue
        made[service.id] = System(client, RemoteDiary(service, client, database))
    return made


def faults(services: Mapping[str, Service], current: Settings) -> Iterator[str]:
    """What is wrong with the keys of booking systems: a line for each service, with the mend."""
    for service in _with_system(services):
        try:
            FhirClient(service, current.fhir_keys).close()
        except KeyFault as fault:
            yield str(fault)


def diaries(
    database: Database, services: Mapping[str, Service], current: Settings
) -> dict[str, RemoteDiary]:
    """Only their diaries."""
    return {name: each.diary for name, each in systems(database, services, current).items()}


def _with_system(services: Mapping[str, Service]) -> Iterator[Service]:
    return (each for each in services.values() if each.handover.fhir is not None)
