"""Finds a referral from any chat, by its reference and the date of birth given in it.

Whoever guesses learns nothing: a reference that doesn't exist, and one with another date of
birth, get the same answer after the same time, and both close after a few tries, for the chat
and for the reference alike.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.booking.phrases import says_only
from bot.booking.standing import standing
from bot.booking.texts import booking_data
from bot.booking.times import in_london
from bot.booking.visit import Visit
from bot.dialogue import Outcome, Turn
from bot.knowledge.services import Service
from bot.prescreen.questions import DATE_OF_BIRTH
from bot.prescreen.understanding.dates import read_date_of_birth
from bot.prescreen.understanding.result import Understood
from bot.records import referrals
from bot.records.database import Database
from bot.records.encryption import cipher
from bot.records.models import FailedLookup
from bot.records.references import find_reference, read_code
from bot.reply import Reply, buttons

_OURS = frozenset({None, "nlu_fallback", "referral_status", "resume_referral", "inform_service"})
_NOTHING = "0000-00-00"  # no one's date of birth


class Lookup:
    """Asks for reference and date of birth together (see `bot.dialogue.Dialogue`).

    `ended` is one of found, leave, locked.
    """

    def __init__(
        self,
        database: Database,
        services: Mapping[str, Service],
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._database = database
        self._services = services
        self._clock = clock
        self._pause = pause

    def question(self, conversation_id: str, now: datetime) -> Reply:
        """What is needed."""
        data = booking_data()
        return Reply(data.texts.lookup_ask, buttons((data.buttons.not_now,)))

    def is_answer(self, turn: Turn) -> bool:
        """Whether the text gives what is needed, or wants to leave it."""
        reference, born = read(turn.text, turn.now)
        if reference or born or says_only(turn.text, "leave"):
            return True
        return not turn.is_question and turn.intent in _OURS

    def answer(self, turn: Turn) -> Outcome:
        """The real state, or the one answer that everyone else gets."""
        texts = booking_data().texts
        if says_only(turn.text, "leave"):
            return Outcome((Reply(texts.lookup_left),), ended="leave")
        reference, born = read(turn.text, turn.now)
        if reference is None or born is None:
            missing = texts.lookup_no_reference if reference is None else texts.lookup_no_date
            return Outcome((Reply(missing),))
        with self._same_time():
            return self._find(turn.conversation_id, reference, born, turn.now)

    def _find(self, conversation_id: str, reference: str, born: str, now: datetime) -> Outcome:
        texts, limits = booking_data().texts, booking_data().limits
        with self._database.session() as session:
            counts = [
                _count(session, f"chat {conversation_id}", now),
                _count(session, f"reference {reference}", now),
            ]
            if any(count.failures >= limits.lookup_tries for count in counts):
                locked = texts.lookup_locked.format(hours=limits.lookup_hours)
                return Outcome((Reply(locked),), ended="locked")
            visit = self._visit(session, reference, now)
            known = _born(visit) if visit else _NOTHING
            if hmac.compare_digest(known, born) and visit is not None:
                counts[1].failures = 0
                told = standing(visit)
                return Outcome((Reply(told.text, custom=told.custom),), ended="found")
            for count in counts:
                count.failures += 1
                count.last_at = now
            return Outcome((Reply(texts.lookup_failed),))

    def _visit(self, session: Session, reference: str, now: datetime) -> Visit | None:
        referral = referrals.by_reference(session, reference)
        service = self._services.get(referral.service_id or "") if referral else None
        if referral is None or service is None:
            return None
        return Visit(session, referral, service, now)

    @contextmanager
    def _same_time(self) -> Iterator[None]:
        """Lets whatever is done take the same time, however it goes."""
        began = self._clock()
        try:
            yield
        finally:
            took = self._clock() - began
            self._pause(max(0.0, booking_data().limits.lookup_seconds - took))


def read(text: str, now: datetime) -> tuple[str | None, str | None]:
    """The reference and the date of birth in a text, each None if it isn't there."""
    found = find_reference(text)
    if found is None:
        return None, _date(text, now)
    reference, rest = found
    return reference, _date(rest, now)


def means_sent(text: str, now: datetime) -> bool:
    """Whether a text names a referral that was sent, not a code to carry on with.

    Without its dashes a code begins with what could be a reference; a date of birth tells them
    apart.
    """
    reference, born = read(text, now)
    return reference is not None and (born is not None or reference == read_code(text))


def _date(text: str, now: datetime) -> str | None:
    today: date = in_london(now).date()
    words = text.replace(",", " ").split()
    # The longest run of words that is a date: "my reference is … and I was born on 3 May 1981"
    for length in range(min(len(words), 6), 0, -1):
        for first in range(len(words) - length + 1):
            some = " ".join(words[first : first + length]).strip(".,;:!?()")
            if not any(letter.isdigit() for letter in some):
                continue
            read_as = read_date_of_birth(some, today)
            if isinstance(read_as, Understood):
                return str(read_as.value)
    return None


def _born(visit: Visit) -> str:
    given = referrals.answers(visit.session, visit.referral).get(DATE_OF_BIRTH)
    return str(given) if given else _NOTHING


def _count(session: Session, of: str, now: datetime) -> FailedLookup:
    """How often this was tried in vain lately, locked until the transaction ends."""
    fingerprint = cipher().fingerprint(f"lookup: {of}")
    found: FailedLookup | None = session.get(FailedLookup, fingerprint, with_for_update=True)
    if found is None:
        try:
            with session.begin_nested():
                session.add(FailedLookup(fingerprint=fingerprint, failures=0, last_at=now))
        except IntegrityError:  # another try has just begun
            pass
        found = session.get(FailedLookup, fingerprint, with_for_update=True, populate_existing=True)
        assert found is not None
    if now - found.last_at >= timedelta(hours=booking_data().limits.lookup_hours):
        found.failures = 0
    return found
