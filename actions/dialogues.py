"""The four guided dialogues, over the database and the services of this process."""

from __future__ import annotations

from functools import lru_cache

from bot.booking.dialogue import Booking
from bot.booking.fhir.systems import diaries
from bot.booking.lookup import Lookup
from bot.knowledge.services import services
from bot.preparing.aims import Aims
from bot.prescreen.engine import Prescreen
from bot.records.database import get_database
from bot.settings import settings


@lru_cache(maxsize=1)
def prescreen() -> Prescreen:
    """The wellbeing pre-screen."""
    return Prescreen(get_database(), services())


@lru_cache(maxsize=1)
def booking() -> Booking:
    """Choosing, changing and cancelling an appointment, also in other systems' diaries."""
    database, known = get_database(), services()
    return Booking(database, known, diaries(database, known, settings()))


@lru_cache(maxsize=1)
def lookup() -> Lookup:
    """Finding a referral again by its reference."""
    return Lookup(get_database(), services())


@lru_cache(maxsize=1)
def aims() -> Aims:
    """Writing down what someone wants from therapy."""
    return Aims(get_database())
