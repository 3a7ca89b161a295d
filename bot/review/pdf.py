"""A person's record as PDF, for the service's own record system."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import matplotlib
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from bot.booking.times import long_time
from bot.review.person import AnswerRow, Person, ScoreCard
from bot.staff.words import words

_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"  # DejaVu Sans: has every letter


class _Paper(FPDF):
    """A4 pages with what they are and their number at the foot."""

    def __init__(self, foot: str) -> None:
        super().__init__()
        self._foot = foot
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
        self.ln(3)
        self.write_line(text, size=12, bold=True)

    def write_line(self, text: str, *, size: int = 9, bold: bool = False) -> None:
        """A paragraph."""
        self.set_font("DejaVu", "B" if bold else "", size)
        self.multi_cell(0, size * 0.52, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def record_as_pdf(record: Person, title: str) -> bytes:
    """The record without the conversation, which has a file of its own.

    Args:
        title: what to call the person.
    """
    reference = record.referral.reference if record.referral else "no referral sent"
    made_up = ", made up for demonstration" if record.demonstration else ""
    paper = _Paper(f"Foyer, {reference}{made_up}. Confidential: health information")
    paper.set_title(f"Referral {reference}")
    paper.set_lang("en-GB")
    paper.write_line(title, size=16, bold=True)
    service = record.service.name if record.service else "No service named yet"
    paper.write_line(
        f"{reference}{made_up}  ·  {service}  ·  came {long_time(record.case.arrived_at)}"
    )
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
    if record.slot:
        paper.heading("Appointment")
        mode = words().said("contact_modes", record.slot.mode)
        paper.write_line(f"{long_time(record.slot.starts_at)}, {mode}")
    for card in record.cards:
        _card(paper, card)
    _answers(paper, "More answers", record.more)
    _answers(paper, "About them", record.about)
    if record.notes:
        paper.heading("Notes by staff")
        for note in record.notes:
            who = record.staff.get(note.user_id, "someone who has left")
            paper.write_line(f"{note.text}\n    {who}, {long_time(note.at)}")
    return bytes(paper.output())


def _flags(paper: _Paper, record: Person) -> None:
    for flag in record.flags:
        paper.heading("Flag, resolved" if flag.resolved_at else "Needs human contact")
        what = words().said("categories", flag.category)
        paper.write_line(f"{what}, {long_time(flag.at)}")
        paper.write_line(f"“{flag.text}”" if flag.text else "The words were erased.", size=11)
        if flag.disputed_at:
            paper.write_line("They said later that they didn't mean it that way.")
        if flag.resolved_at:
            who = record.staff.get(flag.resolved_by, "someone who has left")
            paper.write_line(f"Resolved by {who}, {long_time(flag.resolved_at)}: {flag.resolution}")


def _answers(paper: _Paper, title: str, rows: Iterable[AnswerRow]) -> None:
    given = [row for row in rows if row.given]
    if not given:
        return
    paper.heading(title)
    for row in given:
        before = f"  (corrected, before: {', '.join(row.before)})" if row.before else ""
        paper.write_line(f"{row.label}: {row.answer}{before}")


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
        change = f"; {words().change[card.change]}" if card.change else ""
        paper.write_line(f"Earlier, {long_time(card.earlier_at)}: {total}{change}")
    for item in card.items:
        number = "–" if item.score is None else item.score
        paper.write_line(f"{number}   {item.number}. {item.text}: {item.answer or 'left out'}")
    if score.questionnaire.source:
        paper.write_line(f"Bands: {score.questionnaire.source}", size=7)
