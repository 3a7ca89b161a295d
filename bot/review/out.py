"""What leaves the console as a file: a list as CSV, a conversation as text, a referral as FHIR."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from io import StringIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.booking.fhir.resources import referral_file
from bot.booking.times import in_london
from bot.knowledge.services import Service, services
from bot.prescreen.flow import Flow
from bot.prescreen.place import filled
from bot.prescreen.questionnaires import library
from bot.prescreen.questions import script
from bot.records import referrals
from bot.records.cases import NO_FLAG
from bot.records.models import Answer, Flag, Referral
from bot.review.demonstration import MARK
from bot.review.flagged import answered, heading, noticed
from bot.review.person import Person
from bot.review.queue import Row, first_of
from bot.staff.words import words

_CONTACT = {"about.date_of_birth": "Date of birth", "about.phone": "Phone", "about.email": "Email"}
_HEAD = ("Reference", "Name", *_CONTACT.values(), "Service", "State", "Came", "Waiting")
_LAST = ("Needs human contact", "Who has it", "Made up")


def list_as_csv(session: Session, rows: Sequence[Row], *, cut: bool) -> str:
    """The rows of a list as CSV. No cell is taken for a formula by a spreadsheet.

    Args:
        cut: there are more than these, which the last line then says.
    """
    ids = [each for row in rows for each in row.referrals]
    contact: dict[str, dict[str, str]] = {question_id: {} for question_id in _CONTACT}
    for referral_id, question_id, value in session.execute(
        select(Answer.referral_id, Answer.question_id, Answer.value).where(
            Answer.referral_id.in_(ids),
            Answer.question_id.in_(_CONTACT),
            Answer.replaced_at.is_(None),
        )
    ):
        if value:
            contact[question_id][referral_id] = value
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow((*_HEAD, *_LAST))
    for row in rows:
        case = row.case
        service = services().get(case.service_id or "")
        cells = (
            row.reference,
            row.name,
            *(first_of(contact[question_id], row.referrals) for question_id in _CONTACT),
            service.short_name if service else None,
            words().states[case.state],
            f"{in_london(case.arrived_at):%Y-%m-%d %H:%M}",
            row.waiting.words if case.live and not row.waiting.contacted_at else None,
            "yes" if case.rank < NO_FLAG else "no open flag",
            row.assignee,
            "yes" if row.demonstration else None,
        )
        writer.writerow([_harmless(cell or "") for cell in cells])
    if cut:
        writer.writerow([words().csv_cut.format(count=len(rows))])
    return file.getvalue()


def transcript_as_text(record: Person) -> str:
    """The whole conversation as plain text."""
    reference = record.referral.reference if record.referral else "no referral sent"
    lines = [f"Conversation, {reference}. Times are those of London.", ""]
    if record.demonstration:
        lines.insert(1, "Made up for demonstration.")
    for line in record.lines:
        how = f", {line.how}" if line.how else ""
        said = line.text.replace("\n", "\n    ")
        lines.append(f"{in_london(line.at):%Y-%m-%d %H:%M:%S}  {line.speaker}{how}: {said}")
        lines += [f"    [flag: {_flag(flag)}]" for flag in line.flags]
        if line.correction:
            lines.append(
                "    [put right later]"
                if line.correction == "corrected"
                else "    [puts an earlier answer right]"
            )
    return "\n".join(lines) + "\n"


def _flag(flag: Flag) -> str:
    of_item = answered(flag)
    rests_on = f", {of_item.item}: “{of_item.answer}”" if of_item else ""
    return f"{heading(flag)}{rests_on}, noticed {noticed(flag)}. {words().said('tiers', flag.tier)}"


def referral_as_fhir(session: Session, referral: Referral, service: Service) -> str:
    """A sent referral as a FHIR R4 Bundle, in JSON: what a booking system would get of it."""
    flow = Flow(script(), library(), services())
    answers = referrals.answers(session, referral)
    on = filled(answers, services(), referral.sent_at)
    made_up = referral.conversation_id.startswith(MARK)
    bundle = referral_file(referral, service, flow, on, made_up=made_up)
    return json.dumps(bundle, ensure_ascii=False, indent=2) + "\n"


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in "=+-@\t\r\n" and cell else cell
