"""Reads every data file before anything starts: `python -m scripts.check_data`.

A slip in one stops the start with a line that names the file, the field and the mend. A key of a
booking system that can't be used is told in such a line too, but stops only booking there.
"""

from __future__ import annotations

import sys

from bot.booking.fhir.systems import faults
from bot.booking.texts import booking_data
from bot.crisis.help_lines import help_lines
from bot.crisis.languages import phrases
from bot.crisis.meaning import bars
from bot.crisis.replies import replies
from bot.crisis.rules import rulebook
from bot.datafile import DataError
from bot.knowledge.services import services
from bot.knowledge.wording import wording
from bot.messages import message
from bot.outbox.texts import outbox_data
from bot.preparing.texts import preparing_data
from bot.prescreen.questionnaires import library
from bot.prescreen.questions import script
from bot.records.retention import retention
from bot.review.demonstration import demonstration
from bot.staff.rules import rules as staff_rules
from bot.staff.words import words as staff_words
from scripts.environment import checked_settings
from scripts.plainly import Failure, run

LOADERS = (
    services,
    wording,
    rulebook,
    bars,
    phrases,
    replies,
    help_lines,
    script,
    library,
    booking_data,
    outbox_data,
    preparing_data,
    retention,
    staff_rules,
    staff_words,
    demonstration,
)


def main() -> None:
    """Reads them all; raises Failure at the first that can't be used."""
    try:
        for load in LOADERS:
            load()
        message("unsure")
    except DataError as error:
        raise Failure(str(error)) from None
    for fault in faults(services(), checked_settings()):
        print(f"Nobody can book there yet. {fault}", file=sys.stderr)


if __name__ == "__main__":
    run(main)
