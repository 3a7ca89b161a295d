"""A referral as text for operators: all that is kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.booking.times import in_london
from bot.knowledge.services import services
from bot.prescreen.engine import Prescreen
from bot.prescreen.scoring import Score
from bot.records.database import Database
from bot.records.flags import flags_of
from bot.records.models import Aim, Appointment, Callback, DiarySlot, Referral
from bot.records.transcript import transcript


def report(database: Database, referral_id: str, now: datetime) -> str:
    """Everything about one referral: needs human contact first, then answers, then the talk."""
    summary = Prescreen(database, services()).staff_summary(referral_id, now)
    lines: list[str] = []
    with database.reading() as session:
        referral = session.get(Referral, referral_id)
        conversations = {referral.conversation_id, *referral.progress.get("earlier", ())}
        lines += _head(referral)
        lines += _flags(session, conversations)
        lines += _handover(session, referral_id)
        if summary:
            for group in summary.groups:
                lines += ["", group.title.upper()]
                for row in group.rows:
                    said = f"   (wrote: {row.said})" if row.said else ""
                    lines.append(f"  {row.label}: {row.answer}{said}")
            for score in summary.scores:
                lines += ["", *_score(score)]
        lines += _aims(session, conversations)
        for conversation_id in sorted(conversations):
            lines += ["", "TRANSCRIPT"]
            for line in transcript(session, conversation_id):
                choices = f"  [{' | '.join(line.buttons)}]" if line.buttons else ""
                lines.append(f"  {line.at:%d %b %H:%M:%S}  {line.speaker}: {line.text}{choices}")
    return "\n".join(lines)


def _head(referral: Referral) -> Iterator[str]:
    yield f"REFERRAL {referral.reference or referral.id}"
    yield f"  service: {referral.service_id or '-'}   state: {referral.state}"
    yield f"  begun: {shown(referral.started_at)}   conversation: {referral.conversation_id}"
    if referral.sent_at:
        yield f"  sent: {shown(referral.sent_at)}"


def _flags(session: Session, conversations: set[str]) -> Iterator[str]:
    for flag in flags_of(session, conversations):
        what = "noted" if flag.tier == "noted" else "NEEDS HUMAN CONTACT"
        yield ""
        yield f"{what}: {flag.category} ({flag.tier}, {flag.source}) {shown(flag.at)}"
        if flag.text:
            yield f"  “{flag.text}”"
        if flag.words:
            yield f"  rests on: “{flag.words}” (found by: {flag.layer})"
        if flag.qualifiers:
            yield f"  with: {', '.join(flag.qualifiers)}"
        if flag.disputed_at:
            yield "  the person says it was not meant that way"


def _handover(session: Session, referral_id: str) -> Iterator[str]:
    booked = session.execute(
        select(Appointment, DiarySlot)
        .join(DiarySlot, DiarySlot.id == Appointment.slot_id)
        .where(Appointment.referral_id == referral_id)
        .order_by(Appointment.booked_at)
    )
    for appointment, slot in booked:
        mark = ", DEMONSTRATION" if slot.demonstration else ""
        yield ""
        yield f"APPOINTMENT {appointment.state}: {shown(slot.starts_at)} ({slot.mode}{mark})"
    callbacks = session.execute(
        select(Callback).where(Callback.referral_id == referral_id)
    ).scalars()
    for callback in callbacks:
        yield ""
        best = f", best time: {callback.best_time}" if callback.best_time else ""
        yield f"CALLBACK {callback.state}: {shown(callback.requested_at)}{best}"


def _aims(session: Session, conversations: set[str]) -> Iterator[str]:
    aims = (
        session.execute(
            select(Aim).where(Aim.conversation_id.in_(conversations)).order_by(Aim.position)
        )
        .scalars()
        .all()
    )
    if aims:
        yield ""
        yield "AIMS, IN THEIR OWN WORDS"
        yield from (f"  {number}. {aim.text}" for number, aim in enumerate(aims, start=1))


def _score(score: Score) -> Iterator[str]:
    total = "no total" if score.total is None else f"total {score.total}"
    notes = [score.band, "prorated" if score.prorated else None]
    if score.caseness is not None:
        notes.append("at or above caseness" if score.caseness else "below caseness")
    yield f"{score.questionnaire.name}: {', '.join([total, *(note for note in notes if note)])}"
    for item in score.items:
        yield f"  {'-' if item.score is None else item.score}  {item.number}. {item.text}"


def shown(moment: datetime) -> str:
    """The moment by London's clock, with its date."""
    return f"{in_london(moment):%a %d %b %Y %H:%M}"
