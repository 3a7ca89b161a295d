from __future__ import annotations

import json
from datetime import date

from bot.booking.bookmark import Bookmark, bookmark_of, put_bookmark
from bot.booking.wish import Wish
from bot.records.models import Referral


def test_it_is_read_back_as_it_was_kept() -> None:
    referral = Referral(progress={"pending": None})
    bookmark = Bookmark(
        step="confirm",
        moving=True,
        offered=("a", "b"),
        slot="b",
        wish=Wish(days=(date(2026, 12, 8),), times=(600,), unless=Wish(weekdays=(4,))),
    )
    put_bookmark(referral, bookmark)
    referral.progress = json.loads(json.dumps(referral.progress))
    assert bookmark_of(referral) == bookmark


def test_nothing_else_in_the_progress_is_touched() -> None:
    referral = Referral(progress={"last_message": "m1"})
    put_bookmark(referral, Bookmark(step="manage"))
    put_bookmark(referral, None)
    assert referral.progress == {"last_message": "m1"}
    assert bookmark_of(referral) is None
    assert bookmark_of(Referral()) is None
