"""Stops asking a system that doesn't answer, so that nobody waits for it in vain.

Why it is our own: docs/decisions/0010-breaker.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock


class Breaker:
    """Open after several failures in a row; after a while one call is let through to try."""

    def __init__(
        self,
        failures: int = 4,
        seconds: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._closed_again = 0.0

    def lets_through(self) -> bool:
        """Whether to ask now. While open, one caller in each period may try."""
        with self._lock:
            if self._failures < self._most:
                return True
            if self._clock() < self._closed_again:
                return False
            self._closed_again = self._clock() + self._seconds
            return True

    def worked(self) -> None:
        """It answered."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """It didn't."""
        with self._lock:
            self._failures += 1
            self._closed_again = self._clock() + self._seconds
