"""The numbers the console goes by (data/staff.yml)."""

from __future__ import annotations

from functools import lru_cache

from pydantic import PositiveInt

from bot.datafile import DATA, Strict, load_model
from bot.knowledge.services import Targets


class SignIn(Strict):
    """Limits of signing in; each is explained in the data file."""

    password_letters: PositiveInt
    tries: PositiveInt
    locked_minutes: PositiveInt
    half_way_minutes: PositiveInt
    idle_minutes: PositiveInt
    hours: PositiveInt
    warn_minutes: PositiveInt
    recovery_codes: PositiveInt


class Unanswered(Strict):
    """How much is read for the questions without an answer."""

    conversations: PositiveInt
    events: PositiveInt


class Rules(Strict):
    """The console's numbers."""

    sign_in: SignIn
    page_size: PositiveInt
    poll_seconds: PositiveInt
    here_poll_seconds: PositiveInt
    here_seconds: PositiveInt
    csv_rows: PositiveInt
    unanswered: Unanswered
    demonstration_targets: Targets


@lru_cache(maxsize=1)
def rules() -> Rules:
    """The project's own."""
    return load_model(DATA / "staff.yml", Rules)
