"""Signs the ids of conversations, so that only who was given one can talk in it."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from itsdangerous import BadData, URLSafeTimedSerializer


@dataclass(frozen=True)
class Ticket:
    """The right to one conversation, and the service of the page that it stands on."""

    conversation_id: str
    service_id: str | None
    issued_at: datetime


class TicketError(Exception):
    """No good ticket. `expired` is the one that was good once, if it is that."""

    def __init__(self, expired: Ticket | None = None) -> None:
        super().__init__("expired" if expired else "not a ticket")
        self.expired = expired


class Tickets:
    """Issues and reads tickets, as text for a cookie or a header."""

    def __init__(self, keys: Sequence[bytes], hours: float) -> None:
        """Args:
        keys: secrets, newest first; the first one signs, every one is read.
        hours: how long a ticket is good.
        """
        self._seconds = hours * 3600
        self._signer = URLSafeTimedSerializer(
            list(reversed(keys)),
            salt="foyer conversation",
            signer_kwargs={"digest_method": hashlib.sha256},
        )

    def now(self) -> float:
        """The time by which tickets grow old, in seconds since 1970."""
        return time.time()

    def issue(self, conversation_id: str, service_id: str | None) -> str:
        """A ticket that is good from now on."""
        return str(self._signer.dumps([conversation_id, service_id]))

    def read(self, text: str) -> Ticket:
        """The ticket.

        Raises:
            TicketError: it is forged, damaged or too old.
        """
        try:
            content, issued_at = self._signer.loads(text, return_timestamp=True)
            (conversation_id, service_id) = content
        except (BadData, ValueError, TypeError):
            raise TicketError from None
        ticket = Ticket(conversation_id, service_id, issued_at)
        if self.now() - issued_at.timestamp() > self._seconds:
            raise TicketError(ticket)
        return ticket


def new_conversation_id() -> str:
    """An id that can't be guessed: 128 random bits."""
    return secrets.token_hex(16)
