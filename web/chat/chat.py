"""A visitor's conversation: opened, gone on with, and safe whatever else is down.

The order of things for each message: the crisis screen, with any flag put on disk; the limits;
Rasa. Whatever refuses or fails after the screen, a crisis reply that is due is given all the same,
by this process itself. In a flood the phrases alone screen, and beyond what they can read nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from time import monotonic
from typing import Any, TypeVar

from bot.crisis.help_replies import failure, is_failure
from bot.crisis.screen import Screening
from bot.crisis.turn import CrisisTurn
from bot.knowledge.services import services
from bot.records.flags import not_acknowledged
from bot.records.interim import Standing
from bot.records.transcript import OPENING
from bot.settings import Settings
from web.chat.crisis import CrisisDesk
from web.chat.deadline import Deadline
from web.chat.gate import Gate, Over
from web.chat.metrics import Metrics
from web.chat.rasa import Rasa
from web.chat.refusals import Refused
from web.chat.stored import Stored, StoredError
from web.chat.talks import Talk, Talks
from web.chat.tickets import Ticket, TicketError, Tickets, new_conversation_id
from web.chat.turns import Turns
from web.chat.wire import MessageJSON, Said, is_crisis, line_json, said_by_assistant

logger = logging.getLogger(__name__)

T = TypeVar("T")

_OPENED_BY = "hi"  # what the assistant's greeting answers; nobody sees it
_DRAIN_SECONDS = 15.0
_CRISIS_SECONDS = 1.8  # of the two that a crisis reply may take; the rest is for the way
_STANDING_SECONDS = 0.3  # of those, for a question to the database
_DISK_SECONDS = 0.1  # for a flag of which only the database told
_LEAST_SECONDS = 0.2  # that Rasa has in any case
_OFFERED_SECONDS = 1.0  # for what was offered before this process ran


@dataclass(frozen=True)
class Opened:
    """A conversation as a page gets it, with the ticket to go on with it."""

    ticket: str
    service_id: str | None
    messages: list[MessageJSON]
    is_new: bool


class Chat:
    """Every visitor's conversation."""

    def __init__(
        self,
        settings: Settings,
        tickets: Tickets,
        rasa: Rasa,
        stored: Stored,
        desk: CrisisDesk,
        metrics: Metrics,
    ) -> None:
        self._settings = settings
        self._tickets = tickets
        self._stored = stored
        self._desk = desk
        self._metrics = metrics
        self._gate = Gate(settings)
        self._talks = Talks()
        self._turns = Turns(rasa, stored, self._gate)
        self._background: set[asyncio.Task[Any]] = set()

    def signed(self, text: str | None) -> Ticket:
        """The ticket in `text`, if it is good. Its conversation may have been left.

        Raises:
            Refused: "gone".
        """
        try:
            return self._tickets.read(text or "")
        except TicketError as error:
            raise Refused("gone") from error

    async def admit(self, text: str | None, address: str) -> Ticket:
        """The ticket in `text`, if it is good and its conversation not left.

        Raises:
            Refused: "gone", or "too-fast" for an address that asks too often.
        """
        self._gate.read(address)
        ticket = self.signed(text)
        if await self._is_closed(ticket.conversation_id):
            raise Refused("gone")
        return ticket

    async def open(self, ticket: str | None, service_id: str | None, address: str) -> Opened:
        """The conversation of a ticket, as far as it is good, else a new one with the greeting.

        Args:
            service_id: of the page; one that there isn't counts as none.
            address: the visitor's.

        Raises:
            Refused: "too-fast", for too many from one address.
        """
        service_id = service_id if service_id in services() else None
        is_new = False
        try:
            known = await self.admit(ticket, address)
        except Refused as refused:
            if refused.code != "gone":
                raise
            self._gate.new_conversation(address)
            known = Ticket(new_conversation_id(), None, _now())
            is_new = True
        current = replace(known, service_id=service_id or known.service_id)
        try:
            messages = [] if is_new else await self.history(current)
            messages = messages or await self._greeting(current)
        except Refused as refused:
            self._metrics.refused(refused.code)
            messages = [said_by_assistant(failure(), "sorry", _now())]
        issued = self._tickets.issue(current.conversation_id, current.service_id)
        return Opened(issued, current.service_id, messages, is_new)

    def renewed(self, ticket: Ticket) -> str:
        """A ticket that is good from now on, for one that is good now."""
        return self._tickets.issue(ticket.conversation_id, ticket.service_id)

    async def history(self, ticket: Ticket) -> list[MessageJSON]:
        """All that was said. A message that was left without an answer has an apology after it.

        Raises:
            Refused: "unavailable".
        """
        try:
            lines = await self._stored.transcript(ticket.conversation_id)
        except StoredError:
            raise Refused("unavailable") from None
        messages = [_apart(line_json(line)) for line in lines]
        in_hand = self._talks.of(ticket.conversation_id).waiting
        if messages and messages[-1]["from"] == "person" and not in_hand:
            messages.append(_apart(said_by_assistant(failure(), messages[-1]["id"], _now())))
        return messages

    async def say(self, ticket: Ticket, said: Said, address: str) -> list[MessageJSON]:
        """The answers to a message; none, if it is ahead of its turn and no crisis reply is due.

        The same message again gives the same answers.

        Raises:
            Refused: it could not be answered, and no crisis reply is due; or "gone".
        """
        started, by = monotonic(), Deadline(_CRISIS_SECONDS)
        talk = self._talks.of(ticket.conversation_id)
        if said.id in talk.own and not talk.closed:
            return talk.own[said.id]
        over = self._gate.message(ticket.conversation_id, address, said.text)
        now = _now()
        standing = Standing(talk.crisis, ticket.service_id)
        closed = self._later(self._is_closed(ticket.conversation_id))  # while the screen reads
        found = await self._screen(said.text, over)
        urgent = self._desk.respond(said.text, found, replace(standing, crisis=None))
        follows = talk.crisis is not None and self._desk.respond(said.text, found, standing)
        due = bool(urgent or follows)
        if not due:
            by = Deadline()
        await asyncio.wait({closed}, timeout=by.left(_STANDING_SECONDS) if due else None)
        if closed.done() and closed.result():
            raise Refused("gone", urgent=urgent.reply if urgent else None)
        if urgent is not None:
            await self._hold(urgent, ticket, said, by.left(keep=_STANDING_SECONDS + _LEAST_SECONDS))
        if said.ahead and not due:
            return []
        if over is not None and over.screened == "by phrases" and not due:
            raise over.refused  # the database isn't asked about each message of a flood
        try:
            if over is not None:
                raise over.refused
            self._gate.length(said)
            if said.tapped and urgent is None:
                await self._check_offered(talk, ticket, said.text, by)
            patience = self._patience(due, started, by)
            messages = await self._turns.answer(talk, ticket, said, patience)
            if urgent is not None and not any(map(is_crisis, messages)):
                raise Refused("unavailable")
        except Refused:
            turn = await self._own_turn(talk, ticket, said, found, urgent, by)
            if turn is None:
                raise
            messages = self._said_ourselves(talk, ticket, said, turn, now)
        else:
            talk.answered(messages)
            if urgent is not None:
                self._later(self._desk.drain())
        self._metrics.answered(messages, monotonic() - started)
        return messages

    async def refuse_stranger(self, ticket: str | None, said: Said, address: str) -> Refused:
        """How to turn away a message without a good ticket: with the crisis reply if one is due.

        Where the ticket was good once, the flag is kept.

        Raises:
            Refused: there is no room to screen it.
        """
        by = Deadline(_CRISIS_SECONDS)
        over = self._gate.stranger(address, said.text)
        found = await self._screen(said.text, over)
        urgent = self._desk.respond(said.text, found, Standing())
        if urgent is None:
            return over.refused if over else Refused("gone")
        try:
            expired = None
            self._tickets.read(ticket or "")
        except TicketError as error:
            expired = error.expired
        if expired:
            await self._hold(urgent, expired, said, by.left())
            self._later(self._desk.drain())
        return Refused("gone", urgent=urgent.reply)

    async def leave(self, ticket: str | None) -> None:
        """Shuts the conversation of a ticket: it is no longer good, here or anywhere."""
        try:
            known = self._tickets.read(ticket or "")
        except TicketError:
            return  # then there is nothing to leave
        self._talks.of(known.conversation_id).closed = True
        await self._stored.close_conversation(known.conversation_id, _now())

    async def measures(self) -> bytes:
        """The metrics of this process, with what the database says of flags."""
        try:
            flags = await self._stored.read(not_acknowledged)
        except StoredError:
            flags = {}
        return self._metrics.text(self._desk.waiting(), flags)

    async def tend(self) -> None:
        """Moves what waits on disk into the database, for as long as it is left running."""
        while True:
            await self._desk.drain()
            await self._stored.drain()
            await asyncio.sleep(_DRAIN_SECONDS)

    async def close(self) -> None:
        """Lets go of everything."""
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._turns.close()
        self._stored.close()
        self._desk.close()

    async def _screen(self, text: str, over: Over | None) -> Screening:
        """What danger a message speaks of, as far as there is room to screen it.

        Raises:
            Refused: there is none.
        """
        if over is None or over.screened == "in full":
            return await self._desk.screen(text)
        if over.screened == "not at all":
            raise over.refused
        return await self._desk.screen(text, by_phrases_alone=True)

    def _patience(self, crisis: bool, since: float, by: Deadline) -> float:
        """For how long Rasa is waited for: briefly where we can give a crisis reply ourselves."""
        current = self._settings
        whole = current.chat_crisis_seconds if crisis else current.chat_answer_seconds
        left = by.left(whole - (monotonic() - since), keep=_STANDING_SECONDS + _DISK_SECONDS)
        return max(_LEAST_SECONDS, left)

    async def _hold(self, turn: CrisisTurn, ticket: Ticket, said: Said, seconds: float) -> None:
        """Puts the flag of a turn on disk. It goes on when nobody waits for it any longer."""
        holding = self._later(self._desk.hold(turn, ticket, said, _now()))
        await asyncio.wait({holding}, timeout=seconds)

    async def _own_turn(
        self,
        talk: Talk,
        ticket: Ticket,
        said: Said,
        found: Screening,
        urgent: CrisisTurn | None,
        by: Deadline,
    ) -> CrisisTurn | None:
        """The crisis reply, by where the conversation stands as far as that can be known."""
        standing = Standing(talk.crisis, ticket.service_id)
        if talk.crisis is None:
            try:
                stored = await asyncio.wait_for(
                    self._stored.standing(ticket.conversation_id),
                    by.left(_STANDING_SECONDS, keep=_DISK_SECONDS),
                )
                standing = replace(stored, service_id=stored.service_id or ticket.service_id)
            except (StoredError, asyncio.TimeoutError):
                pass
        turn = self._desk.respond(said.text, found, standing) or urgent
        if turn is not None and urgent is None:
            await self._hold(turn, ticket, said, max(_DISK_SECONDS, by.left()))
        return turn

    def _said_ourselves(
        self, talk: Talk, ticket: Ticket, said: Said, turn: CrisisTurn, now: datetime
    ) -> list[MessageJSON]:
        messages = [said_by_assistant(turn.reply, said.id, now)]
        talk.answered_itself(said.id, messages, turn.state)
        self._metrics.crisis_by_edge()
        keeping = self._later(self._keep(ticket, said, turn, now))
        talk.keeping.add(keeping)
        keeping.add_done_callback(talk.keeping.discard)
        return messages

    async def _keep(self, ticket: Ticket, said: Said, turn: CrisisTurn, now: datetime) -> None:
        """Stores a turn of our own, unless Rasa, which may only be slow, has it in the end."""
        await self._desk.drain()
        if not await self._turns.was_answered(ticket, said):
            await self._desk.keep_turn(turn, ticket, said, now)

    async def _greeting(self, ticket: Ticket) -> list[MessageJSON]:
        """The greeting. It isn't waited for as an answer is: until then nothing can be sent.

        Raises:
            Refused: it isn't there in time.
        """
        talk = self._talks.of(ticket.conversation_id)
        messages = await self._turns.answer(
            talk, ticket, Said(OPENING, _OPENED_BY), self._settings.chat_greeting_seconds
        )
        talk.answered(messages)
        return messages

    async def _check_offered(self, talk: Talk, ticket: Ticket, payload: str, by: Deadline) -> None:
        """Raises Refused: "not-offered", if that can be known in time."""
        if talk.offered(payload):
            return
        try:
            lines = await asyncio.wait_for(
                self._stored.transcript(ticket.conversation_id),
                by.left(_OFFERED_SECONDS, keep=_LEAST_SECONDS + _STANDING_SECONDS + _DISK_SECONDS),
            )
        except (StoredError, asyncio.TimeoutError):
            return  # payloads are plain text: a tap does no more than typing
        if not any(payload == choice.payload for line in lines for choice in line.choices):
            raise Refused("not-offered")

    async def _is_closed(self, conversation_id: str) -> bool:
        talk = self._talks.of(conversation_id)
        if talk.closed is None:
            try:
                talk.closed = await self._stored.is_closed(conversation_id)
            except StoredError:
                return False
        return talk.closed

    def _later(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task


def _apart(message: MessageJSON) -> MessageJSON:
    """The message; an apology has an id of its own, for the answer that may come has this one."""
    return {**message, "id": f"{message['id']}.sorry"} if is_failure(message) else message


def _now() -> datetime:
    return datetime.now(timezone.utc)
