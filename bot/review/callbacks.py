"""A phone call that a person asked for, as staff tick it off: the person can see that they did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.records.models import Callback, Case, StaffUser
from bot.review.arranged import referrals_of
from bot.review.workflow import NotPossible, add_note, check_version
from bot.staff.words import words


def done(
    session: Session, case: Case, callback_id: str, *, version: int, user: StaffUser, now: datetime
) -> None:
    """Marks a call as made, with a note for colleagues. The person can ask for another.

    Raises:
        Changed: someone else changed the case meanwhile.
        NotPossible: there is no such call to make.
    """
    check_version(case, version)
    callback = session.get(Callback, callback_id)
    mine = callback is not None and callback.referral_id in referrals_of(session, case)
    if callback is None or not mine or callback.state != "requested":
        raise NotPossible("no_callback")
    callback.state = "done"
    add_note(session, case, words().notes["phoned"], user=user, now=now)
    case.version += 1
    session.flush()
