from __future__ import annotations

from measuring.machine import described, machine, watched


def test_the_machine_is_described_in_a_sentence() -> None:
    known = machine()
    said = described(known)
    assert f"{known['cores']} cores" in said
    assert "Rasa 3.6" in said
    assert known["date"] in said


def test_how_busy_it_was_is_noted_before_and_after() -> None:
    known: dict[str, object] = {}
    with watched(known):
        assert len(known["load"]) == 1
    assert len(known["load"]) == 2
