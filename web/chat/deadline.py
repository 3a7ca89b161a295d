"""The time by which something has to be there, for everything on the way to keep to."""

from __future__ import annotations

from math import inf
from time import monotonic


class Deadline:
    """A time from now on. Without `seconds` there is no hurry."""

    def __init__(self, seconds: float = inf) -> None:
        self._at = monotonic() + seconds

    def left(self, at_most: float = inf, keep: float = 0.0) -> float:
        """The seconds until then, at most so many, when some are kept for what comes after."""
        return max(0.0, min(at_most, self._at - monotonic() - keep))
