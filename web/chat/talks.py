"""What this process remembers of the conversations that are going on."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.crisis.turn import State
from web.chat.wire import MessageJSON

_TALKS = 5_000
_OWN_TURNS = 20
_OFFERED = 200


@dataclass
class Talk:
    """One conversation. All of it can be lost: the database knows the rest."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # one turn at a time
    waiting: int = 0
    closed: bool | None = None  # None: not known yet
    crisis: State | None = None  # what the edge's own last crisis reply left
    keeping: set[asyncio.Task[None]] = field(default_factory=set)  # turns on their way to Rasa
    own: OrderedDict[str, list[MessageJSON]] = field(default_factory=OrderedDict)
    _offered: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def answered(self, messages: Iterable[MessageJSON]) -> None:
        """Takes note of the choices that were offered."""
        for message in messages:
            for button in message["buttons"]:
                self._offered[button["payload"]] = None
        while len(self._offered) > _OFFERED:
            self._offered.popitem(last=False)

    def offered(self, payload: str) -> bool:
        """Whether this choice was offered while this process ran."""
        return payload in self._offered

    def answered_itself(self, message_id: str, messages: list[MessageJSON], state: State) -> None:
        """Takes note of a crisis reply of the edge's own, for whoever asks again."""
        self.answered(messages)
        self.crisis = state
        self.own[message_id] = messages
        while len(self.own) > _OWN_TURNS:
            self.own.popitem(last=False)


class Talks:
    """The conversations, the latest used ones only; none is dropped in mid-turn."""

    def __init__(self) -> None:
        self._talks: OrderedDict[str, Talk] = OrderedDict()

    def of(self, conversation_id: str) -> Talk:
        """The conversation of that id."""
        talk = self._talks.setdefault(conversation_id, Talk())
        self._talks.move_to_end(conversation_id)
        if len(self._talks) > _TALKS:
            for old in [name for name, each in self._talks.items() if not each.waiting][:100]:
                if self._talks[old] is not talk:
                    del self._talks[old]
        return talk
