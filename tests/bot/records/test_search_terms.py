from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import delete, false, or_, select

from bot.crisis.flagging import FlagDraft
from bot.records import encryption as encryption_module
from bot.records import referrals, search_terms
from bot.records.encryption import Cipher
from bot.records.flags import keep_flag
from bot.records.models import SearchTerm
from bot.records.rotation import rotate

ANSWERS = {
    "about.name": "Zoë O'Neill-Brown",
    "about.preferred_name": "Zed",
    "about.phone": "+447700900123",
    "about.date_of_birth": "1981-05-03",
    "about.nhs_number": "9434765919",
}


def send(session, now, answers=ANSWERS, conversation_id: str = "c"):
    referral = referrals.begin(session, conversation_id, "berkshire", now)
    for question_id, value in answers.items():
        referrals.set_answer(
            session, referral, question_id, value, said=None, message_id=None, now=now
        )
    referrals.send(session, referral, now)
    return referral


def flag(session, now):
    draft = FlagDraft("alert", "suicidal", (), "end it", "I want to end it", "match")
    return keep_flag(
        session, draft, conversation_id="c", message_id="m", service_id="berkshire", now=now
    )


def found(session, kind: str, text: str, *, draft: bool = False) -> set[str]:
    wanted = or_(false(), *search_terms.having(kind, text, draft=draft))
    return set(session.execute(select(SearchTerm.referral_id).where(wanted)).scalars())


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("name", "zoe"),
        ("name", "Brown"),
        ("name", "ONEILL"),
        ("name", "o’neill zoë"),
        ("name", "zed"),
        ("name", "brown Zed o'neill"),
        ("phone", "07700 900123"),
        ("phone", "+44 7700 900 123"),
        ("phone", "0044 7700900123"),
        ("born", "1981-05-03"),
        ("nhs", "943 476 5919"),
    ],
)
def test_a_referral_is_found_by(database, now, kind: str, text: str) -> None:
    with database.session() as session:
        referral = send(session, now)
        assert found(session, kind, text) == {referral.id}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("name", "zoe smith"),
        ("name", "zoe brown smith"),
        ("name", "zo"),
        ("name", "--"),
        ("phone", "9434765919"),
        ("nhs", "x"),
    ],
)
def test_a_referral_is_not_found_by(database, now, kind: str, text: str) -> None:
    with database.session() as session:
        send(session, now)
        assert found(session, kind, text) == set()


def test_the_table_says_nothing(database, now) -> None:
    with database.session() as session:
        send(session, now)
        rows = session.execute(select(SearchTerm.fingerprint)).scalars().all()
    assert len(rows) == len(set(rows)) == 13  # four parts of names, each two of them, one each
    assert all(len(row) == 64 for row in rows)


def test_a_changed_answer_is_found_by_its_new_value(database, now) -> None:
    with database.session() as session:
        referral = send(session, now)
        referrals.set_answer(
            session,
            referral,
            "about.phone",
            "+447700900999",
            said=None,
            message_id=None,
            now=now,
        )
        assert found(session, "phone", "07700900999") == {referral.id}
        assert found(session, "phone", "07700900123") == set()


def test_a_draft_is_not_found(database, now) -> None:
    with database.session() as session:
        referral = referrals.begin(session, "c", "berkshire", now)
        referrals.set_answer(
            session, referral, "about.name", "Jo", said=None, message_id=None, now=now
        )
        assert found(session, "name", "jo") == found(session, "name", "jo", draft=True) == set()


@pytest.mark.parametrize("first", ["answer", "flag"])
def test_the_draft_of_someone_flagged_is_found_until_it_is_sent(database, now, first: str) -> None:
    with database.session() as session:
        referral = referrals.begin(session, "c", None, now)

        def answer(value: str) -> None:
            referrals.set_answer(
                session, referral, "about.name", value, said=None, message_id=None, now=now
            )

        if first == "answer":
            answer("Jo")
        flag(session, now)
        if first == "flag":
            answer("Al")
            answer("Jo")
        assert found(session, "name", "jo", draft=True) == {referral.id}
        assert found(session, "name", "al", draft=True) == found(session, "name", "jo") == set()
        referrals.send(session, referral, now)
        assert found(session, "name", "jo") == {referral.id}
        assert found(session, "name", "jo", draft=True) == set()


def test_a_draft_that_is_taken_into_a_flagged_conversation_is_found(database, now) -> None:
    with database.session() as session:
        referral = referrals.begin(session, "old", "berkshire", now)
        referrals.set_answer(
            session, referral, "about.name", "Jo", said=None, message_id=None, now=now
        )
        flag(session, now)
        referrals.move(session, referral, "c", now)
        assert found(session, "name", "jo", draft=True) == {referral.id}


def test_people_alike_share_kinds(database, now) -> None:
    with database.session() as session:
        first = send(session, now)
        second = send(
            session,
            now,
            {"about.name": "Zoe Smith", "about.date_of_birth": "1981-05-03"},
            conversation_id="d",
        )
        assert search_terms.alike(session, second.id, 2) == {first.id: {"name", "born"}}
        assert search_terms.alike(session, second.id, 3) == {}


def test_a_name_alone_makes_nobody_alike(database, now) -> None:
    with database.session() as session:
        first = send(session, now)
        send(session, now, {"about.name": "Zoë O'Neill-Brown"}, conversation_id="d")
        assert search_terms.alike(session, first.id, 2) == {}


def test_hashes_that_are_missing_are_made(database, now) -> None:
    with database.session() as session:
        referral = send(session, now)
        send(session, now, conversation_id="d")
        session.execute(delete(SearchTerm).where(SearchTerm.referral_id == referral.id))
    assert search_terms.reindex(database, missing=True) == 1
    with database.reading() as session:
        assert len(found(session, "name", "zoe")) == 2


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The keys in force, newest first; change the list to change them."""
    keys = [Fernet.generate_key().decode()]
    monkeypatch.setattr(search_terms, "cipher", lambda: Cipher(keys))
    for module in ("columns", "rotation"):
        monkeypatch.setattr(f"bot.records.{module}.cipher", lambda: Cipher(keys))
    encryption_module.cipher.cache_clear()
    yield keys
    encryption_module.cipher.cache_clear()


def test_search_outlives_a_change_of_keys(database, now, keys: list[str]) -> None:
    with database.session() as session:
        referral_id = send(session, now, conversation_id="sent").id
        flag(session, now)
        draft = referrals.begin(session, "c", "berkshire", now)
        referrals.set_answer(
            session, draft, "about.name", "Zoe", said=None, message_id=None, now=now
        )
    keys.insert(0, Fernet.generate_key().decode())
    with database.reading() as session:
        assert found(session, "name", "zoe") == {referral_id}
    rotate(database)
    del keys[1]
    with database.reading() as session:
        assert found(session, "name", "zoe") == {referral_id}
        assert found(session, "name", "zoe", draft=True) == {draft.id}
