"""What goes into a turn of the crisis conversation, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.crisis.flagging import FlagDraft
from bot.reply import Reply

# What the last turn left, as plain JSON values: `asked` is the open question, `paused` what was
# put aside, `times` how often there was an alarm, `age` what they said in passing; `tier` and
# `category` are of the last one.
State = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """What is known of the person that help lines depend on."""

    service_id: str | None = None
    age: int | None = None


@dataclass(frozen=True)
class CrisisTurn:
    """A reply, the state to keep, the flag to store, and whether the person disputes the last."""

    reply: Reply
    state: State
    flag: FlagDraft | None = None
    disputed: bool = False
