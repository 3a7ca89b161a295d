from __future__ import annotations

import stat

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from bot.records.encryption import Cipher, DecryptionError, development_key
from bot.records.models import Conversation, Flag

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_text_comes_back() -> None:
    cipher = Cipher([NEW])
    token = cipher.encrypt("Zoë, 3 Rue d’Été")
    assert "Zo" not in token
    assert cipher.decrypt(token) == "Zoë, 3 Rue d’Été"


def test_keys_rotate() -> None:
    token = Cipher([OLD]).encrypt("words")
    both = Cipher([NEW, OLD])
    assert both.decrypt(token) == "words"
    assert Cipher([NEW]).decrypt(both.rotate(token)) == "words"
    assert both.encrypt("words") != token


def test_an_unknown_key_is_said_with_its_mend() -> None:
    with pytest.raises(DecryptionError, match="FOYER_ENCRYPTION_KEYS"):
        Cipher([NEW]).decrypt(Cipher([OLD]).encrypt("words"))


def test_no_key_is_refused() -> None:
    with pytest.raises(ValueError, match="no encryption key"):
        Cipher([])


def test_fingerprints_find_what_an_older_key_wrote() -> None:
    written = Cipher([OLD]).fingerprint("4K7M-2QXD-9RTA")
    assert written in Cipher([NEW, OLD]).fingerprints("4K7M-2QXD-9RTA")
    assert written not in Cipher([NEW]).fingerprints("4K7M-2QXD-9RTA")
    assert written != Cipher([OLD]).fingerprint("4K7M-2QXD-9RTB")


def test_the_development_key_is_made_once_and_private(tmp_path) -> None:
    path = tmp_path / "var" / "development.key"
    key = development_key(path)
    Cipher([key])
    assert development_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_nothing_personal_is_readable_in_the_database(database, now) -> None:
    with database.session() as session:
        session.add(
            Conversation(
                id="c", started_at=now, last_message_at=now, state={"slots": {"x": "Marigold"}}
            )
        )
        session.add(
            Flag(
                conversation_id="c",
                message_id="m",
                source="message",
                tier="alert",
                category="suicide",
                qualifiers=[],
                layer="match",
                words="Marigold",
                text="Marigold wrote this",
                at=now,
            )
        )
    with database.reading() as session:
        raw = session.execute(text("SELECT words, text FROM flags")).one()
        state = session.execute(text("SELECT state FROM conversations")).scalar_one()
        assert "Marigold" not in "".join([*raw, state])
        assert session.get(Conversation, "c").state == {"slots": {"x": "Marigold"}}
