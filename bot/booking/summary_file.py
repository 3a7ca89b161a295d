"""The summary a person takes along, as a PDF to print or show. It holds no score.

Set in DejaVu Sans, which has the letters of most European languages, Greek and Cyrillic. What it
hasn't is shown as an empty box; the same summary as text has every letter.
"""

from __future__ import annotations

import logging
from datetime import datetime
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from fpdf import FPDF

_MARGIN = 20.0  # mm
_FONT = "DejaVu"


def summary_pdf(text: str, made: datetime) -> bytes:
    """The text of `bot.prescreen.summary.take_along` as a PDF of A4 pages.

    Its first line is the title; a line after an empty one is a heading.

    Args:
        made: when the answers were sent; the same summary always gives the same file.
    """
    lines = text.rstrip("\n").split("\n")
    page = _Page(format="A4")
    page.set_creation_date(made)
    page.set_title(lines[0])
    page.set_lang("en-GB")
    page.set_margins(_MARGIN, _MARGIN)
    page.set_auto_page_break(True, margin=_MARGIN)
    for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        page.add_font(_FONT, style, _fonts() / name)
    page.add_page()
    page.line_of(lines[0], size=16, bold=True)
    after_gap = False
    for line in lines[1:]:
        if not line:
            page.ln(4)
        else:
            page.line_of(line, size=13 if after_gap else 11, bold=after_gap)
        after_gap = not line
    return bytes(page.output())


class _Page(FPDF):
    """A page with its number at the foot."""

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font(_FONT, size=9)
        self.cell(0, 10, f"{self.page_no()}", align="C")

    def line_of(self, text: str, *, size: int, bold: bool) -> None:
        """A paragraph, broken where it must be."""
        self.set_font(_FONT, "B" if bold else "", size)
        self.multi_cell(0, size * 0.55, text, align="L", new_x="LMARGIN", new_y="NEXT")


@lru_cache(maxsize=1)
def _fonts() -> Path:
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells every step of its work
    logging.getLogger("fpdf").setLevel(logging.ERROR)  # it names letters that a font hasn't
    spec = find_spec("matplotlib")  # which ships the font; found, not imported: it is large
    places = spec.submodule_search_locations if spec else None
    if not places:
        raise RuntimeError("matplotlib, which ships the font, is missing: run `make setup`")
    return Path(places[0]) / "mpl-data" / "fonts" / "ttf"
