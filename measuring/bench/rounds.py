"""The rounds of the benchmark: in each, both assistants do the same, turn by turn."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from bot.settings import ROOT
from measuring import machine, stock
from measuring.bench import people
from measuring.bench.assistants import Assistant, Running, ours, prepare, starter
from measuring.bench.parts import parts
from measuring.bench.people import Person
from scripts.environment import checked_settings, environment
from scripts.progress import run_quietly
from scripts.train import READS

BLOCKS = 10  # of each kind of turn in a round, after one that warms up and isn't counted
BLOCK = 10  # turns at a time: then another has its go, so that noise is the same for all
LONG_TALKS = 2  # long conversations with each in a round
TALKING_AT_ONCE = {1: 120, 8: 20, 32: 6}  # people: the turns each of them takes
EARLY, LATE = 5, 200  # the turns of one conversation that are compared
NEAR = 2  # with so many turns before and after them

Figures = dict[str, Any]
Talk = Callable[[Person, int], Iterator[float]]


def measure(rounds: int) -> Figures:
    """Runs the rounds; gives all figures, each a list with those of every round.

    Times of turns are in milliseconds, others in seconds, memory in megabytes.
    """
    figures: Figures = {"machine": machine.machine(), "rounds": rounds, "ours": {}, "stock": {}}
    with machine.watched(figures["machine"]), tempfile.TemporaryDirectory() as name:
        project = Path(name) / "starter"
        stock.make(project)
        for number in range(rounds):
            print(f"Round {number + 1} of {rounds}", flush=True)
            _training(project, Path(name), figures, ours_first=number % 2 == 0)
            folder = Path(name) / f"round-{number}"
            folder.mkdir()
            _round(ours(folder), starter(project), figures, ours_first=number % 2 == 0)
    return figures


def _training(project: Path, folder: Path, figures: Figures, *, ours_first: bool) -> None:
    """Trains both anew. Ours is written beside, so that the model in use stays."""

    def train_ours() -> None:
        run_quietly(
            [sys.executable, "-m", "rasa", "train", "--force", *READS, "--out", str(folder / "m")],
            "Training ours",
            folder / "train.log",
            env=environment(checked_settings()),
            cwd=ROOT,
        )

    def train_stock() -> None:
        shutil.rmtree(project / "models", ignore_errors=True)
        stock.train(project, "Training the starter", "--force")

    both = [("ours", train_ours), ("stock", train_stock)]
    for name, train in both if ours_first else both[::-1]:
        began = time.monotonic()
        train()
        _add(figures[name], "training", time.monotonic() - began)


def _round(own: Assistant, other: Assistant, figures: Figures, *, ours_first: bool) -> None:
    _add(figures["ours"], "checks", prepare(own))
    both = [("ours", own), ("stock", other)]
    with ExitStack() as stack:
        running: dict[str, Running] = {}
        for name, assistant in both if ours_first else both[::-1]:
            print(f"· Starting {assistant.name}", flush=True)
            running[name] = stack.enter_context(assistant.running())
            _add(figures[name], "start", running[name].start)
            _add(figures[name], "cold", running[name].cold)
        print("· Turn by turn", flush=True)
        _turns(own, other, figures)
        print("· Many at once", flush=True)
        _throughput(own, other, running, figures)
        print("· Long conversations", flush=True)
        _long(own, other, figures)
        for name in running:
            _add(figures[name], "memory", running[name].memory())
        _add(figures["ours"], "parts", parts(own))


def _turns(own: Assistant, other: Assistant, figures: Figures) -> None:
    """Some turns of each kind to each, again and again."""
    kinds = [("stock", "small_talk"), *(("ours", kind) for kind in people.MESSAGES)]
    kinds.append(("ours", "pre_screen"))
    ports = {"ours": own.rasa_port, "stock": other.rasa_port}
    persons = [Person(ports[name]) for name, _ in kinds]
    talks = [
        people.answering(person) if kind == "pre_screen" else people.saying(kind, person)
        for (_, kind), person in zip(kinds, persons, strict=True)
    ]
    for block in range(BLOCKS + 1):
        for (name, kind), talk in zip(kinds, talks, strict=True):
            took = list(islice(talk, BLOCK))
            if block:
                figures[name].setdefault("turns", {}).setdefault(kind, []).extend(took)
    for person in persons:
        person.close()


def _throughput(
    own: Assistant, other: Assistant, running: dict[str, Running], figures: Figures
) -> None:
    """People who each say the next thing as soon as they are answered."""
    plans: list[tuple[str, str, int, Talk]] = [
        ("stock", "small_talk", other.rasa_port, _small_talk),
        ("ours", "small_talk", own.rasa_port, _small_talk),
        ("ours", "everything", own.rasa_port, people.everything),
    ]
    for at_once, each in TALKING_AT_ONCE.items():
        for name, kind, port, talk in plans:
            before = running[name].processor_seconds()
            seconds, turns = _all_at_once(port, talk, at_once, each)
            used = running[name].processor_seconds() - before
            found = figures[name].setdefault("at_once", {}).setdefault(kind, {})
            level = found.setdefault(str(at_once), {})
            _add(level, "turns_a_second", len(turns) / seconds)
            _add(level, "processor", 1000 * used / len(turns))
            level.setdefault("turns", []).extend(turns)


def _all_at_once(port: int, talk: Talk, at_once: int, each: int) -> tuple[float, list[float]]:
    """The seconds until all have had their turns, and the milliseconds of each turn."""

    def one(number: int) -> list[float]:
        person = Person(port)
        going = talk(person, number)
        took = [next(going) for _ in range(each)]
        person.close()
        return took

    began = time.monotonic()
    with ThreadPoolExecutor(at_once) as crowd:
        turns = [took for person in crowd.map(one, range(at_once)) for took in person]
    return time.monotonic() - began, turns


def _long(own: Assistant, other: Assistant, figures: Figures) -> None:
    """Long conversations, with one after the other."""
    texts = people.MESSAGES["small_talk"]
    for talk in range(2 * LONG_TALKS):
        name, port = (("ours", own.rasa_port), ("stock", other.rasa_port))[talk % 2]
        long = figures[name].setdefault("long", {})
        person = Person(port)
        for turn in range(1, LATE + NEAR + 1):
            took, _ = person.say(texts[turn % len(texts)])
            for around in (EARLY, LATE):
                if abs(turn - around) <= NEAR:
                    _add(long, str(around), took)
        person.close()


def _small_talk(person: Person, start: int) -> Iterator[float]:
    return people.saying("small_talk", person, start)


def _add(into: Figures, name: str, figure: Any) -> None:
    into.setdefault(name, []).append(figure)
