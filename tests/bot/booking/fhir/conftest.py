"""The engine and its line, for the tests of this folder."""

from tests.fhir.fixtures import (  # noqa: F401
    add_remote,
    client,
    engine,
    line,
    packages,
    r4,
    remote,
    schedule,
    service,
)
