from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from sqlalchemy import select

from bot.booking import diary
from bot.booking.diary import SlotTaken
from bot.booking.fhir.client import FhirClient, Unreachable
from bot.booking.fhir.diary import RemoteDiary, RemoteSlot
from bot.knowledge.services import Service
from bot.records.database import Database
from bot.records.models import DiarySlot, Referral
from tests.bot.booking.conftest import race
from tests.fhir.engine import Line
from tests.fhir.fixtures import AddRemote, between, change_remote, of_engine, states
from tests.fhir.schema import R4

ANSWERS: dict[str, Any] = {"about.name": "Robin Example"}


def mirrored(database: Database) -> list[DiarySlot]:
    with database.reading() as session:
        return session.execute(select(DiarySlot).order_by(DiarySlot.starts_at)).scalars().all()


def someone(number: int = 0) -> Referral:
    return Referral(id=f"{number:032d}", reference="4K7M-2QXD")


def appointments(engine: str, key: str) -> list[str]:
    found = of_engine(engine, f"Appointment?identifier=https://foyer.invalid/booking|{key}")
    return [entry["resource"]["status"] for entry in found.get("entry", ())]


def test_free_times_come_over_and_what_is_gone_closes(
    remote: RemoteDiary, database: Database, add_remote: AddRemote, engine: str, now: datetime
) -> None:
    kept = add_remote(now + timedelta(days=3))
    add_remote(now + timedelta(days=3), status="busy")
    add_remote(now - timedelta(days=3))
    add_remote(now + timedelta(days=100))
    remote.refresh(now)
    assert [(slot.remote_id, slot.state) for slot in mirrored(database)] == [(kept, "free")]
    assert mirrored(database)[0].starts_at == now + timedelta(days=3)
    remote.refresh(now)
    (slot,) = mirrored(database)
    remote.take(slot, "elsewhere" + kept, someone(), ANSWERS, now)
    remote.refresh(now)
    assert mirrored(database)[0].state == "closed"
    remote.give_back(kept, "elsewhere" + kept)
    remote.refresh(now)
    assert mirrored(database)[0].state == "free"


PEOPLE = 12


