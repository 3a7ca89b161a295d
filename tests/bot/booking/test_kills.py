"""The process is killed before each statement and each commit in turn: nothing is half done.

With another system, it is killed at each commit, request and answer.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import event, select

from bot.booking import letters
from bot.booking.dialogue import Booking
from bot.booking.fhir.breaker import Breaker
from bot.booking.fhir.client import FhirClient
from bot.booking.fhir.diary import RemoteDiary
from bot.booking.links import visit_link
from bot.booking.own_page import OwnPage
from bot.booking.visit import Visit
from bot.knowledge.services import Service, services
from bot.records.database import Database
from bot.records.models import Appointment, DiarySlot, OutboxMessage, Referral
from tests.bot.booking.conftest import AddSlot, Chat, Mailing, SendReferral
from tests.fhir.fixtures import (  # noqa: F401
    AddRemote,
    add_remote,
    client,
    engine,
    line,
    of_engine,
    packages,
    remote,
    schedule,
    service,
    states,
    undo_orders,
)


def dying_at(step: int) -> Callable[..., None]:
    """What ends this process without a word when it is called for the `step`th time."""
    steps = count(1)

    def next_step(*_: object) -> None:
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return next_step


def killed_at(step: int, act: Callable[[Callable[..., None]], object]) -> bool:
    """Does `act` in a process that is killed at that step; False once it gets to its end.

    Args:
        act: is given what to call at each step.
    """

    def child() -> None:
        act(dying_at(step))
        os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(60)
    return process.exitcode == -signal.SIGKILL


def stands(database: Database) -> tuple[list[str], list[str]]:
    """The states of the slots, and the letters that were written."""
    with database.reading() as session:
        slots = session.execute(select(DiarySlot).order_by(DiarySlot.starts_at)).scalars().all()
        booked = session.execute(select(Appointment).where(Appointment.state == "booked"))
        keys = session.execute(select(OutboxMessage.key).order_by(OutboxMessage.id)).scalars()
        by_slot = [appointment.slot_id for appointment in booked.scalars()]
        # Whatever happened: a slot is booked if and only if someone has it, and one has it.
        assert sorted(by_slot) == sorted(slot.id for slot in slots if slot.state == "booked")
        letters_written = ["reminder" if ":reminder:" in key else key.split(":")[3] for key in keys]
        return [slot.state for slot in slots], letters_written


BOOKED = (["booked", "free"], ["booked", "reminder"])


@pytest.mark.parametrize(
    ("act", "before", "after", "told"),
    [
        ("book", (["held", "free"], []), BOOKED, "Your appointment is Friday 4 December"),
        (
            "move",
            (["booked", "held"], ["booked", "reminder"]),
            (["free", "booked"], ["booked", "moved", "reminder"]),
            "Your appointment is Saturday 5 December",
        ),
        (
            "cancel",
            BOOKED,
            (["free", "free"], ["booked", "cancelled"]),
            "Your appointment is cancelled",
        ),
    ],
)
def test_killed_between_any_two_steps(
    database: Database,
    add_slot: AddSlot,
    send_referral: SendReferral,
    mailing: Mailing,
    now: datetime,
    act: str,
    before: tuple[list[str], list[str]],
    after: tuple[list[str], list[str]],
    told: str,
) -> None:
    mailing()
    add_slot(now + timedelta(days=3))
    add_slot(now + timedelta(days=4))
    referral_id = send_referral(answers={"about.email": "robin@example.com"})
    with database.session() as session:
        letters.agree(session.get(Referral, referral_id), ("email",))
    chat = Chat(Booking(database, services()), now)
    chat.start()
    chat.say("the first one")
    if act != "book":
        chat.say("yes")
    if act == "move":
        chat.booking.change(chat.conversation_id, now)
        chat.say("the first one")
    if act == "cancel":
        chat.booking.cancel(chat.conversation_id, now)
    assert stands(database) == before

    url = database.engine.url.render_as_string(hide_password=False)

    def say_yes(step: Callable[..., None]) -> None:
        mine = Database(url)
        event.listen(mine.engine, "before_cursor_execute", step)
        event.listen(mine.engine, "commit", step)
        Chat(Booking(mine, services()), now).say("yes", message_id="y")

    question, seen = chat.asked(), []
    for step in count(1):
        database.dispose()  # a connection must not be shared with a child
        if not killed_at(step, say_yes):
            break
        seen.append(stands(database))
        assert seen[-1] in (before, after), f"killed at step {step}"
        if seen[-1] == after:  # the commit was its last step, and the answer was lost
            break
        assert chat.asked() == question
    assert len(seen) > 8
    assert stands(database) == after
    assert told in chat.say("yes", message_id="y").replies[0].text


@pytest.fixture
def slots(add_remote: AddRemote, now: datetime) -> list[str]:  # noqa: F811
    return [add_remote(now + timedelta(days=days)) for days in (6, 7)]


@pytest.mark.parametrize("moving", [False, True], ids=["book", "move"])
@pytest.mark.parametrize("by", ["chat", "page"])
def test_killed_between_any_two_steps_with_another_system(
    database: Database,
    service: Service,  # noqa: F811
    remote: RemoteDiary,  # noqa: F811
    client: FhirClient,  # noqa: F811
    engine: str,  # noqa: F811
    slots: list[str],
    send_referral: SendReferral,
    now: datetime,
    tmp_path: Path,
    by: str,
    moving: bool,
) -> None:
    known, here = {"berkshire": service}, {"berkshire": remote}
    chat, page = Chat(Booking(database, known, here), now), OwnPage(database, known, here)
    referral_id = send_referral(answers={"about.name": "Robin Example"})
    before, after = ["free", "free"], ["busy", "free"]
    if moving:
        chat.start()
        chat.say("the first one")
        chat.say("yes")
        before, after = after, before[:1] + after[:1]
    assert agreed(database, engine, slots) == before

    def token() -> str:
        with database.reading() as session:
            visit = Visit(session, session.get(Referral, referral_id), service, now)
            return visit_link(visit).rpartition("/")[2]

    url = database.engine.url.render_as_string(hide_password=False)

    def act(step: Callable[..., None]) -> None:
        mine = Database(url)
        fhir = FhirClient(service, tmp_path, Breaker(failures=50))
        fhir._client.event_hooks = {"request": [step], "response": [step]}
        event.listen(mine.engine, "commit", step)
        connected = {"berkshire": RemoteDiary(service, fhir, mine)}
        if by == "page":
            OwnPage(mine, known, connected).take(wanted[1], wanted[0], now)
        else:
            Chat(Booking(mine, known, connected), now).say("yes")

    seen: list[list[str]] = []
    while after not in seen:
        if by == "page":
            wanted = page.show(token(), now).times[0][0], token()
        else:
            (chat.booking.change if moving else chat.booking.start)("someone", now)
            chat.say("the first one")
        database.dispose()
        killed = killed_at(len(seen) + 1, act)
        undo_orders(database, remote, client, now + timedelta(hours=1))
        seen.append(agreed(database, engine, slots))
        assert seen[-1] in (before, after), f"killed at step {len(seen)}"
        assert killed or seen[-1] == after
    assert len(seen) > 8


def agreed(database: Database, engine_url: str, slots: list[str]) -> list[str]:
    """The states of the slots there, which are busy if and only if they are booked here."""
    found = states(engine_url, slots)
    with database.reading() as session:
        booked = session.execute(
            select(DiarySlot.remote_id, Appointment.remote_id)
            .join(Appointment, Appointment.slot_id == DiarySlot.id)
            .where(Appointment.state == "booked")
        ).all()
    assert [slot for slot, _ in booked] == [
        slot for slot, state in zip(slots, found, strict=True) if state == "busy"
    ]
    keys = [
        entry["resource"]["identifier"][0]["value"]
        for entry in of_engine(engine_url, "Appointment?status=booked&_count=1000").get("entry", ())
        if entry["resource"]["slot"][0]["reference"].removeprefix("Slot/") in slots
    ]
    assert keys == [key for _, key in booked]
    return found
