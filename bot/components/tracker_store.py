"""Rasa's tracker store over our own tables: encrypted, bounded, and safe when the database isn't.

- A conversation is restored from its state (slots, active form) and its latest turns only, so
  a long one costs no more than a short one.
- The flags that the crisis policy raises are stored in the transaction of the turn they belong
  to.
- While the database is down, conversations go on from memory and flags wait on disk. Nothing
  that the person said in that time is lost once it is back, as long as this process lives.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.components.page_service import service_of
from bot.records.conversations import append_events, conversation, latest_events
from bot.records.database import Database, get_database
from bot.records.flags import dispute_latest, flag_draft, keep_flag
from bot.records.models import Conversation
from bot.records.spool import FlagSpool
from bot.settings import settings

logger = logging.getLogger(__name__)

_TURNS_RESTORED = 3  # more than any rule, form or action looks back on
_EVENTS_RESTORED = 60  # at most, however much happened in them
_UNSAVED_AT_MOST = 5_000
_POSITION = "position"  # in an event's metadata: it is stored, and where


class RecordsTrackerStore(TrackerStore):
    """Keeps trackers in the project's database."""

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        database: Database | None = None,
        spool: FlagSpool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._database = database or get_database()
        self._spool = spool or FlagSpool(settings().var)
        self._unsaved: OrderedDict[str, DialogueStateTracker] = OrderedDict()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of a conversation, or None if there is none yet."""
        if sender_id in self._unsaved:
            return self._unsaved[sender_id]
        try:
            return await asyncio.to_thread(self._load, sender_id)
        except SQLAlchemyError as error:
            logger.error("The database can't be read (%s).", type(error).__name__)
            return None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Stores what is new in a tracker. It never raises: see the module's first lines."""
        try:
            await asyncio.to_thread(self._store, tracker)
        except SQLAlchemyError as error:
            logger.error(
                "The database can't be written (%s): going on from memory.", type(error).__name__
            )
            self._hold(tracker)
        else:
            self._unsaved.pop(tracker.sender_id, None)

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations."""
        with self._database.reading() as session:
            found: list[str] = session.execute(select(Conversation.id)).scalars().all()
        return found

    def _load(self, sender_id: str) -> DialogueStateTracker | None:
        with self._database.reading() as session:
            owner: Conversation | None = session.get(Conversation, sender_id)
            if owner is None or owner.state is None:
                return None
            rows = latest_events(session, sender_id, _TURNS_RESTORED, _EVENTS_RESTORED)
            state = owner.state
        tracker = self.init_tracker(sender_id)
        restored = [SlotSet(name, value) for name, value in state["slots"].items()]
        restored.append(ActiveLoop(state["active_loop"]))
        for event in restored:
            tracker.update(_placed(event, -1), self.domain)
        for row in rows:
            kind = _event_class(row.kind)
            event = kind and kind._from_parameters(row.data)
            if event:
                tracker.update(_placed(event, row.position), self.domain)
        return tracker

    def _store(self, tracker: DialogueStateTracker) -> None:
        new = list(_new_events(tracker))
        now = _now()
        with self._database.session() as session:
            owner = conversation(session, tracker.sender_id, now)
            positions = append_events(session, owner, [event.as_dict() for event in new])
            owner.last_message_at = now
            owner.service_id = service_of(tracker) or owner.service_id
            owner.state = {
                "slots": {
                    name: value
                    for name, value in tracker.current_slot_values().items()
                    if value is not None
                },
                "active_loop": tracker.active_loop_name,
            }
            self._keep_flags(session, tracker, new, now)
        for event, position in zip(new, positions, strict=True):
            _placed(event, position)
        self._spool.drain(self._database)

    def _keep_flags(
        self, session: Session, tracker: DialogueStateTracker, new: list[Event], now: datetime
    ) -> None:
        for raised, message_id in _raised_flags(new):
            if raised.get("draft"):
                keep_flag(
                    session,
                    flag_draft(raised["draft"]),
                    conversation_id=tracker.sender_id,
                    message_id=message_id,
                    service_id=service_of(tracker),
                    now=now,
                )
            if raised.get("disputed"):
                dispute_latest(session, tracker.sender_id, now)

    def _hold(self, tracker: DialogueStateTracker) -> None:
        held = self._unsaved.get(tracker.sender_id)
        seen: set[str] = getattr(held, "held_flags", set())
        for raised, message_id in _raised_flags(list(_new_events(tracker))):
            if raised.get("draft") and message_id not in seen:
                self._spool.hold(
                    flag_draft(raised["draft"]),
                    conversation_id=tracker.sender_id,
                    message_id=message_id,
                    service_id=service_of(tracker),
                    now=_now(),
                )
                seen.add(message_id)
        tracker.held_flags = seen
        self._unsaved[tracker.sender_id] = tracker
        self._unsaved.move_to_end(tracker.sender_id)
        while len(self._unsaved) > _UNSAVED_AT_MOST:
            self._unsaved.popitem(last=False)


def _new_events(tracker: DialogueStateTracker) -> Iterator[Event]:
    """The events of a tracker that aren't stored yet."""
    return (event for event in tracker.events if _POSITION not in (event.metadata or {}))


def _raised_flags(new: list[Event]) -> Iterator[tuple[dict[str, Any], str]]:
    """What the crisis policy put in the `flag` slot, with the message it is about."""
    message_id = ""
    for event in new:
        if isinstance(event, UserUttered):
            message_id = event.message_id or ""
        elif isinstance(event, SlotSet) and event.key == "flag" and event.value:
            yield event.value, message_id


@lru_cache
def _event_class(kind: str) -> type[Event] | None:
    """The class of an event, None if Rasa dropped its kind.

    Rasa's `Event.from_parameters` looks through all classes for each event: a third of a restore.
    """
    try:
        found: type[Event] | None = Event.resolve_by_type(kind)
    except ValueError:
        return None
    return found


def _placed(event: Event, position: int) -> Event:
    event.metadata = {**(event.metadata or {}), _POSITION: position}
    return event


def _now() -> datetime:
    return datetime.now(timezone.utc)
