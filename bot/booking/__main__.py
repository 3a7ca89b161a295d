"""`python -m bot.booking`: makes demonstration times where FOYER_DEMO is on, and says so."""

from __future__ import annotations

from datetime import datetime, timezone

from bot.booking.demonstration import make_demonstration_slots
from bot.knowledge.services import services
from bot.records.database import get_database
from bot.settings import settings


def main() -> None:
    """Makes the times that are missing; none where demonstration is off."""
    if settings().demo:
        made = make_demonstration_slots(get_database(), services(), datetime.now(timezone.utc))
        print(f"Demonstration appointment times: {made} new. They are not real appointments.")


if __name__ == "__main__":
    main()
