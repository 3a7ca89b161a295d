"""A turn in the chat, while the same person changes something on their own page."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from bot.booking import choosing, diary, letters
from bot.booking.links import visit_link
from bot.booking.own_page import OwnPage
from bot.booking.visit import Visit
from bot.knowledge.services import services
from bot.prescreen.engine import Prescreen
from bot.records import erasure
from bot.records.database import Database
from bot.records.models import DiarySlot, Referral
from tests.bot.booking.conftest import AddSlot, Chat, Mailing, SendReferral, outbox

SOON = 1.5  # seconds in which whoever isn't kept waiting is done

T = TypeVar("T")


class Pause:
    """Lets the other go on, in the middle of a step, until they are done or wait for us."""

    def __init__(self) -> None:
        self._begun = Event()
        self._over = Event()

    def after(self, step: Callable[..., T]) -> Callable[..., T]:
        """The step, and then a pause."""

        def paused(*arguments: Any, **options: Any) -> T:
            done = step(*arguments, **options)
            self._begun.set()
            self._over.wait(SOON)
            return done

        return paused

    def meanwhile(self, ours: Callable[[], Any], theirs: Callable[[], T]) -> T:
        """Does `theirs` once `ours` has come to the pause; gives what came of it."""
        with ThreadPoolExecutor(1) as pool:
            begun = pool.submit(ours)
            assert self._begun.wait(60)
            done = theirs()
            self._over.set()
            begun.result()
        return done


@pytest.fixture
def pause() -> Pause:
    return Pause()


@pytest.fixture
def page(database: Database) -> OwnPage:
    return OwnPage(database, services())


def link(database: Database, now: datetime) -> str:
    """The token of the one person's link."""
    with database.reading() as session:
        referral = session.execute(select(Referral)).scalar_one()
        visit = Visit(session, referral, services()[referral.service_id], now)
        return visit_link(visit).rpartition("/")[2]


def test_messages_that_are_stopped_stay_stopped(
    database: Database,
    chat: Chat,
    page: OwnPage,
    pause: Pause,
    add_slot: AddSlot,
    send_referral: SendReferral,
    mailing: Mailing,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
) -> None:
    mailing()
    mine = send_referral(answers={"about.email": "robin@example.com"})
    add_slot(now + timedelta(days=6))
    add_slot(now + timedelta(days=7))
    chat.start()
    chat.say("the first one")
    chat.say("yes")
    chat.say("Yes, email me")
    token = link(database, now)
    # The turn has read what the person agreed to, and will write it with its next question.
    monkeypatch.setattr(choosing, "free", pause.after(choosing.free))
    pause.meanwhile(
        lambda: chat.booking.change("someone", now), lambda: page.stop_messages(token, now)
    )
    with database.reading() as session:
        assert letters.agreed(session.get(Referral, mine)) is None
    assert outbox(database) == []


def test_they_stay_stopped_when_someone_is_asked_whether_to_erase_everything(
    database: Database,
    page: OwnPage,
    pause: Pause,
    send_referral: SendReferral,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
) -> None:
    mine = send_referral()
    with database.session() as session:
        letters.agree(session.get(Referral, mine), ("email",))
    token = link(database, now)
    monkeypatch.setattr(Prescreen, "_place", pause.after(Prescreen._place))
    pause.meanwhile(
        lambda: Prescreen(database, services()).erase("someone", now),
        lambda: page.stop_messages(token, now),
    )
    with database.reading() as session:
        assert letters.agreed(session.get(Referral, mine)) is None


def test_who_is_erased_while_they_choose_does_not_keep_the_time(
    database: Database,
    chat: Chat,
    pause: Pause,
    add_slot: AddSlot,
    send_referral: SendReferral,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
) -> None:
    mine, slot = send_referral(), add_slot(now + timedelta(days=6))
    chat.start()
    chat.say("the first one")
    # The time is free again, and what goes with the referral is being erased.
    monkeypatch.setattr(erasure, "_erase_work", pause.after(erasure._erase_work))

    def erase() -> None:
        with database.session() as session:
            erasure.erase_referral(session, session.get(Referral, mine), by="operator", now=now)

    assert pause.meanwhile(erase, lambda: chat.say("no")).ended == "nothing-open"
    with database.reading() as session:
        assert session.get(DiarySlot, slot).state == "free"


def test_two_who_want_the_same_time_for_one_person_do_not_wait_for_each_other(
    database: Database,
    chat: Chat,
    page: OwnPage,
    pause: Pause,
    add_slot: AddSlot,
    send_referral: SendReferral,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
) -> None:
    send_referral()
    slot = add_slot(now + timedelta(days=6))
    chat.start()
    token = link(database, now)
    # The turn has the time, and will write that it is to be confirmed.
    monkeypatch.setattr(diary, "hold", pause.after(diary.hold))
    pause.meanwhile(lambda: chat.say("the first one"), lambda: page.take(token, slot, now))
    with database.reading() as session:
        assert session.get(DiarySlot, slot).state == "booked"
