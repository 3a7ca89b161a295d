"""Links by which a person gets to their own appointment or summary without the chat.

A link is signed, lasts some days, and ends with the next change: what was booked, moved or
cancelled since it was made has a new one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from bot.booking.diary import changes
from bot.booking.texts import booking_data
from bot.booking.visit import Visit
from bot.records.encryption import cipher
from bot.records.models import Referral
from bot.settings import settings


def visit_link(visit: Visit, sent: datetime | None = None) -> str:
    """The address of the person's own page, as things stand.

    Args:
        sent: when they get it; now unless given. Its days begin then.
    """
    expires = (sent or visit.now) + timedelta(days=booking_data().limits.link_days)
    content = [visit.referral.id, changes(visit.session, visit.referral.id), _seconds(expires)]
    return f"{settings().public_url}/visit/{_signer().dumps(content)}"


def referral_of(session: Session, token: str, now: datetime) -> Referral | None:
    """The referral that a link's token opens; None when it is wrong, too old or used."""
    try:
        referral_id, stood, expires = _signer().loads(token)
    except (BadSignature, ValueError):
        return None
    if expires < _seconds(now) or stood != changes(session, referral_id):
        return None
    found: Referral | None = session.get(Referral, referral_id)
    return found


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(cipher().derived("visit link")[::-1], salt="visit")


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
