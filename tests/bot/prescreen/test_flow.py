"""The order of questions: it always goes on, and going back loses nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.services import services
from bot.prescreen.flow import Filled, Flow, Progress, service_of
from bot.prescreen.questionnaires import library
from bot.prescreen.questions import DATE_OF_BIRTH, SERVICE, Question, script

TODAY = date(2026, 12, 1)
FLOW = Flow(script(), library(), services())


def filled(answers: dict[str, Any]) -> Filled:
    return Filled(answers, service_of(answers, services()), TODAY)


def possible(question: Question, at: Filled) -> st.SearchStrategy[Any]:
    """Every kind of answer that may be kept for a question."""
    choices = [c.value for c in FLOW.choices(question, at) if c.leads_to is None]
    values: st.SearchStrategy[Any] = st.just("something")
    if question.kind == "choices":
        values = st.lists(st.sampled_from(choices), min_size=1, unique=True)
    elif question.kind == "yes_no":
        values = st.sampled_from(["yes", "no"])
    elif question.kind == "date_of_birth":
        values = st.dates(date(1910, 1, 1), date(2008, 12, 1)).map(date.isoformat)
    elif choices:
        values = st.sampled_from(choices)
    return st.one_of(st.none(), values) if question.optional else values


@st.composite
def journeys(draw: st.DrawFn) -> list[tuple[Question, Any]]:
    """Someone's answers, question by question, up to the check."""
    answers: dict[str, Any] = {}
    journey = []
    while (question := FLOW.next(filled(answers))).kind != "check":
        assert question.id not in answers
        answers[question.id] = draw(possible(question, filled(answers)))
        journey.append((question, answers[question.id]))
    return journey


@settings(max_examples=60)
@given(journey=journeys())
def test_every_journey_ends_at_the_check(journey: list[tuple[Question, Any]]) -> None:
    answers = {question.id: value for question, value in journey}
    assert FLOW.complete(filled(answers))
    assert len(journey) < 60


@settings(max_examples=40)
@given(journey=journeys(), data=st.data())
def test_back_then_forward_is_where_one_was(
    journey: list[tuple[Question, Any]], data: st.DataObject
) -> None:
    place = data.draw(st.integers(1, len(journey) - 1))
    answers = {question.id: value for question, value in journey[:place]}
    here = FLOW.next(filled(answers))
    former = FLOW.previous(here.id, filled(answers))
    assert former is not None
    assert former.id == journey[place - 1][0].id
    again = {**answers, former.id: answers[former.id]}
    assert FLOW.next(filled(again)).id == here.id


@settings(max_examples=40)
@given(journey=journeys())
def test_progress_only_rises(journey: list[tuple[Question, Any]]) -> None:
    answers: dict[str, Any] = {}
    reached = (0, 0)
    for question, value in journey:
        progress = FLOW.progress(question, filled(answers))
        assert (progress.step, progress.item or 0) >= reached
        assert progress.step < progress.steps
        reached = (progress.step, progress.item or 0)
        answers[question.id] = value


def test_the_first_question_has_none_before_it() -> None:
    assert FLOW.previous("safety.ready", filled({})) is None


def test_the_area_is_asked_only_where_the_service_asks_it() -> None:
    for service_id, service in services().items():
        found = FLOW.find("place.gp_area", filled({SERVICE: service_id}))
        assert (found is not None) is service.prescreen.asks_gp_registration


@pytest.mark.parametrize(
    ("born", "asked"), [("2008-12-01", False), ("2008-12-02", True), (None, False)]
)
def test_the_age_is_checked_only_for_someone_too_young(born: str | None, asked: bool) -> None:
    answers = {SERVICE: "berkshire", DATE_OF_BIRTH: born}
    assert (FLOW.find("place.age_right", filled(answers)) is not None) is asked


def test_email_is_a_way_to_be_contacted_only_with_an_address() -> None:
    question = FLOW.find("about.contact_by", filled({"about.phone": "+447700900123"}))
    assert question is not None
    for email, offered in ((None, False), ("jo@example.com", True)):
        choices = FLOW.choices(question, filled({"about.email": email}))
        assert ("email" in [choice.value for choice in choices]) is offered


def test_progress_within_a_questionnaire() -> None:
    item = library().questions("gad-7")[4]
    assert FLOW.progress(item, filled({})) == Progress(8, 10, 5, 7)
