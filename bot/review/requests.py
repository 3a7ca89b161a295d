"""What one person asks for and a second decides on: erasing someone, and a retention run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bot.records.cases import NO_FLAG, merged_into, staying
from bot.records.erasure import erase_conversation, erase_referral
from bot.records.models import Case, Referral, Request, StaffUser
from bot.records.retention import Purged, purge
from bot.review.access import may_open
from bot.review.workflow import NotPossible
from bot.staff.accounts import may

_requests: Any = Request
_cases: Any = Case
_referrals: Any = Referral


def ask(
    session: Session, *, kind: str, case: Case | None, reason: str, user: StaffUser, now: datetime
) -> Request:
    """Asks for an erasure ("erase", with its case) or a retention run ("purge").

    Raises:
        NotPossible: no reason for an erasure, or the same was asked for already.
    """
    if kind == "erase" and not reason.strip():
        raise NotPossible("why")
    same = select(Request.id).where(
        _requests.kind == kind, _requests.outcome.is_(None), _requests.case_id.is_(None)
    )
    if asked(session, case) if case else session.execute(same).first() is not None:
        raise NotPossible("asked")
    request = Request(
        kind=kind,
        case_id=case.id if case else None,
        asked_by=user.id,
        asked_at=now,
        reason=reason.strip() or None,
    )
    session.add(request)
    session.flush()
    return request


def together(session: Session, case: Case) -> list[Case]:
    """What is erased with a case: all that it was merged with, newest first, itself among them."""
    stays = staying(session, case)
    return [*merged_into(session, stays), stays]


def asked(session: Session, case: Case) -> bool:
    """Whether erasing the case is asked for already, there or where it was merged."""
    ids = [each.id for each in together(session, case)]
    found = session.execute(
        select(Request.id).where(_requests.case_id.in_(ids), _requests.outcome.is_(None))
    )
    return found.first() is not None


def open_requests(session: Session, user: StaffUser) -> list[tuple[Request, Case | None]]:
    """What waits for a decision and is this person's to decide, oldest first."""
    found = session.execute(
        select(Request, Case)
        .outerjoin(Case, Case.id == _requests.case_id)
        .where(_requests.outcome.is_(None))
        .order_by(_requests.asked_at)
    )
    return [(request, case) for request, case in found if _theirs(user, request, case)]


def flag_open(session: Session, case: Case) -> bool:
    """Whether a flag is open in what erasing the case would take away."""
    conversations = {each.conversation_id for each in together(session, case)}
    found = session.execute(
        select(_cases.id).where(_cases.conversation_id.in_(conversations), _cases.rank != NO_FLAG)
    )
    return found.first() is not None


def decide(
    session: Session, request_id: str, *, confirm: bool, user: StaffUser, now: datetime
) -> tuple[str, list[Case], Purged | None]:
    """Confirms or refuses; a confirmed request is carried out at once.

    Returns:
        The kind, the cases it was about (erased by now), and what a retention run removed.

    Raises:
        NotPossible: it is the person's own request, not theirs to decide, or was decided already,
            or a flag is open in what would be erased.
    """
    request: Request | None = session.execute(
        select(Request).where(_requests.id == request_id).with_for_update()
    ).scalar_one_or_none()
    if request is None or request.outcome is not None:
        raise NotPossible("decided")
    case = session.get(Case, request.case_id) if request.case_id else None
    if not _theirs(user, request, case):
        raise NotPossible("decided")
    if confirm and request.asked_by == user.id:
        raise NotPossible("own_request")
    if confirm and case is not None and flag_open(session, case):
        raise NotPossible("flag_open")
    kind = str(request.kind)
    request.decided_by, request.decided_at = user.id, now
    request.outcome = "done" if confirm else "refused"
    session.flush()
    if case is None:
        return kind, [], purge(session, now) if confirm else None
    if not confirm:
        return kind, [case], None
    session.expunge(request)
    erased = together(session, case)
    for each in erased:
        _erase(session, each, now)
    return kind, erased, None


def _theirs(user: StaffUser, request: Request, case: Case | None) -> bool:
    """A retention run is about every service's people, so no lead of one decides on it."""
    if request.kind == "purge":
        return may(user, "administrator")
    return case is not None and may_open(user, case)


def _erase(session: Session, case: Case, now: datetime) -> None:
    """Erases the referral of a case, or what was begun in its conversation and not sent."""
    mine = (
        _referrals.id == case.referral_id
        if case.referral_id
        else and_(_referrals.conversation_id == case.conversation_id, _referrals.sent_at.is_(None))
    )
    for referral in session.execute(select(Referral).where(mine)).scalars().all():
        erase_referral(session, referral, by="staff", now=now)
    erase_conversation(session, case.conversation_id, by="staff", now=now)
