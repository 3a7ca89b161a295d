from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bot.booking.fhir.client import FhirClient
from bot.booking.fhir.keys import KeyFault, signer, tls
from bot.knowledge.services import Service
from tests.fhir.certificates import make_certificate
from tests.fhir.fixtures import booking_at

BASE = "https://fhir.example"


@pytest.fixture
def service() -> Service:
    return booking_at(
        BASE, token=f"{BASE}/token", client_id="foyer", key_id="key-1", mutual_tls=True
    )


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder in which all is as it should be."""
    make_certificate(tmp_path, "berkshire")
    (tmp_path / "berkshire.pem").write_bytes((tmp_path / "berkshire.key").read_bytes())
    (tmp_path / "berkshire.ca.pem").write_bytes((tmp_path / "berkshire.crt").read_bytes())
    return tmp_path


def private(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, password: bytes = b"") -> bytes:
    secret = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, secret)


def public(path: Path) -> bytes:
    key = serialization.load_pem_private_key(path.read_bytes(), None).public_key()
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def write(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda keys: (keys / name).write_bytes(content) and None


def remove(name: str) -> Callable[[Path], None]:
    return lambda keys: (keys / name).unlink()


def folder(name: str) -> Callable[[Path], None]:
    def change(keys: Path) -> None:
        (keys / name).unlink()
        (keys / name).mkdir()

    return change


RSA = rsa.generate_private_key(65537, 2048)


def test_where_all_is_well_there_is_nothing_to_tell(service: Service, keys: Path) -> None:
    assert signer(service, keys) is not None
    tls(service, keys, mutual=True)
    assert signer(booking_at(BASE), keys) is None
    tls(booking_at(BASE), keys / "nothing here", mutual=False)


@pytest.mark.parametrize(
    ("change", "file", "mend"),
    [
        (remove("berkshire.pem"), "berkshire.pem is missing", "put the RSA key that signs"),
        (write("berkshire.pem", b"x"), "berkshire.pem can't be used", "put the RSA key"),
        (
            lambda keys: (keys / "berkshire.pem").write_bytes(public(keys / "berkshire.key")),
            "berkshire.pem can't be used",
            "put the RSA key",
        ),
        (
            write("berkshire.pem", private(ec.generate_private_key(ec.SECP256R1()))),
            "berkshire.pem can't be used",
            "put the RSA key",
        ),
        (
            write("berkshire.pem", private(RSA, b"secret")),
            "berkshire.pem can't be used",
            "without a password",
        ),
        (folder("berkshire.pem"), "berkshire.pem can't be read", "let the user"),
        (remove("berkshire.crt"), "berkshire.crt is missing", "mutual_tls: false"),
        (remove("berkshire.key"), "berkshire.key is missing", "mutual_tls: false"),
        (write("berkshire.crt", b"x"), "berkshire.crt can't be used", "goes with berkshire.key"),
        (write("berkshire.key", private(RSA)), "berkshire.crt can't be used", "goes with"),
        (
            write("berkshire.key", private(RSA, b"secret")),
            "berkshire.crt can't be used",
            "goes with",
        ),
        (write("berkshire.ca.pem", b"x"), "berkshire.ca.pem can't be used", "or remove it"),
    ],
)
def test_a_fault_is_one_line_with_the_service_the_file_and_the_mend(
    service: Service, keys: Path, change: Callable[[Path], None], file: str, mend: str
) -> None:
    change(keys)
    with pytest.raises(KeyFault) as fault:
        FhirClient(service, keys)
    line = str(fault.value)
    assert line.startswith(f"berkshire: {keys}/")
    assert file in line
    assert mend in line
    assert "\n" not in line
