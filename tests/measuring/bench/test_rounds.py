from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat

from measuring.bench import rounds
from measuring.bench.people import Person


def test_each_of_a_crowd_has_its_turns() -> None:
    began: list[int] = []

    def talk(person: Person, number: int) -> Iterator[float]:
        began.append(number)
        return repeat(float(number))

    seconds, turns = rounds._all_at_once(1, talk, 3, 4)
    assert seconds > 0
    assert sorted(began) == [0, 1, 2]
    assert sorted(turns) == [0.0] * 4 + [1.0] * 4 + [2.0] * 4
