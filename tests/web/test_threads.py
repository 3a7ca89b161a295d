from __future__ import annotations

import asyncio
import threading

import pytest

from web.threads import Threads


async def test_work_is_done_beside_the_event_loop() -> None:
    threads = Threads("test", 1, 10)
    assert await threads.run(lambda: threading.current_thread().name) == "test_0"
    threads.close()


async def test_work_that_hangs_is_waited_for_so_long_only_and_holds_up_no_other_kind() -> None:
    go = threading.Event()
    hanging, others = Threads("hanging", 1, 0.05), Threads("others", 1, 10)
    for _ in range(3):
        with pytest.raises(asyncio.TimeoutError):
            await hanging.run(lambda: go.wait(20))
    assert await others.run(lambda: 7) == 7
    go.set()
    hanging.close()
    others.close()


@pytest.mark.parametrize("steps", range(5))
async def test_a_cancellation_is_never_lost_however_close_to_the_end(steps: int) -> None:
    threads = Threads("test", 1, 10)
    finished = threading.Event()
    task = asyncio.create_task(threads.run(finished.set))
    await asyncio.sleep(0)
    finished.wait(10)
    threads._pool.shutdown()  # the result is there, and the event loop hasn't heard of it yet
    for _ in range(steps):
        await asyncio.sleep(0)
    if task.cancel():
        with pytest.raises(asyncio.CancelledError):
            await task
    else:
        await task


async def test_an_error_is_passed_on() -> None:
    threads = Threads("test", 1, 10)

    def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await threads.run(fail)
    threads.close()
