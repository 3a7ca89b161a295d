"""Runs what blocks in threads of its own kind, for a bounded time.

A thread that hangs, on a database that doesn't answer, can't be stopped. So each kind of work
has few threads of its own: when all of them hang, only that kind of work is given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Threads:
    """A few threads for one kind of work."""

    def __init__(self, name: str, count: int, seconds: float) -> None:
        """Args:
        seconds: how long anyone waits for a result.
        """
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=name)
        self._seconds = seconds

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` gives.

        Raises:
            asyncio.TimeoutError: it isn't there in time. If begun, it goes on all the same.
        """
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        try:
            # Not wait_for: before Python 3.12 it loses a cancellation that comes just as the work
            # is done, and then a loop that should end goes on for ever.
            done, _ = await asyncio.wait({future}, timeout=self._seconds)
        finally:
            future.cancel()  # of no effect when it is done
        if not done:
            raise asyncio.TimeoutError
        return future.result()

    def close(self) -> None:
        """Lets the threads end, without waiting for those that hang."""
        self._pool.shutdown(wait=False, cancel_futures=True)
