"""Finds referrals by what is encrypted in them, through keyed hashes.

Each sent referral, and each draft of someone flagged, has a hash for every part of the name, the
phone number, the date of birth and the NHS number. The hashes are made with the encryption keys, so
the table says nothing to someone who has only the database. A name is found by its whole parts, in
any order, without regard to case and accents. Each two parts have a hash together too: of a hundred
thousand people many are called Jo and many Smith, but few Jo Smith.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import combinations, pairwise
from typing import Any

from sqlalchemy import and_, delete, exists, select
from sqlalchemy.orm import Session, aliased

from bot.records.database import Database
from bot.records.encryption import cipher
from bot.records.models import Answer, Case, Referral, SearchTerm

KIND_OF = {
    "about.name": "name",
    "about.preferred_name": "name",
    "about.phone": "phone",
    "about.date_of_birth": "born",
    "about.nhs_number": "nhs",
}
_DRAFT = "draft:"  # hashes of their own: the few that are flagged are found without the many
_ROWS_AT_ONCE = 500

_terms: Any = SearchTerm
_answers: Any = Answer
_referrals: Any = Referral
_cases: Any = Case


def terms(answers: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What a referral can be found by, as (kind, plain value), from its answers."""
    found = {
        (kind, value)
        for question_id, kind in KIND_OF.items()
        if answers.get(question_id)
        for value in _values(kind, str(answers[question_id]))
    }
    names = sorted(value for kind, value in found if kind == "name")
    return found | {("name", " ".join(pair)) for pair in combinations(names, 2)}


def index(session: Session, referral: Referral) -> None:
    """Makes the hashes of a sent referral anew, under the newest key."""
    _write(session, referral, referral.service_id, referral.sent_at)


def index_drafts(session: Session, case: Case) -> None:
    """Makes the hashes of what someone flagged has given, and not sent yet."""
    drafts = session.execute(
        select(Referral).where(
            _referrals.conversation_id == case.conversation_id, _referrals.sent_at.is_(None)
        )
    )
    for draft in drafts.scalars():
        _write(session, draft, case.service_id, case.arrived_at, prefix=_DRAFT)


def _write(
    session: Session, referral: Referral, service_id: str | None, at: datetime, prefix: str = ""
) -> None:
    found = session.execute(
        select(_answers.question_id, _answers.value).where(
            _answers.referral_id == referral.id,
            _answers.question_id.in_(KIND_OF),
            _answers.replaced_at.is_(None),
        )
    )
    session.execute(delete(SearchTerm).where(_terms.referral_id == referral.id))
    session.add_all(
        SearchTerm(
            referral_id=referral.id,
            service_id=service_id,
            at=at,
            kind=kind,
            fingerprint=cipher().fingerprint(f"{prefix}{kind}:{value}"),
        )
        for kind, value in sorted(terms(dict(found.all())))
    )
    session.flush()


def reindex(database: Database, *, missing: bool = False) -> int:
    """Makes the hashes anew; gives how many sent referrals and flagged people there were.

    Args:
        missing: of sent referrals, only those that have none.
    """
    sent = [_referrals.sent_at.is_not(None)]
    if missing:
        sent.append(~exists().where(_terms.referral_id == _referrals.id))
    unsent = [_cases.referral_id.is_(None), _cases.erased_at.is_(None)]
    return _in_batches(database, Referral, sent, index) + _in_batches(
        database, Case, unsent, index_drafts
    )


def _in_batches(
    database: Database, model: Any, wanted: list[Any], act: Callable[[Session, Any], None]
) -> int:
    count, after = 0, ""
    while True:
        with database.session() as session:
            found = session.execute(
                select(model)
                .where(*wanted, model.id > after)
                .order_by(model.id)
                .limit(_ROWS_AT_ONCE)
            )
            batch = found.scalars().all()
            for each in batch:
                act(session, each)
        if not batch:
            return count
        count += len(batch)
        after = batch[-1].id


def having(kind: str, text: str, *, draft: bool = False) -> list[Any]:
    """What must hold of a term for its referral to have all that `text` says of one kind.

    One condition for each key that the hashes may be under; none when `text` holds nothing.

    Args:
        draft: what `index_drafts` wrote, instead of what was sent.
    """
    values = _sought(kind, text)
    if not values:
        return []
    prefix = _DRAFT if draft else ""
    ways = zip(*(cipher().fingerprints(f"{prefix}{kind}:{value}") for value in values), strict=True)
    return [
        and_(_terms.fingerprint == first, *(_has_too(fingerprint) for fingerprint in others))
        for first, *others in ways
    ]


def alike(session: Session, referral_id: str, least: int) -> dict[str, set[str]]:
    """Other referrals that share something of `least` kinds or more: by their id, the kinds.

    Args:
        least: two or more. Of any two kinds one is no name: names alone lead to too many.
    """
    mine = dict(_terms_of(session, [referral_id])[referral_id])
    rare = [fingerprint for fingerprint, kind in mine.items() if kind != "name"]
    others = select(_terms.referral_id.distinct()).where(
        _terms.fingerprint.in_(rare), _terms.referral_id != referral_id
    )
    theirs = _terms_of(session, session.execute(others).scalars().all())
    shared = {
        other: {kind for fingerprint, kind in found if fingerprint in mine}
        for other, found in theirs.items()
    }
    return {other: kinds for other, kinds in shared.items() if len(kinds) >= least}


def _terms_of(session: Session, referral_ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """The hashes of some referrals, each with its kind."""
    found: dict[str, list[tuple[str, str]]] = {each: [] for each in referral_ids}
    for referral_id, fingerprint, kind in session.execute(
        select(_terms.referral_id, _terms.fingerprint, _terms.kind).where(
            _terms.referral_id.in_(referral_ids)
        )
    ):
        found[referral_id].append((fingerprint, kind))
    return found


def name_parts(text: str) -> set[str]:
    """The whole parts of a name, without regard to case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = re.sub(r"['’ʼ`]", "", plain)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return set(re.findall(r"[^\W\d_]+", plain))


def _values(kind: str, text: str) -> Iterable[str]:
    if kind == "name":
        return name_parts(text)
    if kind == "born":
        return {text}
    digits = re.sub(r"\D", "", text)
    if kind == "phone":
        digits = re.sub(r"^(?:0044|44|0)+", "", digits)
    return {digits} if digits else set()


def _sought(kind: str, text: str) -> list[str]:
    """The values to look for: of a name in several parts each two that follow each other."""
    values = sorted(_values(kind, text))
    if len(values) < 2:
        return values
    return [" ".join(pair) for pair in pairwise(values)]


def _has_too(fingerprint: str) -> Any:
    other: Any = aliased(SearchTerm)
    return exists().where(other.referral_id == _terms.referral_id, other.fingerprint == fingerprint)
