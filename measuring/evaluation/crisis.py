"""Counts how well danger is noticed, and how often what is harmless is taken for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.crisis.meaning import meaning, pieces
from bot.crisis.screen import screen
from bot.settings import ROOT
from measuring.figures import Share
from scripts.crisis_lines import Line, read_lines

LINES = ROOT / "tests" / "bot" / "crisis" / "lines"
POST_WORDS = 40  # a line with more words than this is a post, not a chat message
DENIED_OR_PAST = {"denied", "past"}  # kinds of harmless lines


@dataclass(frozen=True)
class Screened:
    """A line, and what was made of it."""

    line: Line
    tier: str | None
    category: str | None = None
    qualifiers: tuple[str, ...] = ()
    layer: str | None = None
    likely: float = 0.0  # how likely danger is by meaning, where nothing was noticed

    @property
    def is_post(self) -> bool:
        """Whether the line is a long post."""
        return len(self.line.text.split()) > POST_WORDS


def unseen() -> list[Line]:
    """The lines that nobody tuned on."""
    return [line for path in unseen_files() for line in read_lines(path)]


def unseen_files() -> list[Path]:
    """Their files."""
    return sorted(LINES.glob("unseen_*.yml"))


def by_ours(lines: Sequence[Line]) -> list[Screened]:
    """The lines through our screen."""
    found = []
    layer = meaning()
    for line in lines:
        result = screen(line.text)
        asked = layer.senses(pieces(line.text)) if layer and result.tier is None else ()
        likely = max((sense.danger for sense in asked), default=0.0)
        found.append(
            Screened(line, result.tier, result.category, result.qualifiers, result.layer, likely)
        )
    return found


def with_bar(screened: Iterable[Screened], bar: float) -> list[Screened]:
    """As if the layer of meaning spoke at this bar for a check-in, lower than the real one."""
    return [
        replace(each, tier="check-in") if each.tier is None and each.likely >= bar else each
        for each in screened
    ]


def shares(screened: Sequence[Screened]) -> dict[str, Share]:
    """The figures that have targets, by name."""
    found = {}
    for length, here in (("chat", chats(screened)), ("post", posts(screened))):
        found[f"crisis.{length}.noticed"] = noticed(here)
        found[f"crisis.{length}.false_alert"] = false(here, "alert")
        found[f"crisis.{length}.false_check_in"] = false(here, "check-in")
    found["crisis.false_alert"] = false(screened, "alert")
    found["crisis.false_check_in"] = false(screened, "check-in")
    found["crisis.alert_when_clear"] = Share.counted(
        each.tier == "alert" for each in screened if each.line.expect == "alert"
    )
    found["crisis.calm_left_alone"] = Share.counted(
        each.tier is None
        for each in screened
        if not each.line.danger and each.line.kind in DENIED_OR_PAST
    )
    found["crisis.right_category"] = Share.counted(
        each.category == each.line.category
        for each in screened
        if each.line.danger and each.tier and each.line.category and each.category
    )
    return found


def noticed(screened: Iterable[Screened]) -> Share:
    """Of the lines that speak of danger, those that got an alert or a check-in."""
    return Share.counted(each.tier is not None for each in screened if each.line.danger)


def false(screened: Iterable[Screened], tier: str) -> Share:
    """Of the harmless lines, those that got that tier."""
    return Share.counted(each.tier == tier for each in screened if is_harmless(each.line))


def is_harmless(line: Line) -> bool:
    """Whether nothing at all should happen."""
    return not line.danger


def chats(screened: Iterable[Screened]) -> list[Screened]:
    """Those of the length of a chat message."""
    return [each for each in screened if not each.is_post]


def posts(screened: Iterable[Screened]) -> list[Screened]:
    """The long ones."""
    return [each for each in screened if each.is_post]


def grouped(
    screened: Iterable[Screened], key: Callable[[Screened], str | None]
) -> dict[str, list[Screened]]:
    """In groups by what `key` gives, in order of first appearance; None is left out."""
    groups: dict[str, list[Screened]] = {}
    for each in screened:
        name = key(each)
        if name is not None:
            groups.setdefault(name, []).append(each)
    return groups


def missed(screened: Iterable[Screened]) -> list[Screened]:
    """Danger that nothing noticed."""
    return [each for each in screened if each.line.danger and each.tier is None]
