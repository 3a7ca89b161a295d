"""The targets, and the floors that no change may go below (floor.yml)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from bot.datafile import Strict, load_model
from measuring.figures import Share

FILE = Path(__file__).with_name("floor.yml")


class Goal(Strict):
    """A figure's target, from 0 to 1, where it has one, and its floor.

    `why` says why the target is missed, if it is.
    """

    figure: str
    name: str
    target: float | None = None
    floor: float
    less_is_better: bool = False
    why: str = ""

    def met(self, share: Share) -> bool | None:
        """Whether the share meets the target; None without one, or when nothing was counted."""
        if self.target is None or not share.of:
            return None
        return not self._worse(share, self.target)

    def below(self, share: Share) -> bool:
        """Whether the share is worse than the floor."""
        return bool(share.of) and self._worse(share, self.floor)

    def _worse(self, share: Share, than: float) -> bool:
        return share.value > than if self.less_is_better else share.value < than


class _Goals(Strict):
    goals: tuple[Goal, ...]


@lru_cache(maxsize=1)
def goals() -> tuple[Goal, ...]:
    """All of them.

    Raises:
        DataError: the file can't be used.
    """
    return load_model(FILE, _Goals).goals


def problems(shares: Mapping[str, Share], wanted: Iterable[Goal]) -> list[str]:
    """A line for each figure that is worse than its floor, or that wasn't measured."""
    found = []
    for goal in wanted:
        share = shares.get(goal.figure)
        if share is None:
            found.append(f"{goal.figure} wasn't measured")
        elif goal.below(share):
            limit = "above" if goal.less_is_better else "below"
            found.append(
                f"{goal.name}: {100 * share.value:.1f}% ({share.count} of {share.of}), "
                f"{limit} the floor of {100 * goal.floor:g}%"
            )
    return found
