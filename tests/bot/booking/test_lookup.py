from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.booking.lookup import Lookup, means_sent, read
from bot.booking.texts import booking_data
from bot.dialogue import Outcome, Turn
from bot.knowledge.services import services
from bot.records.database import Database
from bot.records.models import FailedLookup, Referral
from tests.bot.booking.conftest import SendReferral

BORN = {"about.date_of_birth": "1985-04-27"}
TRIES = booking_data().limits.lookup_tries


@dataclass
class Stopwatch:
    """A clock that only moves while someone pauses or works."""

    at: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        self.at += 0.01  # whatever is done takes a little
        return self.at

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.at += seconds


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def lookup(database: Database, watch: Stopwatch) -> Lookup:
    return Lookup(database, services(), clock=watch, pause=watch.pause)


@pytest.fixture
def reference(database: Database, send_referral: SendReferral) -> str:
    referral_id = send_referral("another chat", answers=BORN)
    with database.reading() as session:
        return str(session.get(Referral, referral_id).reference)


def turn(text: str, now: datetime, chat: str = "someone", **fields: object) -> Turn:
    return Turn(chat, text, now, "m", **fields)


def said(outcome: Outcome) -> str:
    return "\n".join(reply.text for reply in outcome.replies)


def test_reference_and_date_of_birth_give_the_real_state(
    lookup: Lookup, reference: str, now: datetime
) -> None:
    outcome = lookup.answer(turn(f"it's {reference.lower()}, born 27/4/85", now))
    assert outcome.ended == "found"
    assert "NHS Berkshire Talking Therapies was sent on Tuesday 1 December" in said(outcome)
    assert outcome.replies[0].buttons == ()  # those would change this chat's own appointment


def test_the_way_to_a_summary_is_not_given_to_another_chat(
    database: Database, lookup: Lookup, send_referral: SendReferral, now: datetime
) -> None:
    mine = send_referral("mine", "xyla", {"about.date_of_birth": "1985-04-27"})
    with database.reading() as session:
        reference = session.get(Referral, mine).reference
    told = said(lookup.answer(turn(f"{reference} 27 April 1985", now)))
    assert "Your summary is ready" in told
    assert "/visit/" not in told


def test_a_guesser_gets_the_same_answer_after_the_same_time(
    database: Database, watch: Stopwatch, lookup: Lookup, reference: str, now: datetime
) -> None:
    times, answers = [], []
    for number, text in enumerate(
        [f"{reference} 1 May 1985", "4K7M-2QXD 1 May 1985", f"{reference} 27 April 1985"]
    ):
        began = watch.at
        answers.append(said(lookup.answer(turn(text, now, chat=f"guesser {number}"))))
        times.append(round(watch.at - began, 6))
    assert answers[0] == answers[1] == booking_data().texts.lookup_failed
    assert answers[2] != answers[0]
    assert len(set(times)) == 1
    assert all(pause > 0 for pause in watch.pauses)
    with database.reading() as session:
        counts = session.execute(select(FailedLookup)).scalars().all()
    assert sum(count.failures for count in counts) == 3  # two chats, and the made-up reference
    kept = "".join(count.fingerprint for count in counts)
    assert not any(known in kept for known in (reference, "4K7M", "1985", "guesser"))


def test_a_referral_without_a_date_of_birth_is_found_by_nobody(
    database: Database, lookup: Lookup, send_referral: SendReferral, now: datetime
) -> None:
    referral_id = send_referral("another chat")
    with database.reading() as session:
        reference = session.get(Referral, referral_id).reference
    assert said(lookup.answer(turn(f"{reference} 27 April 1985", now))) == (
        booking_data().texts.lookup_failed
    )


@pytest.mark.parametrize("exists", [True, False])
def test_a_reference_closes_after_a_few_tries_from_anywhere(
    lookup: Lookup, reference: str, now: datetime, exists: bool
) -> None:
    tried = reference if exists else "4K7M-2QXD"
    for number in range(TRIES):
        outcome = lookup.answer(turn(f"{tried} {number + 1} May 1985", now, chat=f"c{number}"))
        assert said(outcome) == booking_data().texts.lookup_failed
    right = lookup.answer(turn(f"{tried} 27 April 1985", now, chat="yet another"))
    assert (said(right), right.ended) == (
        booking_data().texts.lookup_locked.format(hours=24),
        "locked",
    )


