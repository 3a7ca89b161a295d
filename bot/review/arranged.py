"""What is arranged with a person: their appointments, and the phone calls that they asked for.

Where referrals are merged, what was arranged by any of them counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.booking.diary import appointment_of, slot_of
from bot.records.cases import merged_into
from bot.records.models import Appointment, Callback, Case, DiarySlot


def referrals_of(session: Session, case: Case) -> list[str]:
    """The ids of the referrals of a case and of what was merged into it, newest first."""
    return [each.referral_id for each in (*merged_into(session, case), case) if each.referral_id]


def appointments(
    session: Session, case: Case, now: datetime
) -> list[tuple[Appointment, DiarySlot]]:
    """Those still to come, the newest referral's first; where none is, one under way or over."""
    found = [appointment_of(session, each) for each in referrals_of(session, case)]
    booked = [(each, slot_of(session, each)) for each in found if each is not None]
    return [each for each in booked if each[1].starts_at > now] or booked[:1]


def calls(session: Session, referral_ids: Sequence[str]) -> list[Callback]:
    """The phone calls that were asked for, made or not, oldest first."""
    found = session.execute(
        select(Callback)
        .where(Callback.referral_id.in_(referral_ids))
        .order_by(Callback.requested_at, Callback.id)
    )
    return list(found.scalars())
