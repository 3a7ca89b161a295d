"""Writes docs/benchmarks.md and its plots from the figures of the rounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from measuring import machine
from measuring.bench.aims import aims, verdict
from measuring.bench.drawing import draw_at_once, draw_turns
from measuring.bench.results import PARTS, Results
from measuring.figures import percentile, typical
from measuring.markdown import page, table

KINDS = {
    "small_talk": "small talk",
    "question": "a question",
    "pre_screen": "an answer in the pre-screen",
    "danger": "a message that speaks of danger",
}
CROWDS = {
    "the starter, small talk": ("stock", "small_talk"),
    "Foyer, small talk": ("ours", "small_talk"),
    "Foyer, all it can do": ("ours", "everything"),
}


def write(figures: dict[str, Any], docs: Path) -> None:
    """Writes the page and the plots into the folder `docs`."""
    results = Results(figures)
    draw_turns(_kinds(results), docs / "benchmarks" / "turns.svg")
    draw_at_once(results, CROWDS, docs / "benchmarks" / "at-once.svg")
    (docs / "benchmarks.md").write_text(text(results), encoding="utf-8")


def text(results: Results) -> str:
    """The page."""
    known = results.figures["machine"]
    return page(
        "# Benchmarks",
        "Foyer with everything switched on, beside the starter project that `rasa init` writes, in "
        "one run of `make bench`: the same Rasa on the same machine, each for a few turns at a "
        "time, so that what else the machine does slows both. The starter knows seven phrases of "
        "small talk, keeps nothing, and has no action server. Foyer has its database, its action "
        "server and its web process beside it.",
        f"Measured on: {machine.described(known)} {_busy(results)} Figures are medians of all "
        "rounds unless they say otherwise. Written by `make bench`; don't edit it by hand.",
        "## Against the aims",
        table(("aim", "aimed at", "measured", "met"), _aim_rows(results)),
        verdict(results),
        "## Time of a turn",
        "From sending a message to Rasa's REST channel until the whole answer is there. Cold is "
        "the first message after the start.",
        table(("", "median", "95th percentile", "beside the starter"), _turn_rows(results)),
        "![Time of a turn, Foyer and the starter](benchmarks/turns.svg)",
        "## Where the time goes",
        "Milliseconds, from clocks inside the assistant's process.",
        table(("", *(KINDS[kind] for kind in results.timed)), _part_rows(results)),
        "## Many people at once",
        "Turns a second while so many people talk, each saying the next thing as soon as they are "
        "answered; and how that compares with the starter's small talk.",
        table(("people at once", *CROWDS), _crowd_rows(results)),
        "![Turns a second by people talking at once](benchmarks/at-once.svg)",
        "Milliseconds of processor time that a turn takes, in all processes together.",
        table(("people at once", *CROWDS), _processor_rows(results)),
        "## Long conversations",
        table(("", "turn 5", "turn 200", "turn 200 ÷ turn 5"), _long_rows(results)),
        "## Start, memory, training",
        table(("", "Foyer", "the starter", "ratio"), _other_rows(results)),
        _memory_note(results),
    )


def _busy(results: Results) -> str:
    known, rounds = results.figures["machine"], results.figures["rounds"]
    cores = known["cores"]
    before, after = known["load"]
    said = f"Load average before and after: {before} and {after}, in {rounds} rounds."
    if before > cores / 2:
        said += " **The machine was busy with other things, so times are longer than they are.**"
    return said


def _kinds(results: Results) -> dict[str, list[float]]:
    bars = {"the starter: small talk": results.turns("stock", "small_talk")}
    return bars | {f"Foyer: {name}": results.turns("ours", kind) for kind, name in KINDS.items()}


def _aim_rows(results: Results) -> Iterable[Sequence[str]]:
    for aim in aims(results):
        yield aim.name, aim.wanted, f"{aim.measured:.2f}", "yes" if aim.met else "**no**"


def _turn_rows(results: Results) -> Iterable[Sequence[str]]:
    base = results.turn("stock", "small_talk")
    for name, turns in _kinds(results).items():
        yield _turn_row(name, turns, base)
    cold = results.figures["stock"]["cold"]
    yield _turn_row("the starter: cold", cold, typical(cold))
    yield _turn_row("Foyer: cold", results.figures["ours"]["cold"], typical(cold))


def _turn_row(name: str, turns: list[float], base: float) -> Sequence[str]:
    ratio = f"{typical(turns) / base:.2f} times" if name.startswith("Foyer") else ""
    return name, f"{typical(turns):.1f} ms", f"{percentile(turns, 95):.1f} ms", ratio


def _part_rows(results: Results) -> Iterable[Sequence[str]]:
    columns = [results.parts(kind) for kind in results.timed]
    for name, words in PARTS.items():
        yield words, *(f"{column[name]:.1f}" for column in columns)


def _crowd_rows(results: Results) -> Iterable[Sequence[str]]:
    for people in results.levels:
        cells = []
        for who, kind in CROWDS.values():
            rate = results.at_once(who, kind, people, "turns_a_second")
            times = f" ({results.throughput(people, kind):.2f} times)" if who == "ours" else ""
            cells.append(f"{rate:.1f}{times}")
        yield people, *cells


def _processor_rows(results: Results) -> Iterable[Sequence[str]]:
    for people in results.levels:
        yield (
            people,
            *(f"{results.at_once(*crowd, people, 'processor'):.1f}" for crowd in CROWDS.values()),
        )


def _long_rows(results: Results) -> Iterable[Sequence[str]]:
    for name, who in (("Foyer", "ours"), ("the starter", "stock")):
        early, late = results.long(who, "5"), results.long(who, "200")
        yield name, f"{early:.1f} ms", f"{late:.1f} ms", f"{results.growth(who):.2f} times"


def _other_rows(results: Results) -> Iterable[Sequence[str]]:
    for name, key in (("start to ready", "start"), ("training", "training")):
        ours, stock = results.typical("ours", key), results.typical("stock", key)
        yield name, f"{ours:.1f} s", f"{stock:.1f} s", f"{ours / stock:.2f} times"
    ours, stock = (sum(results.memory(who).values()) for who in ("ours", "stock"))
    yield (
        "memory of all processes",
        f"{ours:.0f} MB",
        f"{stock:.0f} MB",
        f"{ours / stock:.2f} times",
    )


def _memory_note(results: Results) -> str:
    each = ", ".join(f"{part} {used:.0f} MB" for part, used in results.memory("ours").items())
    return (
        f"Foyer's memory by process: {each}. Before it starts, `make run` looks through the data "
        f"files and the database, which takes another {results.typical('ours', 'checks'):.1f} s."
    )
