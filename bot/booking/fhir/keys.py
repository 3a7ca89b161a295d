"""The key files of a booking system (setting FHIR_KEYS), tried out before they are needed."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from joserfc.errors import JoseError

from bot.booking.fhir.token import Tokens
from bot.knowledge.services import Service


class KeyFault(Exception):
    """A key file can't be used. The message is one line: the service, the file, the mend."""


def signer(service: Service, keys: Path) -> Tokens | None:
    """What gets access tokens for a service; None where it needs none. Raises KeyFault."""
    system = service.handover.fhir
    if system is None or system.token is None:
        return None
    key = keys / f"{service.id}.pem"
    tokens = Tokens(system, key)
    with _used(service, key, "put the RSA key that signs there, as PEM, without a password"):
        tokens.assertion(0)
    return tokens


def tls(service: Service, keys: Path, *, mutual: bool) -> ssl.SSLContext:
    """How the other side is known and, with mutual TLS, how we are. Raises KeyFault."""
    authority = keys / f"{service.id}.ca.pem"
    certificate, key = keys / f"{service.id}.crt", keys / f"{service.id}.key"
    with _used(service, authority, "put the authority's certificate there, as PEM, or remove it"):
        there = str(authority) if authority.exists() else None
        context = ssl.create_default_context(cafile=there)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if mutual:
        for path, what in ((certificate, "certificate"), (key, "private key")):
            mend = f"put our {what} for mutual TLS there, as PEM, or set `mutual_tls: false`"
            with _used(service, path, mend):
                path.read_bytes()
        with _used(service, certificate, f"put one there, as PEM, that goes with {key.name}"):
            context.load_cert_chain(certificate, key, password="")  # never asked for at a terminal
    return context


@contextmanager
def _used(service: Service, path: Path, mend: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise KeyFault(f"{service.id}: {path} is missing: {mend}") from None
    except (ssl.SSLError, JoseError, ValueError, TypeError):
        raise KeyFault(f"{service.id}: {path} can't be used: {mend}") from None
    except OSError as error:
        mend = "let the user that Foyer runs as read it"
        raise KeyFault(f"{service.id}: {path} can't be read ({error.strerror}): {mend}") from None
