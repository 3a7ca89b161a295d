"""Encrypts what is personal before it reaches the database, with keys that can be rotated.

Text is encrypted with Fernet (AES-128-CBC with HMAC-SHA-256) under the newest key and read
with any key still listed. A fingerprint is a keyed hash by which a value that must be found
again (a resume code) is looked up without being readable.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.settings import settings


class DecryptionError(Exception):
    """A stored value can't be read with any of the configured keys."""


class Cipher:
    """Encrypts with the first of its keys, decrypts with any."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Args:
            keys: Fernet keys (32 bytes, URL-safe base64), newest first, at least one.

        Raises:
            ValueError: no key, or one that is not a Fernet key.
        """
        if not keys:
            raise ValueError("no encryption key")
        self._fernet = MultiFernet([Fernet(key.encode()) for key in keys])
        self._keys = [base64.urlsafe_b64decode(key) for key in keys]
        self._fingerprint_keys = self.derived("foyer fingerprint")

    def encrypt(self, text: str) -> str:
        """The text as it is stored, under the newest key."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """Raises DecryptionError when no key fits."""
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken:
            raise DecryptionError(
                "a stored value can't be decrypted: add the key it was written with "
                "to FOYER_ENCRYPTION_KEYS"
            ) from None

    def rotate(self, token: str) -> str:
        """The same text under the newest key. Raises DecryptionError when no key fits."""
        try:
            return self._fernet.rotate(token.encode()).decode()
        except InvalidToken:
            raise DecryptionError("a stored value can't be decrypted with the given keys") from None

    def derived(self, purpose: str) -> list[bytes]:
        """Keys for another purpose, each made from one of these, newest first."""
        return [hashlib.sha256(purpose.encode() + key).digest() for key in self._keys]

    def fingerprint(self, value: str) -> str:
        """The keyed hash to store for `value` (64 hex digits)."""
        return self.fingerprints(value)[0]

    def fingerprints(self, value: str) -> list[str]:
        """The keyed hashes to look `value` up by, one a key, newest first."""
        return [
            hmac.new(key, value.encode(), hashlib.sha256).hexdigest()
            for key in self._fingerprint_keys
        ]


def development_key(path: Path) -> str:
    """The development key, made on first use in a file only its owner can read."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w") as file:
            file.write(Fernet.generate_key().decode())
        try:
            os.link(draft, path)  # whoever comes first wins; the others use that key
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    return path.read_text().strip()


@lru_cache(maxsize=1)
def cipher() -> Cipher:
    """The cipher of this process, by its settings."""
    current = settings()
    return Cipher(current.encryption_keys or [development_key(current.development_key_path)])
