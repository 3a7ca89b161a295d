"""What staff do with a record. Each change is checked against the version they saw."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.records.cases import PERSON
from bot.records.models import Case, Flag, StaffUser
from bot.review import appointments, callbacks, flags, merging, presence, workflow
from bot.review.access import case_for, may_open
from bot.review.workflow import Changed, NotPossible
from bot.staff.words import words
from web.staff.person import open_case, page
from web.staff.visit import Refused, Visit

Change = Callable[[Session, Case], str]  # gives the key of data/staff_words.yml `done`


def step(visit: Visit) -> Response:
    """Moves a record on."""

    def change(session: Session, case: Case) -> str:
        to_state = visit.text("to")
        former = case.state
        workflow.take_step(
            session,
            case,
            to_state,
            version=visit.number("version"),
            user=visit.me,
            reason=visit.text("reason"),
            leave=bool(visit.text("leave")),
            now=visit.now,
        )
        visit.audit(session, "step", case, **{"from": former, "to": to_state})
        return "step"

    return _changed(visit, change)


def undo(visit: Visit) -> Response:
    """Takes the last step back."""

    def change(session: Session, case: Case) -> str:
        step = workflow.undo(session, case, version=visit.number("version"), now=visit.now)
        visit.audit(session, "step-undone", case, **{"from": step.to_state, "to": step.from_state})
        return "undone"

    return _changed(visit, change)


def assign(visit: Visit) -> Response:
    """Gives a record to someone of its service, or to nobody."""

    def change(session: Session, case: Case) -> str:
        chosen = visit.text("to")
        colleague = session.get(StaffUser, chosen) if chosen else None
        if chosen and not (colleague and colleague.active and may_open(colleague, case)):
            raise NotPossible("no_colleague")
        workflow.assign(session, case, colleague, version=visit.number("version"))
        visit.audit(session, "assigned", case, to=chosen or None)
        return "assigned"

    return _changed(visit, change)


def note(visit: Visit) -> Response:
    """Adds a note."""

    def change(session: Session, case: Case) -> str:
        workflow.add_note(session, case, visit.text("note"), user=visit.me, now=visit.now)
        visit.audit(session, "note-added", case)
        return "noted"

    return _changed(visit, change)


def acknowledge(visit: Visit) -> Response:
    """Says that a flag was seen, and those sent along with it."""

    def change(session: Session, case: Case) -> str:
        firsts = set()
        for flag in _meant(visit, session, case):
            first = flags.acknowledge(session, case, flag, user=visit.me, now=visit.now)
            visit.audit(session, "flag-acknowledged", case, flag=flag.id, first=first)
            firsts.add(first)
        return "acknowledged" if True in firsts else "acknowledged_before"

    return _changed(visit, change)


def take_back(visit: Visit) -> Response:
    """Takes one's own acknowledgement back."""
    return _undone(visit, flags.take_back, "flag-taken-back", "taken_back")


def resolve(visit: Visit) -> Response:
    """Writes down what was done about a flag, and about those sent along with it."""

    def change(session: Session, case: Case) -> str:
        for flag in _meant(visit, session, case):
            flags.resolve(session, case, flag, visit.text("done"), user=visit.me, now=visit.now)
            visit.audit(session, "flag-resolved", case, flag=flag.id)
        return "resolved"

    return _changed(visit, change)


def reopen(visit: Visit) -> Response:
    """Undoes one's own resolving of a flag."""
    return _undone(visit, flags.reopen, "flag-reopened", "flag_reopened")


def _undone(visit: Visit, undo: Callable[..., None], action: str, done: str) -> Response:
    """Undoes what one has done to the flag of the address."""

    def change(session: Session, case: Case) -> str:
        flag = flags.flag_of(session, case, visit.path("flag_id"))
        undo(session, case, flag, user=visit.me, now=visit.now)
        visit.audit(session, action, case, flag=flag.id)
        return done

    return _changed(visit, change)


