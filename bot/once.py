"""Does a piece of work once, however often and however impatiently it is asked for."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Work by key. Who asks for the same key again joins the work, or gets its result.

    Work that is begun is finished, also when nobody waits for it any more. Failed work is
    forgotten, so that it can be done again.
    """

    def __init__(self, remembered: int) -> None:
        """Args:
        remembered: how many results are kept, the newest.
        """
        self._remembered = remembered
        self._works: OrderedDict[Hashable, asyncio.Task[T]] = OrderedDict()

    def start(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> asyncio.Task[T]:
        """The task that does, or did, the work of this key.

        Wait for it with `asyncio.wait`, or shielded: cancelling it would stop it for all.
        """
        known = self._works.get(key)
        if known is not None:
            return known
        task = asyncio.ensure_future(_finish(work))
        self._works[key] = task
        task.add_done_callback(lambda done: self._done(key, done))
        return task

    def known(self, key: Hashable) -> asyncio.Task[T] | None:
        """The task of this key, if its work was begun and has not failed."""
        return self._works.get(key)

    def forget(self, key: Hashable) -> None:
        """Lets the work of this key be done anew."""
        self._works.pop(key, None)

    def running(self) -> int:
        """How many are not finished."""
        return sum(not task.done() for task in self._works.values())

    def _done(self, key: Hashable, task: asyncio.Task[T]) -> None:
        failed = task.cancelled() or task.exception() is not None
        if failed and self._works.get(key) is task:
            self.forget(key)
        for old in list(self._works):
            if len(self._works) <= self._remembered:
                break
            if self._works[old].done():
                self.forget(old)


async def _finish(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
