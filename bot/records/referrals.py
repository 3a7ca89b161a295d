"""Keeps self-referrals: the draft being filled in, its answers, and what was sent."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.records import cases, search_terms
from bot.records.encryption import cipher
from bot.records.models import Aim, Answer, Consent, Flag, Referral
from bot.records.references import new_reference, new_resume_code

UNFINISHED = ("draft", "paused")


def begin(
    session: Session, conversation_id: str, service_id: str | None, now: datetime
) -> Referral:
    """A new draft, added to the session."""
    referral = Referral(
        conversation_id=conversation_id,
        service_id=service_id,
        state="draft",
        progress={},
        started_at=now,
        updated_at=now,
    )
    session.add(referral)
    session.flush()
    return referral


def unfinished(session: Session, conversation_id: str, *, lock: bool = False) -> Referral | None:
    """The pre-screen of a conversation that isn't sent yet, the newest if there are several.

    Args:
        lock: hold it until the transaction ends, so that two messages are taken in turn.
    """
    query = (
        select(Referral)
        .where(Referral.conversation_id == conversation_id, Referral.state.in_(UNFINISHED))
        .order_by(Referral.state, Referral.updated_at.desc(), Referral.id)  # drafts first
        .limit(1)
    )
    found: Referral | None = session.execute(
        query.with_for_update() if lock else query
    ).scalar_one_or_none()
    return found


def of_conversation(session: Session, conversation_id: str) -> list[Referral]:
    """Every referral of a conversation, newest first."""
    found: list[Referral] = (
        session.execute(
            select(Referral)
            .where(Referral.conversation_id == conversation_id)
            .order_by(Referral.updated_at.desc(), Referral.id)
        )
        .scalars()
        .all()
    )
    return found


def latest_sent(session: Session, conversation_id: str, *, lock: bool = False) -> Referral | None:
    """The referral that a conversation sent last. `lock` is as of `all_sent`."""
    return next(iter(all_sent(session, conversation_id, lock=lock)), None)


def all_sent(session: Session, conversation_id: str, *, lock: bool = False) -> list[Referral]:
    """Every referral that a conversation sent, newest first.

    Args:
        lock: hold them until the transaction ends, as whoever changes one must before anything
            that goes with it: else two could undo each other's change, or wait for each other.
    """
    query = (
        select(Referral)
        .where(Referral.conversation_id == conversation_id, Referral.sent_at.is_not(None))
        .order_by(Referral.sent_at.desc(), Referral.id)
    )
    found: list[Referral] = (
        session.execute(query.with_for_update() if lock else query).scalars().all()
    )
    return found


def by_reference(session: Session, reference: str) -> Referral | None:
    """The referral of a reference such as "4K7M-2QXD"."""
    found: Referral | None = session.execute(
        select(Referral).where(Referral.reference == reference)
    ).scalar_one_or_none()
    return found


def answers(session: Session, referral: Referral) -> dict[str, Any]:
    """The answers in force by question id; None where the question was skipped."""
    return _current(session, referral, Answer.value)


def said(session: Session, referral: Referral) -> dict[str, str | None]:
    """The answers in force as the person put them, by question id."""
    return _current(session, referral, Answer.said)


def history(session: Session, referral: Referral) -> list[Answer]:
    """Every answer ever given, corrected ones too, oldest first."""
    found: list[Answer] = (
        session.execute(
            select(Answer)
            .where(Answer.referral_id == referral.id)
            .order_by(Answer.answered_at, Answer.replaced_at.is_(None), Answer.id)
        )
        .scalars()
        .all()
    )
    return found


def has_message(session: Session, referral: Referral, message_id: str) -> bool:
    """Whether an answer came with that message already."""
    found = session.execute(
        select(Answer.id)
        .where(Answer.referral_id == referral.id, Answer.message_id == message_id)
        .limit(1)
    )
    return found.first() is not None


def set_answer(
    session: Session,
    referral: Referral,
    question_id: str,
    value: Any,
    *,
    said: str | None,
    message_id: str | None,
    now: datetime,
) -> None:
    """Keeps an answer; a former one stays, marked as replaced."""
    drop_answers(session, referral, {question_id}, now)
    session.add(
        Answer(
            referral_id=referral.id,
            question_id=question_id,
            value=value,
            said=said,
            message_id=message_id,
            answered_at=now,
        )
    )
    referral.updated_at = now
    session.flush()
    if question_id in search_terms.KIND_OF:
        _index(session, referral)


def drop_answers(
    session: Session, referral: Referral, question_ids: Collection[str], now: datetime
) -> None:
    """Marks the answers to these questions as replaced."""
    session.execute(
        update(Answer)
        .where(
            Answer.referral_id == referral.id,
            Answer.question_id.in_(question_ids),
            Answer.replaced_at.is_(None),
        )
        .values(replaced_at=now)
        .execution_options(synchronize_session=False)
    )


def keep_consent(session: Session, referral: Referral, version: str, now: datetime) -> None:
    """Notes that consent was given to that wording."""
    session.add(Consent(referral_id=referral.id, version=version, given=True, at=now))
    session.flush()


def pause(session: Session, referral: Referral, now: datetime, days: int) -> tuple[str, datetime]:
    """Pauses a pre-screen; gives the code that takes it up again, and when the code expires.

    Only a fingerprint of the code is kept.
    """
    code = new_resume_code()
    expires = now + timedelta(days=days)
    referral.state = "paused"
    referral.resume_fingerprint = cipher().fingerprint(code)
    referral.resume_expires_at = expires
    referral.updated_at = now
    session.flush()
    return code, expires


def by_resume_code(session: Session, code: str, now: datetime) -> Referral | None:
    """The unfinished pre-screen that a code belongs to, while the code lasts."""
    found: Referral | None = (
        session.execute(
            select(Referral)
            .where(
                Referral.resume_fingerprint.in_(cipher().fingerprints(code)),
                Referral.resume_expires_at > now,
                Referral.state.in_(UNFINISHED),
            )
            .with_for_update()
        )
        .scalars()
        .first()
    )
    return found


def move(session: Session, referral: Referral, conversation_id: str, now: datetime) -> None:
    """Takes an unfinished pre-screen over into another conversation, its flags and aims too.

    The former conversation's id stays in `progress["earlier"]`, so that its transcript can be
    erased with the referral.
    """
    former = referral.conversation_id
    if former == conversation_id:
        return
    taken = session.execute(
        select(func.coalesce(func.max(Aim.position), 0)).where(
            Aim.conversation_id == conversation_id
        )
    ).scalar_one()
    session.execute(
        update(Aim)
        .where(Aim.conversation_id == former)
        .values(conversation_id=conversation_id, position=Aim.position + taken + 1)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Flag)
        .where(Flag.conversation_id == former)
        .values(conversation_id=conversation_id)
        .execution_options(synchronize_session=False)
    )
    referral.progress = {
        **referral.progress,
        "earlier": [*referral.progress.get("earlier", []), former],
    }
    referral.conversation_id = conversation_id
    referral.updated_at = now
    session.flush()
    cases.move(session, former, conversation_id)
    _index(session, referral)


def send(session: Session, referral: Referral, now: datetime) -> str:
    """Marks a referral as sent and gives its reference. Sent once, it keeps both."""
    if referral.sent_at is None:
        reference = new_reference()
        while by_reference(session, reference) is not None:
            reference = new_reference()
        referral.reference = reference
        referral.state = "sent"
        referral.sent_at = now
        referral.updated_at = now
        referral.current_question = None
        referral.resume_fingerprint = None
        referral.resume_expires_at = None
        session.execute(
            update(Aim)
            .where(Aim.conversation_id == referral.conversation_id)
            .values(referral_id=referral.id)
            .execution_options(synchronize_session=False)
        )
        session.flush()
        cases.begin_for_referral(session, referral, now)
        search_terms.index(session, referral)
    return str(referral.reference)


def _index(session: Session, referral: Referral) -> None:
    """Has staff find it by its answers: once it is sent, or where something was flagged."""
    if referral.sent_at is not None:
        search_terms.index(session, referral)
    elif case := cases.without_referral(session, referral.conversation_id):
        search_terms.index_drafts(session, case)


def _current(session: Session, referral: Referral, column: Any) -> dict[str, Any]:
    found = session.execute(
        select(Answer.question_id, column).where(
            Answer.referral_id == referral.id, Answer.replaced_at.is_(None)
        )
    )
    return dict(found.all())
