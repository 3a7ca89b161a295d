from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.crisis.flagging import FlagDraft
from bot.records import cases, referrals
from bot.records.cases import NO_FLAG, UNACKNOWLEDGED, UNRESOLVED
from bot.records.erasure import erase_conversation, erase_referral
from bot.records.flags import keep_flag
from bot.records.migrate import fill
from bot.records.models import Case, CaseStep, Flag, Note, Referral, SearchTerm
from bot.records.retention import Retention, purge

ALERT = FlagDraft("alert", "suicidal", (), "end it", "I want to end it", "match")
NOTED = FlagDraft("noted", "suicidal", ("past",), "was", "I was, years ago", "match")


def send(session, now: datetime, conversation_id: str = "c") -> Referral:
    referral = referrals.begin(session, conversation_id, "berkshire", now)
    referrals.set_answer(
        session, referral, "about.name", "Jo Smith", said=None, message_id=None, now=now
    )
    referrals.send(session, referral, now)
    return referral


def flag(session, now: datetime, draft=ALERT, conversation_id: str = "c", message: str = "m"):
    return keep_flag(
        session,
        draft,
        conversation_id=conversation_id,
        message_id=message,
        service_id="berkshire",
        now=now,
    )


def all_cases(session) -> list[Case]:
    return session.execute(select(Case)).scalars().all()


def test_a_sent_referral_is_a_case(database, now) -> None:
    with database.session() as session:
        referral = send(session, now)
        (case,) = all_cases(session)
        assert (case.referral_id, case.service_id) == (referral.id, "berkshire")
        assert (case.state, case.rank, case.live) == ("incoming", NO_FLAG, True)
        assert case.waiting_since == now


def test_sending_twice_makes_one_case(database, now) -> None:
    with database.session() as session:
        referrals.send(session, send(session, now), now)
        assert len(all_cases(session)) == 1


def test_a_flag_alone_is_a_case_and_becomes_that_of_the_referral(database, now) -> None:
    with database.session() as session:
        flag(session, now)
        (case,) = all_cases(session)
        assert (case.referral_id, case.rank, case.waiting_since) == (None, UNACKNOWLEDGED, now)
        referral = send(session, now + timedelta(hours=1))
        (case,) = all_cases(session)
        assert (case.referral_id, case.rank, case.waiting_since) == (
            referral.id,
            UNACKNOWLEDGED,
            now,
        )


@pytest.mark.parametrize("state", ["closed", "rejected", "merged"])
def test_a_referral_is_never_put_away_before_anyone_has_seen_it(database, now, state: str) -> None:
    later = now + timedelta(hours=1)
    with database.session() as session:
        raised = flag(session, now)
        (case,) = all_cases(session)
        raised.acknowledged_at = raised.resolved_at = now
        cases.note_step(session, case, state, by="u", reason=None, now=now)
        case.contacted_at = case.read_at = now
        assert not case.live
        send(session, later)
        assert (case.state, case.live, case.read_at) == ("incoming", True, None)
        assert (case.waiting_since, case.contacted_at) == (later, None)
        step = session.execute(select(CaseStep).order_by(CaseStep.version.desc())).scalars().first()
        assert (step.from_state, step.to_state, step.user_id) == (state, "incoming", cases.PERSON)
        assert step.version == case.version


def test_what_the_person_does_is_a_change_to_whoever_has_the_record_open(database, now) -> None:
    with database.session() as session:
        flag(session, now)
        (case,) = all_cases(session)
        versions = [case.version]
        flag(session, now, message="m2")
        versions.append(case.version)
        send(session, now)
        versions.append(case.version)
    assert versions == [1, 2, 3]


def test_what_is_only_noted_is_no_case(database, now) -> None:
    with database.session() as session:
        flag(session, now, NOTED)
        assert all_cases(session) == []


def test_a_flag_brings_a_closed_case_back_unread(database, now) -> None:
    with database.session() as session:
        send(session, now)
        (case,) = all_cases(session)
        case.state, case.read_at = "closed", now
        cases.place(session, case)
        assert not case.live
        flag(session, now)
        assert case.live
        assert case.read_at is None


def test_the_place_follows_the_oldest_flag_that_is_open(database, now) -> None:
    with database.session() as session:
        first = flag(session, now)
        second = flag(session, now + timedelta(hours=1), message="m2")
        (case,) = all_cases(session)
        first.acknowledged_at = now
        cases.place(session, case)
        assert (case.rank, case.waiting_since) == (UNACKNOWLEDGED, second.at)
        second.acknowledged_at = now
        cases.place(session, case)
        assert (case.rank, case.waiting_since) == (UNRESOLVED, first.at)
        first.resolved_at = second.resolved_at = now
        cases.place(session, case)
        assert case.rank == NO_FLAG


