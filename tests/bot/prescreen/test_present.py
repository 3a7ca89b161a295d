"""How a question is put."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.knowledge.services import services
from bot.prescreen.flow import Filled, Flow, service_of
from bot.prescreen.present import Presenter, change_button
from bot.prescreen.questionnaires import library
from bot.prescreen.questions import Question, script
from bot.prescreen.texts import texts

FLOW = Flow(script(), library(), services())
PRESENTER = Presenter(FLOW)


def filled(**answers: Any) -> Filled:
    named = {key.replace("__", "."): value for key, value in answers.items()}
    return Filled(named, service_of(named, services()), date(2026, 12, 1))


ALL = filled(
    place__service="berkshire",
    about__date_of_birth="2012-05-03",
    about__phone="+447700900123",
    access__interpreter="yes",
    access__needs=["sight"],
    access__condition="yes",
    story__therapy="before",
)


def test_what_may_be_skipped_and_what_is_asked_stand_out() -> None:
    item = next(each for each in FLOW.questions(ALL) if each.kind == "item")
    details = PRESENTER.details(item, ALL)
    assert details["bold"] == [item.text]
    assert details["quiet"] == ["Skip"]
    name = next(each for each in FLOW.questions(ALL) if each.id == "about.name")
    assert PRESENTER.details(name, ALL)["quiet"] == []


@pytest.mark.parametrize("question", FLOW.questions(ALL), ids=lambda question: question.id)
def test_every_question_has_words_without_gaps(question: Question) -> None:
    for again in (False, True):
        reply = PRESENTER.question(question, ALL, again=again)
        assert reply.text
        assert not {"{", "}"} & set(reply.text)
        assert "None" not in reply.text
    details = PRESENTER.details(question, ALL)
    assert details["why"]
    assert not {"{", "}"} & set(details["why"])


@pytest.mark.parametrize("question", FLOW.questions(ALL), ids=lambda question: question.id)
def test_what_is_optional_can_be_skipped_by_a_button(question: Question) -> None:
    titles = [button.title for button in PRESENTER.question(question, ALL).buttons]
    assert ("Skip" in titles) is question.optional


def test_buttons_send_their_own_titles() -> None:
    for question in FLOW.questions(ALL):
        for button in PRESENTER.question(question, ALL).buttons:
            assert button.payload == button.title


def test_consent_names_how_long_answers_are_kept() -> None:
    consent = FLOW.find("consent.given", ALL)
    assert consent is not None
    text = PRESENTER.question(consent, ALL).text
    assert "30 days" in text
    assert "365 days" in text


def test_the_first_item_has_the_stem_and_each_later_one_a_short_one() -> None:
    first, second = library().questions("phq-9")[:2]
    stem, short = library().get("phq-9").stem, library().get("phq-9").short_stem
    assert stem in PRESENTER.question(first, ALL).text
    assert short in PRESENTER.question(second, ALL).text
    assert "2 of 9" in PRESENTER.question(second, ALL).text


def test_no_question_names_a_score_or_a_disorder() -> None:
    for question in FLOW.questions(ALL):
        text = PRESENTER.question(question, ALL).text.lower()
        for word in ("phq", "gad", "score", "total", "severe", "disorder", "diagnos", "risk"):
            assert word not in text


def test_details_for_a_richer_channel() -> None:
    item = library().questions("phq-9")[2]
    details = PRESENTER.details(item, ALL)
    assert (details["type"], details["question"], details["kind"]) == (
        "question",
        "phq-9.3",
        "item",
    )
    assert details["progress"] == {"step": 7, "steps": 10, "item": 3, "items": 9}
    assert details["optional"] is True


@pytest.mark.parametrize("kind", sorted(set(texts().asks_again) - {"confirm"}))
def test_every_reason_has_words(kind: str) -> None:
    questions = [*FLOW.questions(ALL), *FLOW.questions(filled())]
    question = next(q for q in questions if q.kind == kind)
    for reason in texts().asks_again[kind]:
        details = {"digits": "9", "oldest": "120"}
        reply = PRESENTER.not_understood(question, ALL, reason, details)
        assert not {"{", "}"} & set(reply.text)


def test_the_phrase_that_changes_an_answer() -> None:
    phone = FLOW.find("about.phone", ALL)
    assert phone is not None
    assert change_button(phone).payload == "Change phone number"