def _meant(visit: Visit, session: Session, case: Case) -> list[Flag]:
    """The flag of the address, and those the page named: never one that nobody has seen."""
    ids = [visit.path("flag_id"), *visit.text("also").split()]
    return [flags.flag_of(session, case, each) for each in dict.fromkeys(ids)]


def move(visit: Visit) -> Response:
    """Moves a person's appointment."""

    def change(session: Session, case: Case) -> str:
        close = bool(visit.text("close"))
        ways = appointments.move(
            session,
            case,
            visit.text("slot"),
            version=visit.number("version"),
            stands=visit.text("stands"),
            close=close,
            user=visit.me,
            now=visit.now,
        )
        visit.audit(session, "appointment-moved", case, told=list(ways), closed=close)
        return "moved_told" if ways else "moved_phone"

    return _changed(visit, change, lock=False)


def cancel(visit: Visit) -> Response:
    """Cancels a person's appointment."""

    def change(session: Session, case: Case) -> str:
        close = bool(visit.text("close"))
        ways = appointments.cancel(
            session,
            case,
            visit.text("cancel_why"),
            version=visit.number("version"),
            stands=visit.text("stands"),
            close=close,
            user=visit.me,
            now=visit.now,
        )
        visit.audit(session, "appointment-cancelled", case, told=list(ways), closed=close)
        return "cancelled_told" if ways else "cancelled_phone"

    return _changed(visit, change, lock=False)


def phoned(visit: Visit) -> Response:
    """Says that a phone call that the person asked for was made."""

    def change(session: Session, case: Case) -> str:
        callbacks.done(
            session,
            case,
            visit.path("callback_id"),
            version=visit.number("version"),
            user=visit.me,
            now=visit.now,
        )
        visit.audit(session, "callback-done", case)
        return "phoned"

    return _changed(visit, change)


def merge(visit: Visit) -> Response:
    """Merges a record into an earlier one."""
    into_id = visit.text("into")

    def change(session: Session, case: Case) -> str:
        into = case_for(session, visit.me, into_id, lock=True)
        if into is None:
            raise Refused(404)
        merging.merge(
            session,
            case,
            into,
            version=visit.number("version"),
            user=visit.me,
            now=visit.now,
        )
        visit.audit(session, "merged", case, into=into.id)
        return "merged"

    return _changed(visit, change, go_to=into_id)


def _changed(
    visit: Visit, change: Change, *, go_to: str | None = None, lock: bool = True
) -> Response:
    """Makes a change whole or not at all, and shows the page; what was typed is put back.

    A page that says why not shows the whole record: it is in the audit log as well.

    Args:
        lock: hold the case from the beginning, rather than `change` doing so.
    """
    try:
        with visit.writing() as session:
            case = open_case(visit, session, lock=lock)
            done = change(session, case)
        return visit.go(f"/people/{go_to or case.id}", done=done)
    except Changed:
        status, problem = 409, None
    except NotPossible as error:
        status, problem = 422, str(error.args[0])
    with visit.writing() as session:
        why = problem or "changed"
        visit.audit(session, "change-refused", open_case(visit, session), why=why)
    with visit.reading() as session:
        case = open_case(visit, session)
        said = words().refused[problem] if problem else _who_changed(visit, session, case)
        flag_id = str(visit.request.path_params.get("flag_id", ""))
        written = {**visit.written, "flag": flag_id}
        return page(visit, session, case, status=status, problem=said, written=written)


def _who_changed(visit: Visit, session: Session, case: Case) -> str:
    last = workflow.history(session, case)[-1:]
    by_step = last[0].user_id if last and last[0].version == case.version else None
    # Unread again: something came from the person.
    if by_step == PERSON or (by_step is None and case.read_at is None):
        return words().refused["new"]
    others = presence.others(session, case, visit.me, visit.now)
    names = dict(session.execute(select(StaffUser.id, StaffUser.name)).all())
    name = names.get(by_step) or (others[0].name if others else None)
    return words().refused["changed"].format(name=name or "Somebody")