def test_a_pre_screen_taken_over_takes_its_case_along(database, now) -> None:
    with database.session() as session:
        draft = referrals.begin(session, "old", "berkshire", now)
        flag(session, now, conversation_id="old")
        referrals.move(session, draft, "new", now)
        (case,) = all_cases(session)
        assert case.conversation_id == "new"


def test_two_cases_of_one_person_become_one(database, now) -> None:
    with database.session() as session:
        draft = referrals.begin(session, "old", "berkshire", now)
        flag(session, now, conversation_id="old")
        flag(session, now + timedelta(hours=1), conversation_id="new", message="n")
        session.add(Note(case_id=all_cases(session)[0].id, user_id="u", text="phoned", at=now))
        referrals.move(session, draft, "new", now)
        (case,) = all_cases(session)
        assert case.waiting_since == now
        assert {each.case_id for each in session.execute(select(Flag)).scalars()} == {case.id}
        assert session.execute(select(Note.case_id)).scalars().all() == [case.id]


def test_erasing_takes_the_case_the_notes_and_the_search_terms(database, now) -> None:
    with database.session() as session:
        referral = send(session, now)
        (case,) = all_cases(session)
        session.add(Note(case_id=case.id, user_id="u", text="phoned", at=now))
        session.flush()
        erase_referral(session, referral, by="person", now=now)
        assert all_cases(session) == []
        for model in (Note, SearchTerm):
            assert session.execute(select(model)).scalars().all() == []


def test_a_flag_nobody_resolved_outlives_the_words(database, now) -> None:
    with database.session() as session:
        referral = send(session, now)
        raised = flag(session, now)
        erase_referral(session, referral, by="person", now=now)
        (case,) = all_cases(session)
        session.refresh(raised)
        assert (case.erased_at, case.referral_id, case.rank) == (now, None, UNACKNOWLEDGED)
        assert raised.text is None


def test_what_was_merged_into_a_record_takes_its_place_when_that_is_erased(database, now) -> None:
    later = now + timedelta(days=1)
    with database.session() as session:
        first = send(session, now)
        others = [send(session, later + timedelta(hours=n), f"later {n}") for n in range(2)]
        stays, old, new = (cases.by_referral(session, each.id) for each in (first, *others))
        cases.note_step(session, stays, "accepted", by="u", reason=None, now=later)
        for case in (old, new):
            cases.note_step(session, case, "merged", by="u", reason=None, now=later)
            case.merged_into = stays.id
        session.flush()
        erase_referral(session, first, by="retention", now=later)
        assert (new.state, new.live, new.merged_into) == ("accepted", True, None)
        assert cases.staying(session, old) is new
        assert cases.merged_into(session, new) == [old]


def test_staff_erase_everything(database, now) -> None:
    with database.session() as session:
        referral = send(session, now)
        flag(session, now)
        erase_referral(session, referral, by="staff", now=now)
        assert all_cases(session) == []


@pytest.mark.parametrize(("resolved", "left"), [(False, 1), (True, 0)])
def test_an_old_conversation_leaves_its_case_only_while_a_flag_is_open(
    database, now, resolved: bool, left: int
) -> None:
    with database.session() as session:
        raised = flag(session, now)
        (case,) = all_cases(session)
        if resolved:
            raised.acknowledged_at = raised.resolved_at = now
            raised.resolution = "Phoned, safe"
            cases.place(session, case)
        erase_conversation(session, "c", by="retention", now=now)
        assert len(all_cases(session)) == left
        session.refresh(raised)
        assert raised.resolution == ("Phoned, safe" if resolved else None)


def test_a_case_without_words_goes_with_its_flags(database, now) -> None:
    periods = Retention(conversation=30, declined=1, draft=30, referral=365, flag=365, outbox=30)
    with database.session() as session:
        flag(session, now)
        erase_conversation(session, "c", by="retention", now=now)
        purge(session, now + timedelta(days=364), periods)
        assert len(all_cases(session)) == 1
        purge(session, now + timedelta(days=366), periods)
        assert all_cases(session) == []


def test_what_was_there_before_there_were_cases_is_taken_up(database, now) -> None:
    with database.session() as session:
        send(session, now)
        flag(session, now)
        for raised in session.execute(select(Flag)).scalars():
            raised.case_id = None
        session.flush()
        for row in (*session.execute(select(SearchTerm)).scalars(), *all_cases(session)):
            session.delete(row)
    assert fill(database) == 2
    assert fill(database) == 0
    with database.reading() as session:
        (case,) = all_cases(session)
        assert case.rank == UNACKNOWLEDGED
        assert len(session.execute(select(SearchTerm)).scalars().all()) == 3
