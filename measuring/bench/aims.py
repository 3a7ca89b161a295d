"""What the benchmark aims at, and whether it is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from measuring.bench.results import PARTS, Results

SCREEN_MS, PHRASES_MS = 20.0, 1.0  # the crisis screen at the median: all layers, phrases alone


@dataclass(frozen=True)
class Aim:
    """One aim: what was measured, and the most or, with `more`, the least it should be.

    `over`: what a miss comes to in milliseconds, where that says something.
    """

    name: str
    limit: float
    measured: float
    unit: str = " times the starter's"
    more: bool = False
    over: float | None = None

    @property
    def met(self) -> bool:
        """Whether it is there."""
        return self.measured >= self.limit if self.more else self.measured <= self.limit

    @property
    def wanted(self) -> str:
        """What is aimed at, in words."""
        return f"{'at least' if self.more else 'at most'} {self.limit:g}{self.unit}"


def aims(results: Results) -> list[Aim]:
    """All of them."""
    return [
        _turn(results, "small_talk", "time of a turn, the same small talk"),
        _turn(results, "question", "time of a turn, our questions beside its small talk"),
        Aim("start to ready", 0.5, results.ratio("start")),
        *(
            Aim(f"turns a second, {people} at once", 2, results.throughput(people), more=True)
            for people in results.levels
        ),
        Aim("time of turn 200", 1.2, results.growth("ours"), " times turn 5's"),
        Aim("crisis screen, all layers", SCREEN_MS, results.slowest("screening"), " ms"),
        Aim("crisis screen, phrases alone", PHRASES_MS, results.slowest("phrases"), " ms"),
    ]


def _turn(results: Results, kind: str, name: str) -> Aim:
    ours, stock = results.turn("ours", kind), results.turn("stock", "small_talk")
    return Aim(name, 0.5, ours / stock, over=ours - 0.5 * stock)


def verdict(results: Results) -> str:
    """What is missed, by how much and why."""
    missed = [aim for aim in aims(results) if not aim.met]
    if not missed:
        return "Every aim is met."
    return "\n".join(["What is missed, and by how much:", "", *_lines(missed), "", _why(results)])


def _lines(missed: list[Aim]) -> Iterator[str]:
    for aim in missed:
        over = "" if aim.over is None else f": {aim.over:.1f} ms too long"
        yield f"- {aim.name}: {aim.measured:.2f}{aim.unit}, {aim.wanted} is aimed at{over}."


def _why(results: Results) -> str:
    parts = results.parts("small_talk")
    own = {name: parts[name] for name in ("understanding", "screening", "reading", "writing")}
    longest = sorted(own, key=lambda name: -own[name])[:2]
    listed = " and ".join(f"{PARTS[name]} ({parts[name]:.1f} ms)" for name in longest)
    rasas = parts["rest"] + parts["door"]
    return (
        f"Why: of the {sum(parts.values()):.1f} ms of small talk, Rasa itself takes {rasas:.1f} "
        f"ms, which no assistant on it can do without. Most of what we add is {listed}."
    )