def test_a_chat_closes_after_a_few_tries_and_opens_the_next_day(
    lookup: Lookup, reference: str, now: datetime
) -> None:
    for number in range(TRIES):
        lookup.answer(turn(f"4K7M-2QX{number + 2} 27 April 1985", now))
    assert lookup.answer(turn(f"{reference} 27 April 1985", now)).ended == "locked"
    tomorrow = now + timedelta(hours=booking_data().limits.lookup_hours)
    assert lookup.answer(turn(f"{reference} 27 April 1985", tomorrow)).ended == "found"


def test_many_tries_at_once_are_all_counted(lookup: Lookup, reference: str, now: datetime) -> None:
    def guess(day: int) -> str:
        return said(lookup.answer(turn(f"{reference} {day} May 1985", now, chat=f"c{day}")))

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(guess, range(1, 21)))
    assert answers.count(booking_data().texts.lookup_failed) == TRIES


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("4K7M-2QXD 27 April 1985", ("4K7M-2QXD", "1985-04-27")),
        ("4k7m 2qxd, 27.4.1985", ("4K7M-2QXD", "1985-04-27")),
        ("27/04/1985 and 4K7M2QXD", ("4K7M-2QXD", "1985-04-27")),
        ("my reference is 4K7M-2QXD and I was born on 3rd May 1981.", ("4K7M-2QXD", "1981-05-03")),
        ("4k7m 2qxd born 27 april 1985", ("4K7M-2QXD", "1985-04-27")),
        ("4k7m 2qxd 1985-04-27", ("4K7M-2QXD", "1985-04-27")),
        ("4k7m 2qxd 27th april 1985", ("4K7M-2QXD", "1985-04-27")),
        ("4k7m 2qxd date of birth 27/4/85", ("4K7M-2QXD", "1985-04-27")),
        ("birth date 27.4.85, reference 4k7m qard", ("4K7M-QARD", "1985-04-27")),
        ("code 4k7m qxdr 27 4 1985", ("4K7M-QXDR", "1985-04-27")),
        ("27 4 1985 4k7m qard", ("4K7M-QARD", "1985-04-27")),
        ("your code 4k7m 2qxd, self-harm, 27 4 1985", ("4K7M-2QXD", "1985-04-27")),
        ("4K7M-2QXD", ("4K7M-2QXD", None)),
        ("27 April 1985", (None, "1985-04-27")),
        ("4K7M-2QXD-9RTA 27 April 1985", (None, "1985-04-27")),  # a resume code
        ("what's happening with my referral?", (None, None)),
    ],
)
def test_reading_both_in_any_order(
    text: str, wanted: tuple[str | None, str | None], now: datetime
) -> None:
    assert read(text, now) == wanted


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("4K7M-2QXD", True),
        ("4k7m 2qxd", True),
        ("4k7m 2qxd born 27 april 1985", True),
        ("4K7M-2QXD-9RTA", False),
        ("4k7m 2qxd 9rta", False),
        ("carry on", False),
    ],
)
def test_a_code_to_carry_on_with_is_told_from_a_reference(
    text: str, sent: bool, now: datetime
) -> None:
    assert means_sent(text, now) is sent


def test_what_is_missing_is_asked_for_and_costs_no_try(lookup: Lookup, now: datetime) -> None:
    texts = booking_data().texts
    for _ in range(TRIES + 1):
        assert said(lookup.answer(turn("4K7M-2QXD", now))) == texts.lookup_no_date
    assert said(lookup.answer(turn("27 April 1985", now))) == texts.lookup_no_reference
    assert "4K7M-2QXD" in lookup.question("someone", now).text


def test_a_question_is_left_to_the_rest_of_the_assistant(lookup: Lookup, now: datetime) -> None:
    assert not lookup.is_answer(turn("what is DIT?", now, intent="faq", is_question=True))
    assert lookup.is_answer(turn("4K7M-2QXD 27 April 1985", now, intent="faq", is_question=True))
    assert lookup.is_answer(turn("hm", now))
    assert lookup.is_answer(turn("not now", now, intent="stop"))
    assert lookup.answer(turn("not now", now)).ended == "leave"
