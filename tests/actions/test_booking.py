from __future__ import annotations

from threading import current_thread
from typing import Any

import pytest

from actions import booking, prescreen
from actions.base import FoyerAction
from bot.dialogue import Outcome, Turn

REFERENCE = "4K7M-2QXD and I was born on 3 May 1981"


class Dialogue:
    """Notes in which thread it is asked."""

    def __init__(self) -> None:
        self.threads: list[str] = []

    def is_answer(self, _turn: Turn) -> bool:
        return True

    def start(self, *_: object) -> Outcome:
        self.threads.append(current_thread().name)
        return Outcome(ended="x")

    answer = change = start


@pytest.mark.parametrize(
    ("action", "text", "slots"),
    [
        (booking.BeginBooking(), "book", {}),
        (booking.ChangeAppointment(), "change it", {}),
        (booking.ValidateBookingForm(), "yes", {"requested_slot": "booking_answer"}),
        (booking.ReferralStatus(), REFERENCE, {}),
        (booking.ValidateLookupForm(), REFERENCE, {"requested_slot": "lookup_answer"}),
        (prescreen.AfterPrescreen(), "send it", {"ended": "sent"}),
        (prescreen.CarryOn(), REFERENCE, {}),
    ],
    ids=lambda given: given.name() if isinstance(given, FoyerAction) else "",
)
async def test_what_asks_another_system_or_looks_up_waits_in_threads_of_its_own(
    run: Any,
    monkeypatch: pytest.MonkeyPatch,
    action: FoyerAction,
    text: str,
    slots: dict[str, Any],
) -> None:
    dialogue = Dialogue()
    for module in (booking, prescreen):
        for name in ("booking", "lookup"):
            monkeypatch.setattr(module, name, lambda: dialogue)
    await run(action, text, slots=slots)
    (thread,) = dialogue.threads
    assert thread.startswith("waiting")
