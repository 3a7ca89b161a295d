from __future__ import annotations

from bot.booking.fhir.breaker import Breaker


def test_after_some_failures_in_a_row_nothing_is_asked_for_a_while() -> None:
    now = [0.0]
    breaker = Breaker(failures=3, seconds=30, clock=lambda: now[0])
    breaker.failed()
    breaker.failed()
    breaker.worked()  # not in a row
    for _ in range(3):
        assert breaker.lets_through()
        breaker.failed()
    assert not breaker.lets_through()
    now[0] = 29.9
    assert not breaker.lets_through()


def test_then_one_is_let_through_to_try() -> None:
    now = [0.0]
    breaker = Breaker(failures=1, seconds=30, clock=lambda: now[0])
    breaker.failed()
    now[0] = 30.0
    assert breaker.lets_through()
    assert not breaker.lets_through()  # the others wait for what comes of it
    breaker.failed()
    now[0] = 59.9
    assert not breaker.lets_through()
    now[0] = 60.0
    assert breaker.lets_through()
    breaker.worked()
    assert breaker.lets_through()
    assert breaker.lets_through()
