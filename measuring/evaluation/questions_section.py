"""The parts of the report about questions, and about typed answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from measuring.evaluation import questions
from measuring.evaluation.questions import Answered, Result
from measuring.markdown import page, table


def questions_section(ours: Result, stock: Result) -> str:
    """Tables of the messages as our pipeline and the stock one read them."""
    return page(
        "## Questions",
        f"{len(ours.lines)} held-out lines (`tests/nlu/held_out.yml`), {len(ours.hinted)} that "
        f"only hint at their question (`tests/nlu/held_out_hinted.yml`), {len(ours.several)} "
        "messages with several questions (`tests/nlu/multi_question.yml`) and "
        f"{len(ours.services)} about services (`tests/nlu/services.yml`).",
        table(("", "Foyer", "stock pipeline"), _question_rows(ours, stock)),
        "### What is taken for what",
        table(("it is", "taken for", "times"), _confusion_rows(ours)),
        "### Coverage against threshold",
        "Of one guess for each whole message, at each threshold of its confidence: how many "
        "questions would be answered, how many of those rightly, and how much of what is out of "
        "scope would be answered all the same. (The assistant also looks at parts of a message.)",
        "![Coverage against threshold](evaluation/coverage.svg)",
        table(
            ("threshold", "questions answered", "of those, right", "out of scope answered"),
            _coverage_rows(ours),
        ),
    )


def answers_section(found: list[Answered]) -> str:
    """How typed answers were mapped, and which got a wrong score."""
    return page(
        "## Typed answers in the questionnaires",
        f"{len(found)} lines of "
        "`tests/bot/prescreen/understanding/rows/unseen_items.yml`. A wrong score is worse than "
        "being asked again. The stock pipeline has nothing for it.",
        table(("", "share"), _answer_rows(found)),
        _answer_misses(found),
    )


def _question_rows(ours: Result, stock: Result) -> Iterable[Sequence[str]]:
    mine, other = questions.shares(ours), questions.shares(stock)
    rows = {
        "right topic found": "topics.right",
        "right topic found, of what only hints at it": "topics.hinted",
        "right topic and no other": "topics.only_right",
        "answered with a wrong topic or taken for something else": "topics.wrong",
        "the same, without saying that it may be another question": "topics.wrong_outright",
        "answered, saying which question it took it for": "topics.tentative",
        "small talk and wishes recognised": "topics.wishes",
        "out of scope declined": "topics.declined",
        "multi-question messages fully answered": "topics.all_of_several",
    }
    for name, figure in rows.items():
        yield name, str(mine[figure]), str(other[figure])
    yield "right service", str(mine["services.right"]), "–"


def _confusion_rows(found: Result) -> Iterable[Sequence[str]]:
    return [(label, taken, str(times)) for label, taken, times in questions.confusions(found)]


def _coverage_rows(found: Result) -> Iterable[Sequence[str]]:
    for threshold, *shares in questions.coverage(found)[::2]:
        yield f"{threshold:.2f}", *(f"{100 * share:.1f}%" for share in shares)


def _answer_rows(found: list[Answered]) -> Iterable[Sequence[str]]:
    names = {
        "answers.right": "right choice",
        "answers.asked_again": "unclear answers asked again",
        "answers.wrong": "wrong choice",
    }
    shares = questions.answer_shares(found)
    return [(words, str(shares[figure])) for figure, words in names.items()]


def _answer_misses(found: list[Answered]) -> str:
    wrong = [each for each in found if each.read is not None and each.read != each.score]
    if not wrong:
        return "No answer got a wrong score."
    listed = "; ".join(f"“{each.text}” as {each.read}" for each in wrong)
    return f"Wrong scores: {listed}."