def test_many_look_at_new_times_at_once(
    service: Service,
    client: FhirClient,
    crowded: Database,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times = [now + timedelta(hours=hours) for hours in range(1, 100)]
    found = [RemoteSlot(str(n), time, time + timedelta(hours=1)) for n, time in enumerate(times)]
    looks = [RemoteDiary(service, client, crowded) for _ in range(PEOPLE)]
    seen = Barrier(PEOPLE)

    def free(_now: datetime) -> list[RemoteSlot]:
        seen.wait(60)  # nobody writes before all of them have seen the times
        return found

    for look in looks:
        monkeypatch.setattr(look, "_free", free)
    assert race(lambda number: looks[number].refresh(now) is None, PEOPLE) == [True] * PEOPLE
    assert [(slot.starts_at, slot.state) for slot in mirrored(crowded)] == [
        (time, "free") for time in times
    ]


def test_a_time_that_someone_takes_at_that_moment_is_left_to_them(
    remote: RemoteDiary,
    database: Database,
    add_remote: AddRemote,
    engine: str,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slot_id = add_remote(now + timedelta(days=3))
    remote.refresh(now)
    (slot,) = mirrored(database)
    change_remote(engine, slot_id, status="busy")
    seen = Event()

    def free(now: datetime) -> Iterator[RemoteSlot]:
        yield from RemoteDiary._free(remote, now)
        seen.set()

    monkeypatch.setattr(remote, "_free", free)
    with ThreadPoolExecutor(1) as pool:
        with database.session() as session:
            diary.hold(session, slot.id, someone().id, now, now + timedelta(minutes=10))
            refreshing = pool.submit(remote.refresh, now)
            assert seen.wait(60)
            wait([refreshing], timeout=1.5)  # it has seen that the time is gone
        refreshing.result()
    (slot,) = mirrored(database)
    assert (slot.state, slot.held_by) == ("held", someone().id)


def test_a_time_that_was_moved_there_is_another_time_here(
    remote: RemoteDiary, database: Database, add_remote: AddRemote, engine: str, now: datetime
) -> None:
    slot_id = add_remote(now + timedelta(days=3))
    remote.refresh(now)
    (former,) = mirrored(database)
    later = now + timedelta(days=4)
    change_remote(engine, slot_id, **between(later))
    remote.refresh(now)
    closed, new = mirrored(database)
    assert (closed.id, closed.state, closed.starts_at) == (former.id, "closed", former.starts_at)
    assert (new.remote_id, new.state, new.starts_at) == (slot_id, "free", later)
    change_remote(engine, slot_id, **between(former.starts_at))  # and back
    remote.refresh(now)
    assert [slot.state for slot in mirrored(database)] == ["free", "closed"]


@pytest.mark.parametrize("moved", ["start", "end"])
def test_a_time_that_was_moved_there_is_not_booked(
    remote: RemoteDiary,
    database: Database,
    add_remote: AddRemote,
    engine: str,
    now: datetime,
    moved: str,
) -> None:
    slot_id = add_remote(now + timedelta(days=3))
    remote.refresh(now)
    (slot,) = mirrored(database)
    former = slot.starts_at if moved == "start" else slot.ends_at
    change_remote(engine, slot_id, **{moved: (former - timedelta(minutes=15)).isoformat()})
    with pytest.raises(SlotTaken):
        remote.take(slot, slot_id, someone(), ANSWERS, now)
    assert states(engine, [slot_id]) == ["free"]
    assert appointments(engine, slot_id) == []


def test_what_someone_here_holds_or_has_is_left_alone(
    remote: RemoteDiary, database: Database, add_remote: AddRemote, now: datetime
) -> None:
    add_remote(now + timedelta(days=3))
    remote.refresh(now)
    with database.session() as session:
        session.get(DiarySlot, mirrored(database)[0].id).state = "booked"
    remote.refresh(now)
    assert mirrored(database)[0].state == "booked"


def test_one_of_several_gets_the_slot(
    remote: RemoteDiary, database: Database, add_remote: AddRemote, engine: str, now: datetime
) -> None:
    slot_id = add_remote(now + timedelta(days=3))
    remote.refresh(now)
    (slot,) = mirrored(database)

    def take(number: int) -> bool:
        try:
            remote.take(slot, f"{slot_id}-{number}", someone(number), ANSWERS, now)
        except SlotTaken:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(take, range(8)))
    assert won.count(True) == 1
    booked = [appointments(engine, f"{slot_id}-{number}") for number in range(8)]
    assert sorted(booked) == [[]] * 7 + [["booked"]]
    assert of_engine(engine, f"Slot/{slot_id}")["status"] == "busy"


def test_a_stale_version_gives_way(
    remote: RemoteDiary,
    database: Database,
    add_remote: AddRemote,
    line: Line,
    engine: str,
    client: FhirClient,
    now: datetime,
) -> None:
    slot_id = add_remote(now + timedelta(days=3))
    remote.refresh(now)
    (slot,) = mirrored(database)

    def someone_is_faster(_number: int, method: str) -> None:
        if method == "PUT":  # between our reading and our writing
            line.heal()
            found = client.read("Slot", slot_id)
            client.update({**found.resource, "status": "busy", "comment": "theirs"}, found.etag)

    line.fault = someone_is_faster
    with pytest.raises(SlotTaken):
        remote.take(slot, slot_id, someone(), ANSWERS, now)
    assert of_engine(engine, f"Slot/{slot_id}")["comment"] == "theirs"
    assert appointments(engine, slot_id) == []


@pytest.mark.parametrize("lost", range(1, 6))
def test_a_lost_answer_anywhere_books_once(
    remote: RemoteDiary,
    database: Database,
    add_remote: AddRemote,
    line: Line,
    engine: str,
    now: datetime,
    lost: int,
) -> None:
    slot_id = add_remote(now + timedelta(days=3))
    remote.refresh(now)
    (slot,) = mirrored(database)
    line.seen.clear()
    line.fault = lambda number, _method: "lost" if number == lost else None
    remote.take(slot, slot_id, someone(), ANSWERS, now)
    assert appointments(engine, slot_id) == ["booked"]
    line.heal()
    remote.take(slot, slot_id, someone(), ANSWERS, now)  # and again with the same key
    assert appointments(engine, slot_id) == ["booked"]


@pytest.mark.parametrize("reached", range(1, 6))
@pytest.mark.parametrize("fault", ["down", "garbage"])
def test_what_breaks_off_anywhere_can_be_undone(
    remote: RemoteDiary,
    database: Database,
    add_remote: AddRemote,
    line: Line,
    engine: str,
    now: datetime,
    reached: int,
    fault: str,
) -> None:
    slot_id = add_remote(now + timedelta(days=3))
    remote.refresh(now)
    (slot,) = mirrored(database)
    line.seen.clear()
    line.fault = lambda number, _method: fault if number >= reached else None
    if reached < 5:  # it takes four requests
        with pytest.raises(Unreachable):
            remote.take(slot, slot_id, someone(), ANSWERS, now)
    else:
        remote.take(slot, slot_id, someone(), ANSWERS, now)
    line.heal()
    for _ in range(2):  # twice is harmless
        remote.give_back(slot_id, slot_id)
    assert of_engine(engine, f"Slot/{slot_id}")["status"] == "free"
    assert "booked" not in appointments(engine, slot_id)


def test_what_the_service_noted_on_a_slot_stays(
    remote: RemoteDiary, database: Database, add_remote: AddRemote, engine: str, now: datetime
) -> None:
    theirs = {
        "comment": "Room 3: ring twice",
        "identifier": [{"system": "https://theirs.example", "value": "7"}],
    }
    slot_id = add_remote(now + timedelta(days=3), **theirs)
    remote.refresh(now)
    remote.take(mirrored(database)[0], slot_id, someone(), ANSWERS, now)
    taken = of_engine(engine, f"Slot/{slot_id}")
    assert (taken["status"], taken["comment"]) == ("busy", theirs["comment"])
    assert theirs["identifier"][0] in taken["identifier"]
    remote.give_back(slot_id, slot_id)
    freed = of_engine(engine, f"Slot/{slot_id}")
    assert freed["status"] == "free"
    assert {name: freed[name] for name in theirs} == theirs


def test_a_slot_that_they_freed_is_anothers_once_it_is_booked_again(
    remote: RemoteDiary, database: Database, add_remote: AddRemote, engine: str, now: datetime
) -> None:
    slot_id = add_remote(now + timedelta(days=3))
    remote.refresh(now)
    (slot,) = mirrored(database)
    remote.take(slot, f"{slot_id}-first", someone(1), ANSWERS, now)
    change_remote(engine, slot_id, status="free")  # with our key on it still
    remote.take(slot, f"{slot_id}-second", someone(2), ANSWERS, now)
    remote.give_back(slot_id, f"{slot_id}-first")
    assert states(engine, [slot_id]) == ["busy"]
    remote.give_back(slot_id, f"{slot_id}-second")
    assert states(engine, [slot_id]) == ["free"]


def test_undoing_leaves_what_is_someone_elses(
    remote: RemoteDiary, database: Database, add_remote: AddRemote, engine: str, now: datetime
) -> None:
    slot_id = add_remote(now + timedelta(days=3))
    remote.refresh(now)
    remote.take(mirrored(database)[0], f"{slot_id}-theirs", someone(), ANSWERS, now)
    remote.give_back(slot_id, f"{slot_id}-mine")
    assert appointments(engine, f"{slot_id}-theirs") == ["booked"]
    assert of_engine(engine, f"Slot/{slot_id}")["status"] == "busy"


def test_a_slot_that_is_gone_is_taken(remote: RemoteDiary, now: datetime) -> None:
    slot = DiarySlot(id="x", remote_id="gone", starts_at=now, ends_at=now)
    with pytest.raises(SlotTaken):
        remote.take(slot, "key", someone(), ANSWERS, now)


@pytest.mark.parametrize("fault", ["down", "garbage", "wrong"])
def test_a_mirror_that_cannot_be_had_stays_as_it_was(
    remote: RemoteDiary,
    database: Database,
    add_remote: AddRemote,
    line: Line,
    now: datetime,
    fault: str,
) -> None:
    add_remote(now + timedelta(days=3))
    remote.refresh(now)
    line.always(fault)
    with pytest.raises(Unreachable):
        remote.refresh(now)
    assert [slot.state for slot in mirrored(database)] == ["free"]


def test_all_that_is_written_is_valid_r4(
    remote: RemoteDiary,
    database: Database,
    add_remote: AddRemote,
    line: Line,
    r4: R4,
    now: datetime,
) -> None:
    slot_id = add_remote(now + timedelta(days=3))
    remote.refresh(now)
    remote.take(mirrored(database)[0], slot_id, someone(), ANSWERS, now)
    remote.give_back(slot_id, slot_id)
    bodies = [body for method, _, _, body in line.seen if method in {"POST", "PUT"}]
    assert [body["resourceType"] for body in bodies] == [
        *("Slot", "Patient", "Appointment", "Appointment", "Slot"),
    ]
    assert [problem for body in bodies for problem in r4.problems(body)] == []
    assert all("if-match" in h for method, _, h, _ in line.seen if method == "PUT")
    assert all("if-none-exist" in h for method, _, h, _ in line.seen if method == "POST")
