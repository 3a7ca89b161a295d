from __future__ import annotations

import asyncio
from types import SimpleNamespace

from measuring.bench.parts import Clock


def test_a_clock_adds_up_what_it_was_put_on() -> None:
    async def later(value: int) -> int:
        await asyncio.sleep(0)
        return value + 1

    module = SimpleNamespace(now=lambda value: value * 2, later=later)
    clock = Clock()
    clock.on(module, "now", "quick")
    clock.on(module, "later", "slow")
    assert module.now(2) == 4
    assert asyncio.run(module.later(2)) == 3
    taken = clock.take()
    assert set(taken) == {"quick", "slow"}
    assert all(spent >= 0 for spent in taken.values())
    assert clock.take() == {}


def test_what_fails_is_timed_too() -> None:
    def fail() -> None:
        raise ValueError

    module = SimpleNamespace(fail=fail)
    clock = Clock()
    clock.on(module, "fail", "failing")
    try:
        module.fail()
    except ValueError:
        assert set(clock.take()) == {"failing"}
    else:
        raise AssertionError("the error was lost")
