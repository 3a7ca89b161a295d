"""Every fact of the source documents, by topic and service, against the table in facts.yml."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bot.datafile import load_yaml
from bot.knowledge import answers
from bot.knowledge.services import services
from bot.knowledge.topics import topics

FACTS: dict[str, Any] = load_yaml(Path(__file__).with_name("facts.yml"))
SAID = [
    (topic, service, row.get("has", []), row.get("lacks", []))
    for topic, rows in FACTS["said"].items()
    for service, row in rows.items()
]
SILENT = [(topic, service) for topic, ids in FACTS["silent"].items() for service in ids]
NEVER = {
    "xyla": ["face to face", "0203", "wellbeing assessment", "SHaRON", "pen and paper", "30 to 50"],
    "lewisham": ["16", "video", "SHaRON", "7am", "IAPT", "online form", "trainee", "pen and paper"],
    "berkshire": ["0203", "7am", "IAPT", "NICE", "CBT", "Xyla", "Lewisham"],
}


ALL = [(topic, service) for topic in topics() for service in (None, *services())]


def body(topic: str, service: str) -> str:
    """The answer without the lines that name its source."""
    return answers.answer(topic, service).text.split("\n\nSource: ")[0]


def found(words: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(words)}\b", text, re.IGNORECASE) is not None


@pytest.mark.parametrize(("topic", "service", "has", "lacks"), SAID)
def test_an_answer_says_what_the_document_says(
    topic: str, service: str, has: list[str], lacks: list[str]
) -> None:
    text = body(topic, service)
    assert [words for words in has if not found(words, text)] == []
    assert [words for words in lacks if found(words, text)] == []
    assert "I don't know" not in text


@pytest.mark.parametrize(("topic", "service"), SILENT)
def test_what_a_document_does_not_say_is_said_to_be_unknown(topic: str, service: str) -> None:
    text = body(topic, service)
    who = topics()[topic].ask_instead or services()[service].contact.who_to_ask
    assert "I don't know" in text
    assert "doesn't say" in text
    assert text.endswith(who)


def test_the_table_holds_every_topic_for_every_service() -> None:
    rows = {(topic, service) for topic, service, _, _ in SAID} | set(SILENT)
    asked = [topic.id for topic in topics().values() if not topic.handled_by]
    held = {service for _, service in rows}
    assert held >= set(NEVER)
    assert rows == {(topic, service) for topic in asked for service in held}


@pytest.mark.parametrize("service", NEVER)
def test_a_service_never_says_what_only_another_says(service: str) -> None:
    one = services()[service]
    spoken = [f"{one.says(topic)} {each.short}" for topic, each in one.answers.items()]
    wrong = [(words, text) for text in spoken for words in NEVER[service] if found(words, text)]
    assert wrong == []


@pytest.mark.parametrize(("topic", "service", "has", "lacks"), SAID)
def test_the_phrase_for_comparing_has_no_wrong_number(
    topic: str, service: str, has: list[str], lacks: list[str]
) -> None:
    one = services()[service]
    numbers = set(re.findall(r"\d+", one.answers[topic].short))
    assert numbers <= set(re.findall(r"\d+", one.says(topic) or ""))
    assert [words for words in lacks if found(words, one.answers[topic].short)] == []


@pytest.mark.parametrize(("topic", "service"), ALL)
def test_every_answer_names_its_sources(topic: str, service: str | None) -> None:
    reply = answers.answer(topic, service)
    assert reply.custom is not None
    assert reply.custom["topic"] == topic
    assert "{" not in reply.text
    assert all(each.title == each.payload for each in reply.buttons)
    named = reply.custom.get("sources", [])
    lines = reply.text.splitlines()
    assert sum(line.startswith("Source: ") for line in lines) == len(named)
    assert lines[-1].startswith("Source: ") == bool(named)
    if service and not topics()[topic].handled_by:
        assert [each["service"] for each in named] == [service]
        assert reply.custom["type"] == "answer"
        assert reply.custom["service"] == service


def test_short_answers() -> None:
    """People read them tired, on a phone: four sentences at most, lists apart."""
    long = [
        (one.id, topic)
        for one in services().values()
        for topic, each in one.answers.items()
        if len(re.findall(r"[.?!](?:\s|$)", each.text)) > 4 or len(each.text) > 400
    ]
    assert long == []
