"""A person's record as PDF, for the service's own record system.

It prints the scripts that its font has and that need no shaping: Latin, Greek, Cyrillic, …
Words in others are marked where they stand, and the first page says that they are missing. All of
the text is in the PDF as a file as well, so no word is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from unicodedata import bidirectional

import matplotlib
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from bot.booking.times import full_time, in_london
from bot.prescreen.show import show_date
from bot.records.models import Flag
from bot.review.answers import AnswerRow, ScoreCard
from bot.review.flagged import answered, heading, noticed
from bot.review.person import Person
from bot.staff.words import words

_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
_MISSING = "▢"
_RIGHT_TO_LEFT = ("R", "AL", "AN")  # these letters change with their neighbours, or run backwards


class _Line(NamedTuple):
    text: str
    size: int
    bold: bool
    gap: int = 0  # above it


class _Paper(FPDF):
    """A4 pages with what they are and their number at the foot."""

    def __init__(self, foot: str) -> None:
        super().__init__()
        self._foot = foot
        self._lines: list[_Line] = []
        self.add_font("DejaVu", "", _FONTS / "DejaVuSans.ttf")
        self.add_font("DejaVu", "B", _FONTS / "DejaVuSans-Bold.ttf")
        self.set_auto_page_break(True, margin=18)
        self.set_margins(18, 16)
        self.add_page()

    def footer(self) -> None:
        """The foot of each page."""
        self.set_y(-13)
        self.set_font("DejaVu", "", 8)
        self.cell(0, 5, f"{self._foot}  ·  page {self.page_no()}", align="C")

    def heading(self, text: str) -> None:
        """A heading within the page."""
        self._lines.append(_Line(text, size=12, bold=True, gap=3))

    def write_line(self, text: str, *, size: int = 9, bold: bool = False) -> None:
        """A paragraph."""
        self._lines.append(_Line(text, size, bold))

    def printed(self) -> bytes:
        """The PDF, with its text as a file in it. Below the title it says what isn't printed."""
        shown = [self._printable(line.text) for line in self._lines]
        if any(_MISSING in text for text in shown):
            notice = words().out["missing"].format(mark=_MISSING)
            self._lines.insert(1, _Line(notice, size=9, bold=True))
            shown.insert(1, notice)
        for line, text in zip(self._lines, shown, strict=True):
            self.ln(line.gap)
            self.set_font("DejaVu", "B" if line.bold else "", line.size)
            self.multi_cell(0, line.size * 0.52, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        content = "\n".join(line.text for line in self._lines)
        self.embed_file(bytes=content.encode(), basename="record.txt")
        return bytes(self.output())

    def _printable(self, text: str) -> str:
        """The text with a mark for each run of letters that can't be printed."""
        bold = self.fonts["dejavuB"]  # the face with the fewest
        assert isinstance(bold, TTFFont)
        shown = (
            letter
            if letter.isspace()
            or (ord(letter) in bold.cmap and bidirectional(letter) not in _RIGHT_TO_LEFT)
            else _MISSING
            for letter in text
        )
        return re.sub(f"{_MISSING}+", _MISSING, "".join(shown))


def record_as_pdf(record: Person, title: str, *, by: str, now: datetime) -> bytes:
    """The record without the conversation, which has a file of its own.

    Args:
        title: what to call the person.
        by: the name of whoever takes it out.
    """
    reference = record.referral.reference if record.referral else "no referral sent"
    made_up = ", made up for demonstration" if record.demonstration else ""
    paper = _Paper(f"Foyer, {reference}{made_up}. Confidential: health information")
    paper.set_title(f"Referral {reference}")
    paper.set_lang("en-GB")
    paper.write_line(title, size=16, bold=True)
    service = record.service.name if record.service else "No service named yet"
    paper.write_line(
        f"{reference}{made_up}  ·  {service}  ·  came {full_time(record.case.arrived_at)}"
    )
    paper.write_line(f"Made {full_time(now)} by {by}")
    if record.born:
        paper.write_line(f"Born {record.born}, {record.age} years old")
    _flags(paper, record)
    _answers(paper, "How to reach them", record.contact)
    _answers(paper, "What would help them", record.access)
    _answers(paper, "What brings them here", record.story)
    if record.aims:
        paper.heading("Aims, in their own words")
        for number, aim in enumerate(record.aims, start=1):
            paper.write_line(f"{number}. {aim}")
    if record.slots:
        paper.heading("Appointment")
    for slot in record.slots:
        mode = words().said("contact_modes", slot.mode)
        place = f", {slot.place}" if slot.place else ""
        paper.write_line(f"{full_time(slot.starts_at)}, {mode}{place}")
    if record.callbacks:
        paper.heading("Asked to be phoned")
    for callback in record.callbacks:
        good = f". Good time: “{callback.best_time}”" if callback.best_time else ""
        done = ". Phoned." if callback.state == "done" else ""
        paper.write_line(f"{full_time(callback.requested_at)}{good}{done}")
    for card in record.cards:
        _card(paper, card)
    _answers(paper, "More answers", record.more)
    _answers(paper, "About them", record.about)
    if record.noted:
        paper.heading("Also noted, not an alarm by the assistant's rules")
    for flag in record.noted:
        _flag(paper, flag)
    if record.steps:
        paper.heading("What happened so far")
    for step in record.steps:
        who = record.staff.get(step.user_id, "someone who has left")
        undone = " (undone)" if step.undone_at else ""
        why = f": “{step.reason}”" if step.reason else ""
        state = words().states[step.to_state]
        paper.write_line(f"{state}{undone}, {who}, {full_time(step.at)}{why}")
    if record.notes:
        paper.heading("Notes by staff")
        for note in record.notes:
            who = record.staff.get(note.user_id, "someone who has left")
            paper.write_line(f"{note.text}\n    {who}, {full_time(note.at)}")
    return paper.printed()


def _flags(paper: _Paper, record: Person) -> None:
    for flag in record.flags:
        paper.heading("Flag, resolved" if flag.resolved_at else "Needs human contact")
        _flag(paper, flag)
        if record.elsewhere.get(flag.id, flag.id) is None:
            paper.write_line("Another service works on this flag.")
            continue
        if flag.acknowledged_at:
            who = record.staff.get(flag.acknowledged_by, "someone who has left")
            paper.write_line(f"Acknowledged by {who}, {full_time(flag.acknowledged_at)}")
        if flag.resolved_at:
            who = record.staff.get(flag.resolved_by, "someone who has left")
            paper.write_line(f"Resolved by {who}, {full_time(flag.resolved_at)}: {flag.resolution}")


def _flag(paper: _Paper, flag: Flag) -> None:
    paper.write_line(f"{heading(flag)}, {full_time(flag.at)}")
    of_item = answered(flag)
    if of_item is not None:
        said = f", wrote: “{of_item.said}”" if of_item.said else ""
        paper.write_line(f"{of_item.item}: “{of_item.answer}”{said}", size=11)
    else:
        paper.write_line(f"“{flag.text}”" if flag.text else "The words were erased.", size=11)
    paper.write_line(f"Noticed {noticed(flag)}.")
    if flag.disputed_at:
        at = full_time(flag.disputed_at)
        paper.write_line(f"At {at} they said that they didn't mean it that way.")


def _answers(paper: _Paper, title: str, rows: Iterable[AnswerRow]) -> None:
    told = [row for row in rows if row.told]
    if not told:
        return
    paper.heading(title)
    for row in told:
        more = _wrote(row.said) + _corrected(row.before)
        more += f"  (said on {_day(row.of)}, not since)" if row.of else ""
        more += "".join(f"  (on {_day(at)} they said: {text})" for text, at in row.earlier)
        paper.write_line(f"{row.label}: {row.answer}{more}")


def _wrote(said: str | None) -> str:
    return f"  (wrote: “{said}”)" if said else ""


def _corrected(before: Sequence[str]) -> str:
    return f"  (corrected, before: {', '.join(before)})" if before else ""


def _day(moment: datetime | None) -> str:
    return show_date(in_london(moment).date()) if moment else ""


def _card(paper: _Paper, card: ScoreCard) -> None:
    score = card.score
    paper.heading(score.questionnaire.name)
    if score.total is None:
        paper.write_line(f"No total: {score.missing} items were left out.", bold=True)
    else:
        notes = [f"total {score.total}"]
        notes += [f"published band “{score.band}”"] if score.band else []
        if score.caseness is not None:
            side = "at or above" if score.caseness else "below"
            notes.append(f"{side} caseness ({score.questionnaire.caseness})")
        notes += ["prorated for an item left out"] if score.prorated else []
        paper.write_line(", ".join(notes), bold=True)
    if card.earlier and card.earlier_at:
        total = "no total" if card.earlier.total is None else card.earlier.total
        points = score.questionnaire.reliable_change
        change = ""
        if card.change:
            change = f" Reliable change ({points} points): {words().change[card.change]}."
        paper.write_line(f"Earlier, on {_day(card.earlier_at)}: {total}.{change}")
    for item in card.items:
        answer = f"{item.answer or 'left out'}{_wrote(item.said)}{_corrected(item.before)}"
        former = f"  (earlier: {_number(item.earlier)})" if card.earlier else ""
        number = _number(item.score)
        paper.write_line(f"{number}   {item.number}. {item.text}: {answer}{former}")
    if score.questionnaire.source:
        paper.write_line(f"Bands: {score.questionnaire.source}", size=7)


def _number(score: int | None) -> str:
    return "–" if score is None else str(score)
