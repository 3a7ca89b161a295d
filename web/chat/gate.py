"""The limits of the chat: of each visitor, and of all together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.settings import Settings
from web.chat.limits import Bucket, Buckets, network
from web.chat.refusals import Refused
from web.chat.talks import Talk
from web.chat.wire import Said

_MINUTE, _HOUR = 60.0, 3600.0
_CONVERSATIONS_OF_AN_ADDRESS = 5  # that write as fast as they may
_READS_OF_A_MESSAGE = 2  # a page reads the conversation again when it comes back
_SCREENED_OVER_LIMIT = 120  # a minute in all: even who writes too fast may be in danger
_READ_OF_AN_ADDRESS = 20_000  # characters a minute beyond that, for the phrases alone
_READ_IN_ALL = 200_000  # of them
_LEAST_READ = 100  # that a message counts as: its flag costs something, too
_WAITING_IN_A_CONVERSATION = 3
_BUSY_SECONDS = 2


@dataclass(frozen=True)
class Over:
    """What becomes of a message over the limits: its refusal, and how it is screened before."""

    refused: Refused
    screened: Literal["in full", "by phrases", "not at all"]


class Gate:
    """Refuses what is too much."""

    def __init__(self, settings: Settings) -> None:
        self._longest = settings.chat_message_length
        self._at_once = settings.chat_at_once
        a_minute = settings.chat_messages_a_minute
        self._messages = Buckets(a_minute, _MINUTE)
        self._addresses = Buckets(a_minute * _CONVERSATIONS_OF_AN_ADDRESS, _MINUTE)
        self._reads = Buckets(
            a_minute * _CONVERSATIONS_OF_AN_ADDRESS * _READS_OF_A_MESSAGE, _MINUTE
        )
        self._new = Buckets(settings.chat_new_an_hour, _HOUR)
        self._strangers = Buckets(a_minute, _MINUTE)
        self._over = Bucket(_SCREENED_OVER_LIMIT, _MINUTE)
        self._read_of = Buckets(_READ_OF_AN_ADDRESS, _MINUTE)
        self._read = Bucket(_READ_IN_ALL, _MINUTE)

    def new_conversation(self, address: str) -> None:
        """Raises Refused when an address has begun too many."""
        wait = self._new.take(network(address))
        if wait:
            raise Refused("too-fast", wait)

    def read(self, address: str) -> None:
        """Raises Refused when an address asks too often for what was said or is kept."""
        wait = self._reads.take(network(address))
        if wait:
            raise Refused("too-fast", wait)

    def message(self, conversation_id: str, address: str, text: str) -> Over | None:
        """What becomes of a message that came too fast; None for one that didn't."""
        wait = max(self._messages.take(conversation_id), self._addresses.take(network(address)))
        if not wait:
            return None
        if not self._over.take():
            return Over(Refused("too-fast", wait), "in full")
        return self._by_phrases(wait, address, text)

    def stranger(self, address: str, text: str) -> Over | None:
        """The same, for an address that sends too much without a good ticket."""
        wait = self._strangers.take(network(address))
        return self._by_phrases(wait, address, text) if wait else None

    def _by_phrases(self, wait: float, address: str, text: str) -> Over:
        length = min(max(len(text), _LEAST_READ), _READ_OF_AN_ADDRESS)
        full = self._read_of.take(network(address), length) or self._read.take(length)
        return Over(Refused("too-fast", wait), "not at all" if full else "by phrases")

    def length(self, said: Said) -> None:
        """Raises Refused for a message that is too long."""
        if len(said.text) > self._longest:
            raise Refused("too-long")

    def room(self, talk: Talk, in_hand: int) -> None:
        """Raises Refused when too many turns are in hand, of all or of this conversation."""
        if talk.waiting >= _WAITING_IN_A_CONVERSATION:
            raise Refused("too-fast", _BUSY_SECONDS)
        if in_hand >= self._at_once:
            raise Refused("busy", _BUSY_SECONDS)
