"""What comes of reading a typed answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Understood:
    """An answer as it is kept.

    `echo` is whether to say back how it was understood; `complete` is False when more choices
    may follow.
    """

    value: Any
    echo: bool = False
    complete: bool = True


@dataclass(frozen=True)
class NotUnderstood:
    """Why the text isn't an answer: a key of `asks_again` in texts.yml, and what fills it."""

    reason: str
    details: Mapping[str, str] = field(default_factory=dict)
