"""A service's diary in another system: its free slots mirrored here, and booking there first.

The mirror lets the chat offer and hold times as in the embedded diary. A slot of it never changes
its time, so that nobody gets another one than they said yes to. A booking counts only once the
other system has it: there, one update of the slot that names the version it was read in decides
between two people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.sql import Select

from bot.booking.diary import SlotTaken
from bot.booking.fhir.client import (
    Conflict,
    FhirClient,
    Parameters,
    Rejected,
    Resource,
    Unreachable,
)
from bot.booking.fhir.resources import BOOKING, SYSTEM, appointment, patient
from bot.knowledge.services import Service
from bot.records.database import Database
from bot.records.models import DiarySlot, Referral

_AHEAD = timedelta(days=42)
_PAGES = 10
_ENDED = frozenset({"cancelled", "entered-in-error", "noshow"})
_slots: Any = DiarySlot  # its columns


@dataclass(frozen=True)
class RemoteSlot:
    """A free slot as the other system has it. Moved to another time it is another one."""

    remote_id: str
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, slot: DiarySlot) -> RemoteSlot:
        """As it was when it was mirrored."""
        return cls(slot.remote_id, slot.starts_at, slot.ends_at)


@dataclass(frozen=True)
class RemoteAppointment:
    """An appointment as the other system has it: in which slot, or cancelled."""

    slot: RemoteSlot | None


class RemoteDiary:
    """The diary of one service."""

    def __init__(self, service: Service, client: FhirClient, database: Database) -> None:
        self._service = service
        self._client = client
        self._database = database

    def refresh(self, now: datetime) -> None:
        """Brings the mirror up to date. Raises Unreachable."""
        try:
            found = set(self._free(now))
        except Rejected as error:
            raise Unreachable(str(error)) from None
        mirrored = select(DiarySlot).where(
            _slots.service_id == self._service.id,
            _slots.remote_id.is_not(None),
            _slots.starts_at > now,
        )

        def state(slot: DiarySlot) -> str:
            return _state(slot, now, free=RemoteSlot.of(slot) in found)

        with self._database.session() as session:
            known = list(session.execute(mirrored).scalars())
            for new in self._mirrored(found - {RemoteSlot.of(slot) for slot in known}):
                _add(session, new)
            changed = [slot.id for slot in known if slot.state != state(slot)]
            for slot in session.execute(_unless_in_use(mirrored, changed)).scalars():
                if slot.state != state(slot):
                    slot.state, slot.version = state(slot), slot.version + 1
                    slot.held_by = slot.held_until = None

    def take(
        self,
        slot: DiarySlot,
        key: str,
        referral: Referral,
        answers: Mapping[str, Any],
        now: datetime,
    ) -> None:
        """Books a slot in the other system. With the same key again it changes nothing.

        Raises SlotTaken, also where it is at another time by now, or Unreachable: then it may be
        booked there or not (see `give_back`).
        """
        try:
            found = self._client.read("Slot", slot.remote_id)
        except Rejected:
            raise SlotTaken(slot.id) from None
        if _slot(found.resource) != RemoteSlot.of(slot):
            raise SlotTaken(slot.id)
        if found.resource.get("status") != "free":
            if _key_of(found.resource) != key:
                raise SlotTaken(slot.id)
        else:
            self._claim(slot, found.resource, found.etag, key)
        try:
            person = self._client.create(
                patient(referral, answers), f"identifier={SYSTEM}/referral|{referral.id}"
            )
            reference = f"Patient/{person.resource['id']}"
            self._client.create(appointment(key, slot, reference, now), _by_key(key))
        except (Conflict, Rejected, KeyError) as error:
            raise Unreachable(f"the appointment was not taken ({type(error).__name__})") from None

    def appointment(self, key: str) -> RemoteAppointment | None:
        """The appointment of that key, None where there is none. Raises Unreachable, Rejected."""
        found = self._appointments(key)
        current = [each for each in found if each.get("status") not in _ENDED]
        if current:
            return RemoteAppointment(_slot_of(current[0]))
        return RemoteAppointment(None) if found else None

    def mirror(self, session: Session, slot: RemoteSlot) -> str:
        """The id of the slot here, free to be taken by whom it was given there."""
        (new,) = self._mirrored([slot])
        _add(session, new)
        kept = session.get(DiarySlot, new.id, with_for_update=True)
        if kept.state == "closed":
            kept.state, kept.version = "free", kept.version + 1
            session.flush()
        return str(new.id)

    def give_back(self, remote_id: str, key: str) -> None:
        """Undoes a booking, however far it came: cancels the appointment and frees the slot.

        Raises Unreachable, Conflict: try again.
        """
        for resource in self._appointments(key):
            if resource.get("status") != "cancelled":
                current = self._client.read("Appointment", str(resource.get("id")))
                self._client.update({**current.resource, "status": "cancelled"}, current.etag)
        slot = self._client.read("Slot", remote_id)
        if slot.resource.get("status") != "free" and _key_of(slot.resource) == key:
            self._client.update({**_with_key(slot.resource, None), "status": "free"}, slot.etag)

    def _appointments(self, key: str) -> list[Resource]:
        """What is there under the key of a booking."""
        bundle = self._client.search("Appointment", [("identifier", f"{BOOKING}|{key}")])
        return list(_resources(bundle, "Appointment"))

    def _claim(self, slot: DiarySlot, resource: Resource, etag: str, key: str) -> None:
        try:
            self._client.update({**_with_key(resource, key), "status": "busy"}, etag)
        except Conflict:
            # Someone was faster; or it was us, and the answer to the first try was lost.
            again = self._client.read("Slot", slot.remote_id).resource
            if _key_of(again) != key:
                raise SlotTaken(slot.id) from None
        except Rejected as error:
            raise Unreachable(str(error)) from None

    def _free(self, now: datetime) -> Iterator[RemoteSlot]:
        system = self._service.handover.fhir
        parameters: Parameters = [
            ("status", "free"),
            ("start", f"ge{now.isoformat()}"),
            ("start", f"le{(now + _AHEAD).isoformat()}"),
            ("_count", "200"),
        ]
        if system is not None and system.schedule:
            parameters.append(("schedule", f"Schedule/{system.schedule}"))
        bundle = self._client.search("Slot", parameters)
        for _ in range(_PAGES):
            for resource in _resources(bundle, "Slot"):
                if resource.get("status") == "free":
                    yield _slot(resource)
            url = _next(bundle)
            if url is None:
                return
            bundle = self._client.page(url)

    def _mirrored(self, slots: Iterable[RemoteSlot]) -> list[DiarySlot]:
        """The slots as they are kept here, in the order in which everyone adds them."""
        system = self._service.handover.fhir
        made = [
            DiarySlot(
                id=uuid5(NAMESPACE_URL, _name(self._service, slot)).hex,
                service_id=self._service.id,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                mode=system.mode if system else "video",
                remote_id=slot.remote_id,
            )
            for slot in slots
        ]
        return sorted(made, key=lambda slot: str(slot.id))


def _name(service: Service, slot: RemoteSlot) -> str:
    """The same for the same slot at the same time, whoever mirrors it."""
    times = (each.astimezone(timezone.utc).isoformat() for each in (slot.starts_at, slot.ends_at))
    return ":".join((service.id, slot.remote_id, *times))


def _state(slot: DiarySlot, now: datetime, *, free: bool) -> str:
    """The state that a slot is to have here, `free` as it is there or not."""
    lapsed = slot.state == "held" and slot.held_until <= now
    if not free and (slot.state == "free" or lapsed):
        return "closed"
    return "free" if free and slot.state == "closed" else str(slot.state)


def _unless_in_use(mirrored: Select, slot_ids: Iterable[str]) -> Select:
    """Those of the slots that nobody is changing at this moment, locked.

    The others aren't waited for, since whoever changes them may wait for one of these; they are
    brought up to date the next time.
    """
    return (
        mirrored.where(_slots.id.in_(slot_ids))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _add(session: Session, slot: DiarySlot) -> None:
    """Adds a slot, unless someone else who looked at the same moment has."""
    try:
        with session.begin_nested():
            session.add(slot)
    except IntegrityError:
        pass


def _by_key(key: str) -> str:
    return f"identifier={BOOKING}|{key}"


def _key_of(slot: Resource) -> str | None:
    """The key of the booking by which a slot there was taken from here last."""
    keys = (each.get("value") for each in _identifiers(slot) if each.get("system") == BOOKING)
    return next(keys, None)


def _with_key(slot: Resource, key: str | None) -> Resource:
    """The slot with the key of a booking, or without any. All else that it has stays."""
    kept = {name: value for name, value in slot.items() if name != "identifier"}
    identifiers = [each for each in _identifiers(slot) if each.get("system") != BOOKING]
    if key is not None:
        identifiers.append({"system": BOOKING, "value": key})
    return {**kept, "identifier": identifiers} if identifiers else kept


def _identifiers(slot: Resource) -> list[Resource]:
    found = slot.get("identifier")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _resources(bundle: Resource, kind: str) -> Iterator[Resource]:
    entries = bundle.get("entry", [])
    for entry in entries if isinstance(entries, list) else []:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and resource.get("resourceType") == kind:
            yield resource


def _next(bundle: Resource) -> str | None:
    links = bundle.get("link")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("relation") == "next":
            return str(link.get("url"))
    return None


def _slot(resource: Resource) -> RemoteSlot:
    try:
        starts, ends = _moment(resource["start"]), _moment(resource["end"])
        return RemoteSlot(str(resource["id"]), starts, ends)
    except (KeyError, TypeError, ValueError):
        raise Unreachable("a slot is not as FHIR says") from None


def _slot_of(resource: Resource) -> RemoteSlot:
    """Where an appointment is."""
    try:
        (reference,) = (str(each["reference"]) for each in resource["slot"])
        starts, ends = _moment(resource["start"]), _moment(resource["end"])
        return RemoteSlot(reference.rpartition("/")[2], starts, ends)
    except (KeyError, TypeError, ValueError):
        raise Unreachable("an appointment is not as FHIR says") from None


def _moment(text: str) -> datetime:
    """A FHIR instant, which always has a zone."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment
