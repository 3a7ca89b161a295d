"""Reads files of example lines for the crisis screen: what people write, and what it should do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, Extra, ValidationError

from bot.datafile import ROOT, DataError, shown

TRAINING = ROOT / "data" / "crisis" / "lines"
TEST = ROOT / "tests" / "bot" / "crisis" / "lines"

Expect = Literal["alert", "check-in", "fires", "noted", "quiet", "none"]
FIRES = frozenset({"alert", "check-in", "fires"})


class Group(BaseModel):
    """Lines of one kind.

    `expect`: the tier; "fires" is either; "noted" makes no alarm but staff see it; "none" and
    "quiet" are no alarm.
    """

    kind: str
    expect: Expect
    lines: str
    category: str = ""

    class Config:
        extra = Extra.forbid


@dataclass(frozen=True)
class Line:
    """One line, with what its group says of it."""

    text: str
    kind: str
    expect: Expect
    category: str = ""

    @property
    def danger(self) -> bool:
        """Whether it should make an alarm of any tier."""
        return self.expect in FIRES


def read_lines(path: Path) -> list[Line]:
    """The lines of one file.

    Raises:
        DataError: naming the file and the first wrong group.
    """
    lines = []
    for number, content in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), start=1):
        try:
            group = Group.parse_obj(content)
        except ValidationError as error:
            field = error.errors()[0]["loc"][0]
            raise DataError(f"{shown(path)}: `{field}` of group {number}: correct it") from None
        lines += [
            Line(text.strip(), group.kind, group.expect, group.category)
            for text in group.lines.strip().splitlines()
        ]
    return lines


def read_folder(folder: Path, pattern: str = "*.yml") -> Iterator[Line]:
    """The lines of every file in a folder, in the order of the files' names."""
    for path in sorted(folder.glob(pattern)):
        yield from read_lines(path)
