from __future__ import annotations

import re
import zlib
from datetime import datetime

from bot.booking.summary_file import summary_pdf

TEXT = """My wellbeing pre-screen
Made on 1 December 2026. Reference 4K7M-2QXD.
These are my own answers.

About you
Full name: Zoë Łukaszewicz-Ὀδυσσεύς
What brings you here: “Nothing much” – it’s fine… 10 €
"""


def letters_in(pdf: bytes) -> set[str]:
    """The letters that a reader gets when it copies from the PDF: its fonts' own tables."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    text = b"".join(_inflated(stream) for stream in streams)
    pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4})>", text)
    return {chr(int(letter, 16)) for _, letter in pairs}


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def test_every_letter_is_in_it(now: datetime) -> None:
    pdf = summary_pdf(TEXT, now)
    assert pdf.startswith(b"%PDF-")
    wanted = {letter for letter in TEXT if not letter.isspace()}
    assert wanted <= letters_in(pdf)


def test_the_same_summary_is_the_same_file_and_a_long_one_has_more_pages(now: datetime) -> None:
    assert summary_pdf(TEXT, now) == summary_pdf(TEXT, now)
    long = summary_pdf(TEXT + "Very long: " + "word " * 5000, now)
    assert len(re.findall(rb"/Type /Page\b", long)) > 3


def test_a_letter_that_the_font_hasnt_doesnt_stop_it(now: datetime) -> None:
    assert summary_pdf("Title\n\nName: 李雷 🙂\n", now).startswith(b"%PDF-")
