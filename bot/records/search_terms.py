"""Finds referrals by what is encrypted in them, through keyed hashes.

Each sent referral has a hash for every part of the name, the phone number, the date of birth
and the NHS number. The hashes are made with the encryption keys, so the table says nothing to
someone who has only the database. A name is found by its whole parts, in any order, without
regard to case and accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.records.database import Database
from bot.records.encryption import cipher
from bot.records.models import Answer, Referral, SearchTerm

KIND_OF = {
    "about.name": "name",
    "about.preferred_name": "name",
    "about.phone": "phone",
    "about.date_of_birth": "born",
    "about.nhs_number": "nhs",
}
_ROWS_AT_ONCE = 500

_terms: Any = SearchTerm
_answers: Any = Answer
_referrals: Any = Referral


def terms(answers: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What a referral can be found by, as (kind, plain value), from its answers."""
    return {
        (kind, value)
        for question_id, kind in KIND_OF.items()
        if answers.get(question_id)
        for value in _values(kind, str(answers[question_id]))
    }


def index(session: Session, referral: Referral) -> None:
    """Makes the hashes of a sent referral anew, under the newest key."""
    found = session.execute(
        select(_answers.question_id, _answers.value).where(
            _answers.referral_id == referral.id,
            _answers.question_id.in_(KIND_OF),
            _answers.replaced_at.is_(None),
        )
    )
    session.execute(delete(SearchTerm).where(_terms.referral_id == referral.id))
    session.add_all(
        SearchTerm(referral_id=referral.id, kind=kind, fingerprint=_hash(kind, value))
        for kind, value in sorted(terms(dict(found.all())))
    )
    session.flush()


def reindex(database: Database) -> int:
    """Makes the hashes of every sent referral anew; gives how many referrals there were."""
    count, after = 0, ""
    while True:
        with database.session() as session:
            found = session.execute(
                select(Referral)
                .where(_referrals.sent_at.is_not(None), _referrals.id > after)
                .order_by(_referrals.id)
                .limit(_ROWS_AT_ONCE)
            )
            batch = found.scalars().all()
            for referral in batch:
                index(session, referral)
        if not batch:
            return count
        count += len(batch)
        after = batch[-1].id


def having(kind: str, text: str) -> Any | None:
    """A query for the ids of referrals that have all that `text` says of one kind.

    None when the text holds nothing to look for.
    """
    query = None
    for value in sorted(_values(kind, text)):
        found = select(_terms.referral_id).where(
            _terms.fingerprint.in_(cipher().fingerprints(f"{kind}:{value}")), _terms.kind == kind
        )
        query = found if query is None else query.where(_terms.referral_id.in_(found))
    return query


def alike(session: Session, referral_id: str, least: int) -> dict[str, set[str]]:
    """Other referrals that share something of `least` kinds or more: by their id, the kinds."""
    mine = select(_terms.fingerprint).where(_terms.referral_id == referral_id)
    shared = [_terms.fingerprint.in_(mine), _terms.referral_id != referral_id]
    others = (
        select(_terms.referral_id)
        .where(*shared)
        .group_by(_terms.referral_id)
        .having(func.count(_terms.kind.distinct()) >= least)
    )
    found: dict[str, set[str]] = {}
    for other in session.execute(others).scalars().all():
        kinds = select(_terms.kind).where(*shared, _terms.referral_id == other)
        found[other] = set(session.execute(kinds).scalars())
    return found


def _values(kind: str, text: str) -> Iterable[str]:
    if kind == "name":
        plain = unicodedata.normalize("NFKD", text.casefold())
        plain = re.sub(r"['’ʼ`]", "", plain)
        plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
        return set(re.findall(r"[^\W\d_]+", plain))
    if kind == "born":
        return {text}
    digits = re.sub(r"\D", "", text)
    if kind == "phone":
        digits = re.sub(r"^(?:0044|44|0)+", "", digits)
    return {digits} if digits else set()


def _hash(kind: str, value: str) -> str:
    return cipher().fingerprint(f"{kind}:{value}")
