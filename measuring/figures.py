"""The few figures that both reports count in: shares with their intervals, medians, percentiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import median

_Z = 1.959964  # 95% of a normal distribution lies within this many standard deviations


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @classmethod
    def counted(cls, outcomes: Iterable[bool]) -> Share:
        """How many of the outcomes are true."""
        found = list(outcomes)
        return cls(sum(found), len(found))

    @property
    def value(self) -> float:
        """From 0 to 1; 0 of nothing."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval by Wilson's method (JASA 22, 1927), right for small and extreme shares.

        Of nothing, nothing is known: 0 to 1.
        """
        if not self.of:
            return 0.0, 1.0
        squared = _Z * _Z / self.of
        centre = (self.value + squared / 2) / (1 + squared)
        spread = self.value * (1 - self.value) / self.of + squared / (4 * self.of)
        half = _Z * sqrt(spread) / (1 + squared)
        return max(0.0, centre - half), min(1.0, centre + half)

    def __str__(self) -> str:
        """As the reports show it: "96.2% (91.3 to 98.4)"."""
        if not self.of:
            return "–"
        low, high = self.interval
        return f"{100 * self.value:.1f}% ({100 * low:.1f} to {100 * high:.1f})"


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of the values that `percent` of them don't exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, ceil(percent / 100 * len(ordered)) - 1)]


def typical(values: Sequence[float]) -> float:
    """The median."""
    return float(median(values))
