from __future__ import annotations

import asyncio

import pytest

from bot.once import Once


class Work:
    """Counts how often it is done; `go` lets it finish."""

    def __init__(self) -> None:
        self.times = 0
        self.go = asyncio.Event()

    async def __call__(self) -> int:
        self.times += 1
        await self.go.wait()
        return self.times


async def test_two_at_once_share_the_work_and_a_third_its_result() -> None:
    once: Once[int] = Once(10)
    work = Work()
    both = asyncio.gather(once.start("k", work), once.start("k", work))
    await asyncio.sleep(0)
    assert once.running() == 1
    assert once.known("k") is once.start("k", work)
    assert once.known("another") is None
    work.go.set()
    assert await both == [1, 1]
    assert await once.start("k", work) == 1
    assert (work.times, once.running()) == (1, 0)


async def test_it_is_finished_though_nobody_waits() -> None:
    once: Once[int] = Once(10)
    work = Work()
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(asyncio.shield(once.start("k", work)), 0.01)
    work.go.set()
    assert await once.start("k", work) == 1


async def test_what_failed_can_be_done_again() -> None:
    once: Once[int] = Once(10)

    async def fail() -> int:
        raise ValueError

    async def succeed() -> int:
        return 7

    async def anew() -> int:
        return 8

    with pytest.raises(ValueError):  # noqa: PT011
        await once.start("k", fail)
    assert await once.start("k", succeed) == 7
    once.forget("k")
    assert await once.start("k", anew) == 8


async def test_only_the_newest_results_are_kept_and_no_running_work_is_dropped() -> None:
    once: Once[int] = Once(2)
    work = Work()
    running = once.start("running", work)

    async def quick() -> int:
        return 1

    for key in range(5):
        await once.start(key, quick)
    assert once.start("running", work) is running
    work.go.set()
    assert await running == 1
    assert len(once._works) == 2
