"""Where a person is in booking: kept in the referral's progress, so a restart loses nothing.

It holds ids and what was wished of a time, never who the person is or what they wrote.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from bot.booking.wish import Wish
from bot.datafile import Strict
from bot.records.models import Referral

_KEY = "booking"


class Bookmark(Strict):
    """The open question.

    `offered` are the slots shown, in their order; `wish` is what they were searched by; `slot`
    is the one to confirm, `attempt` the key under which another system is asked for it; `moving`
    is whether an appointment is to be moved there. `then` is what to do with the one of several
    appointments that is meant. `message` is the id of the message last taken
    in.
    """

    step: Literal[
        "choose",
        "confirm",
        "asking",
        "which",
        "manage",
        "cancel",
        "callback",
        "callback_time",
        "letters",
        "wait",
        "summary",
    ]
    moving: bool = False
    then: Literal["manage", "choose", "cancel"] = "manage"
    offered: tuple[str, ...] = ()
    wish: Wish | None = None
    slot: str | None = None
    attempt: str | None = None
    message: str | None = None


def bookmark_of(referral: Referral) -> Bookmark | None:
    """The referral's open booking question, if there is one."""
    kept = (referral.progress or {}).get(_KEY)
    return None if kept is None else Bookmark.parse_obj(kept)


def put_bookmark(referral: Referral, bookmark: Bookmark | None) -> None:
    """Keeps the open question; None when booking is over."""
    progress: dict[str, Any] = {**(referral.progress or {})}
    progress.pop(_KEY, None)
    if bookmark is not None:
        progress[_KEY] = json.loads(bookmark.json(exclude_defaults=True))
    referral.progress = progress
