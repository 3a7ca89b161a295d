from __future__ import annotations

from bot.knowledge.services import services
from bot.knowledge.topics import topics
from measuring.evaluation import questions
from measuring.evaluation.pipelines import Read
from measuring.evaluation.questions import Answered, Result

COST = Read("faq", ("cost",), ("xyla",), "faq/cost", 0.9)
COST_AND_PARKING = Read("faq", ("cost", "parking"), (), "faq/cost", 0.6)
PERHAPS_COST = Read("faq", ("cost",), (), "faq/cost", 0.6, tentative=True)
UNSURE = Read("nlu_fallback", ("cost",), (), "faq/cost", 0.2)
GREETING = Read("greet", first="greet", confidence=0.8)
RESULT = Result(
    lines=[
        ("faq/cost", "is it free", COST),
        ("faq/cost", "what do I pay", COST_AND_PARKING),
        ("faq/parking", "car park?", COST),
        ("faq/parking", "bays", UNSURE),
        ("faq/parking", "the blue badge", PERHAPS_COST),
        ("greet", "hi", GREETING),
        ("goodbye", "see you", GREETING),
        ("out_of_scope", "the weather", UNSURE),
        ("out_of_scope", "a price", COST),
    ],
    several=[
        ("cost and parking", ("cost", "parking"), COST_AND_PARKING),
        ("cost and homework", ("cost", "homework"), COST_AND_PARKING),
        ("parking, maybe", ("cost",), UNSURE),
    ],
    hinted=[("faq/cost", "would it set me back", COST), ("faq/cost", "my purse is thin", UNSURE)],
    services=[("at xyla", ("xyla",), COST), ("anywhere", (), COST), ("hello", (), GREETING)],
)


def test_what_is_understood_is_counted() -> None:
    counted = {name: (share.count, share.of) for name, share in questions.shares(RESULT).items()}
    assert counted == {
        "topics.right": (2, 5),
        "topics.hinted": (1, 2),
        "topics.only_right": (1, 5),
        "topics.wrong": (2, 5),
        "topics.wrong_outright": (1, 5),
        "topics.tentative": (1, 5),
        "topics.wishes": (1, 2),
        "topics.declined": (1, 2),
        "topics.all_of_several": (1, 3),
        "services.right": (2, 3),
    }


def test_confusions_are_listed() -> None:
    assert set(questions.confusions(RESULT)) == {
        ("faq/parking", "faq/cost", 2),
        ("faq/parking", "nlu_fallback", 1),
        ("goodbye", "greet", 1),
        ("out_of_scope", "faq/cost", 1),
    }
    assert len(questions.confusions(RESULT, most=2)) == 2


def test_coverage_falls_as_the_threshold_rises() -> None:
    rows = {row[0]: row[1:] for row in questions.coverage(RESULT)}
    assert rows[0.0] == (1.0, 0.4, 1.0)
    assert rows[0.7] == (0.4, 0.5, 0.5)
    assert rows[0.95] == (0.0, 0.0, 0.0)


def test_typed_answers_are_counted() -> None:
    found = [
        Answered("a", 0, 0),
        Answered("b", 1, 2),
        Answered("c", 1, None),
        Answered("d", None, None),
        Answered("e", None, 3),
    ]
    counted = {name: (s.count, s.of) for name, s in questions.answer_shares(found).items()}
    assert counted == {
        "answers.right": (1, 3),
        "answers.wrong": (2, 5),
        "answers.asked_again": (1, 2),
    }


def test_the_typed_answers_stand_for_each_score_and_for_none() -> None:
    found = questions.answers()
    assert {each.score for each in found} == {0, 1, 2, 3, None}
    assert len({each.text for each in found}) == len(found) >= 60


def test_the_lines_are_about_known_topics_and_services() -> None:
    assert {label for label, _ in questions.held_out() if questions.is_question(label)} <= {
        f"faq/{topic}" for topic in topics()
    }
    about = questions.about_services()
    assert {service for _, named in about for service in named} == set(services())
    assert sum(not named for _, named in about) >= 10
