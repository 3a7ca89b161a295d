"""Counts how well questions, services and typed answers are understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.datafile import load_yaml
from bot.nlu.reading import OUT_OF_SCOPE, QUESTION
from bot.prescreen.questionnaires import library
from bot.prescreen.understanding import Understood, understand
from bot.settings import ROOT
from measuring.evaluation.pipelines import Pipeline, Read, is_declined
from measuring.figures import Share
from scripts.nlu_lines import nlu_lines

NLU = ROOT / "tests" / "nlu"
ANSWERS = ROOT / "tests" / "bot" / "prescreen" / "understanding" / "rows" / "unseen_items.yml"
THRESHOLDS = tuple(step / 20 for step in range(20))
_TODAY = date(2026, 12, 1)  # no answer to an item depends on it

Labelled = tuple[str, str]  # label and text
Several = tuple[str, tuple[str, ...]]  # a text, and all that should be found in it


@dataclass(frozen=True)
class Result:
    """All held-out messages as one pipeline read them."""

    lines: list[tuple[str, str, Read]]  # label, text, what it was read as
    several: list[tuple[str, tuple[str, ...], Read]]
    services: list[tuple[str, tuple[str, ...], Read]]
    hinted: list[tuple[str, str, Read]]


@dataclass(frozen=True)
class Answered:
    """A typed answer to a questionnaire's item: the score it stands for, the score it was given."""

    text: str
    score: int | None
    read: int | None


def result(pipeline: Pipeline) -> Result:
    """Reads them all."""
    lines, several, services = list(held_out()), multi_question(), about_services()
    hinted = list(only_hinted())
    read = pipeline.read([text for _, text in lines])
    read_several = pipeline.read([text for text, _ in several])
    read_services = pipeline.read([text for text, _ in services])
    read_hinted = pipeline.read([text for _, text in hinted])
    return Result(
        [(*line, each) for line, each in zip(lines, read, strict=True)],
        [(*line, each) for line, each in zip(several, read_several, strict=True)],
        [(*line, each) for line, each in zip(services, read_services, strict=True)],
        [(*line, each) for line, each in zip(hinted, read_hinted, strict=True)],
    )


def held_out() -> Iterator[Labelled]:
    """The held-out lines with their labels."""
    return nlu_lines(NLU / "held_out.yml")


def only_hinted() -> Iterator[Labelled]:
    """The held-out questions that are put without the words one would expect."""
    return nlu_lines(NLU / "held_out_hinted.yml")


def multi_question() -> list[Several]:
    """The messages with several questions, each with its topics."""
    return _several(NLU / "multi_question.yml", "topics")


def about_services() -> list[Several]:
    """The messages that name services or don't, each with its services."""
    return _several(NLU / "services.yml", "services")


def shares(found: Result) -> dict[str, Share]:
    """The figures that have targets, by name."""
    questions = [(label, read) for label, _, read in found.lines if is_question(label)]
    wishes = [
        (label, read)
        for label, _, read in found.lines
        if not is_question(label) and label != OUT_OF_SCOPE
    ]
    outside = [read for label, _, read in found.lines if label == OUT_OF_SCOPE]
    return {
        "topics.right": Share.counted(label in read.labels for label, read in questions),
        "topics.hinted": Share.counted(label in read.labels for label, _, read in found.hinted),
        "topics.only_right": Share.counted(read.labels == {label} for label, read in questions),
        "topics.wrong": Share.counted(_is_wrong(label, read) for label, read in questions),
        "topics.wrong_outright": Share.counted(
            _is_wrong(label, read) and not read.tentative for label, read in questions
        ),
        "topics.tentative": Share.counted(read.tentative for _, read in questions),
        "topics.wishes": Share.counted(label in read.labels for label, read in wishes),
        "topics.declined": Share.counted(is_declined(read) for read in outside),
        "topics.all_of_several": Share.counted(
            set(topics) <= set(read.topics) and read.intent == QUESTION
            for _, topics, read in found.several
        ),
        "services.right": Share.counted(
            set(services) == set(read.services) for _, services, read in found.services
        ),
    }


def confusions(found: Result, most: int = 15) -> list[tuple[str, str, int]]:
    """What was taken for what, most often first: the right label, the one it got, how often."""
    counts: Counter[tuple[str, str]] = Counter()
    for label, _, read in found.lines:
        if label not in read.labels and not (label == OUT_OF_SCOPE and is_declined(read)):
            counts[label, " + ".join(sorted(read.labels))] += 1
    return [(*pair, count) for pair, count in counts.most_common(most)]


def coverage(found: Result) -> list[tuple[float, float, float, float]]:
    """For each threshold: the threshold; of the questions, the share answered; of those, the share
    answered rightly; of what is out of scope, the share that would be answered all the same.
    """
    rows = []
    for threshold in THRESHOLDS:
        asked = [(label, read) for label, _, read in found.lines if is_question(label)]
        taken = [pair for pair in asked if _would_answer(pair[1], threshold)]
        outside = [read for label, _, read in found.lines if label == OUT_OF_SCOPE]
        rows.append(
            (
                threshold,
                Share(len(taken), len(asked)).value,
                Share.counted(read.first == label for label, read in taken).value,
                Share.counted(_would_answer(read, threshold) for read in outside).value,
            )
        )
    return rows


def answers(path: Path = ANSWERS) -> list[Answered]:
    """The typed answers, read as answers to the first item of PHQ-9."""
    item = next(iter(library().questions("phq-9")))
    found = []
    for score, texts in load_yaml(path).items():
        for text in texts:
            read = understand(item, item.choices, str(text), _TODAY)
            value = read.value if isinstance(read, Understood) else None
            found.append(Answered(str(text), None if score == "unclear" else score, value))
    return found


def answer_shares(found: Sequence[Answered]) -> dict[str, Share]:
    """How typed answers were mapped; a wrong score is worse than being asked again."""
    clear = [each for each in found if each.score is not None]
    return {
        "answers.right": Share.counted(each.read == each.score for each in clear),
        "answers.wrong": Share.counted(
            each.read is not None and each.read != each.score for each in found
        ),
        "answers.asked_again": Share.counted(
            each.read is None for each in found if each.score is None
        ),
    }


def is_question(label: str) -> bool:
    """Whether a label is a topic."""
    return label.startswith(f"{QUESTION}/")


def _is_wrong(label: str, read: Read) -> bool:
    """Whether a question was neither found nor declined."""
    return label not in read.labels and not is_declined(read)


def _would_answer(read: Read, threshold: float) -> bool:
    return is_question(read.first) and read.confidence >= threshold


def _several(path: Path, key: str) -> list[Several]:
    return [(each["text"], tuple(each[key])) for each in load_yaml(path)["messages"]]
