"""Erases what is kept of a person, for good, and notes only that it was done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from bot.outbox.bookings import undo
from bot.records import cases
from bot.records.models import (
    Aim,
    Appointment,
    Case,
    CaseStep,
    Conversation,
    DiarySlot,
    Erasure,
    Event,
    Flag,
    Note,
    Referral,
)


def erase_referral(session: Session, referral: Referral, *, by: str, now: datetime) -> None:
    """Erases a referral with all that hangs on it, its conversation too.

    Its diary slots are free again. Flags keep their time and kind, for the service's duty to
    account for them, and lose every word.

    Args:
        by: "person", "operator", "retention" or "staff".
    """
    # First, as wherever its appointment is changed: else each could wait for the other.
    session.execute(select(Referral.id).where(Referral.id == referral.id).with_for_update())
    _undo_elsewhere(session, referral, now)
    slots = select(Appointment.slot_id).where(
        Appointment.referral_id == referral.id, Appointment.state == "booked"
    )
    session.execute(
        update(DiarySlot)
        .where(or_(DiarySlot.id.in_(slots), DiarySlot.held_by == referral.id))
        .values(state="free", held_by=None, held_until=None, version=DiarySlot.version + 1)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(Appointment).where(Appointment.referral_id == referral.id))
    session.execute(delete(Aim).where(Aim.referral_id == referral.id))
    session.add(Erasure(reference=referral.reference, by=by, at=now))
    conversations = [referral.conversation_id, *referral.progress.get("earlier", ())]
    case = cases.by_referral(session, referral.id)
    if case is not None:
        _erase_work(session, case, by=by, now=now)
    session.delete(referral)
    session.flush()
    for conversation_id in conversations:
        erase_conversation(session, conversation_id, by=by, now=now)


def _undo_elsewhere(session: Session, referral: Referral, now: datetime) -> None:
    """Another system lets go of an appointment still to come: the message names no one."""
    rows = session.execute(
        select(Appointment, DiarySlot)
        .join(DiarySlot, DiarySlot.id == Appointment.slot_id)
        .where(
            Appointment.referral_id == referral.id,
            Appointment.state == "booked",
            Appointment.remote_id.is_not(None),
            DiarySlot.starts_at > now,
        )
    )
    for appointment, slot in rows.all():
        undo(session, slot.service_id, slot.remote_id, appointment.remote_id, now)


def erase_conversation(session: Session, conversation_id: str, *, by: str, now: datetime) -> None:
    """Erases a conversation's words: transcript, state, aims, the words of its flags and what
    staff wrote about it, where no other referral of the conversation is left.
    """
    left = select(Case).where(
        Case.conversation_id == conversation_id,
        Case.referral_id.is_(None),
        Case.erased_at.is_(None),
    )
    for case in session.execute(left).scalars().all():
        _erase_work(session, case, by=by, now=now)
    # What staff did about a flag can still be read when only the conversation's time is over.
    staff_words = {} if by == "retention" else {"resolution": None}
    session.execute(delete(Event).where(Event.conversation_id == conversation_id))
    session.execute(delete(Aim).where(Aim.conversation_id == conversation_id))
    session.execute(
        update(Flag)
        .where(Flag.conversation_id == conversation_id)
        .values(words=None, text=None, **staff_words)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(Conversation).where(Conversation.id == conversation_id))


def _erase_work(session: Session, case: Case, *, by: str, now: datetime) -> None:
    session.execute(delete(Note).where(Note.case_id == case.id))
    session.execute(delete(CaseStep).where(CaseStep.case_id == case.id))
    cases.close_erased(session, case, by=by, now=now)
