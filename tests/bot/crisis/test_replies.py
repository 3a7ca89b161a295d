from __future__ import annotations

import json

from bot.crisis.replies import replies


def test_no_reply_diagnoses_promises_or_names_a_risk() -> None:
    said = json.dumps(replies().dict(), default=list).lower()
    for word in ("diagnos", "high risk", "low risk", "will come", "is on the way", "don't worry"):
        assert word not in said
