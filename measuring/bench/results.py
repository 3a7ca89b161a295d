"""The figures of all rounds, and what the report takes from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from measuring.figures import typical

# The parts of a turn, in the order it goes through them.
PARTS = {
    "door": "HTTP and the channel",
    "reading": "reading the conversation from the database",
    "understanding": "understanding it (sentence meaning, topics, services)",
    "screening": "the crisis screen",
    "actions": "actions, with the call to their server",
    "writing": "writing the turn to the database, encrypted",
    "rest": "the rest of Rasa (graph, rules, trackers)",
}


@dataclass(frozen=True)
class Results:
    """What `rounds.measure` gave. `who` is "ours" or "stock" wherever it is asked for."""

    figures: dict[str, Any]

    def turns(self, who: str, kind: str) -> list[float]:
        """The milliseconds of every warm turn of a kind."""
        found: list[float] = self.figures[who]["turns"][kind]
        return found

    def turn(self, who: str, kind: str) -> float:
        """Their median."""
        return typical(self.turns(who, kind))

    def typical(self, who: str, name: str) -> float:
        """The median over the rounds of a figure that each round has once."""
        return typical(self.figures[who][name])

    def ratio(self, name: str) -> float:
        """Ours beside the starter's."""
        return self.typical("ours", name) / self.typical("stock", name)

    @property
    def levels(self) -> list[str]:
        """How many people talked at once."""
        return list(self.figures["stock"]["at_once"]["small_talk"])

    def at_once(self, who: str, kind: str, people: str, figure: str) -> float:
        """The median of "turns_a_second" or "processor" while so many people talk."""
        return typical(self.figures[who]["at_once"][kind][people][figure])

    def throughput(self, people: str, kind: str = "small_talk") -> float:
        """Our turns a second beside the starter's, which only has small talk."""
        ours = self.at_once("ours", kind, people, "turns_a_second")
        return ours / self.at_once("stock", "small_talk", people, "turns_a_second")

    def long(self, who: str, turn: str) -> float:
        """The median milliseconds around turn "5" or "200" of a long conversation."""
        return typical(self.figures[who]["long"][turn])

    def growth(self, who: str) -> float:
        """Turn 200 beside turn 5."""
        return self.long(who, "200") / self.long(who, "5")

    def memory(self, who: str) -> dict[str, float]:
        """The median megabytes of each process."""
        rounds = self.figures[who]["memory"]
        return {part: typical([each.get(part, 0.0) for each in rounds]) for part in rounds[0]}

    @property
    def timed(self) -> list[str]:
        """The kinds of turns that were timed from within."""
        return list(self.figures["ours"]["parts"][0])

    def slowest(self, part: str) -> float:
        """The median milliseconds of a part in the kind of turn where it takes longest."""
        rounds = self.figures["ours"]["parts"]
        return max(typical([each[kind][part] for each in rounds]) for kind in self.timed)

    def parts(self, kind: str) -> dict[str, float]:
        """The median milliseconds of each of PARTS in our turns of a kind."""
        rounds = [each[kind] for each in self.figures["ours"]["parts"]]
        found = {
            name: typical([each.get(name, 0.0) for each in rounds]) for name in {*PARTS, "whole"}
        }
        whole = found.pop("whole")
        inside = sum(found.values())
        return {
            **found,
            "rest": max(0.0, whole - inside),
            "door": max(0.0, self.turn("ours", kind) - whole),
        }
