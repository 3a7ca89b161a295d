from __future__ import annotations

from bot.knowledge.services import services
from bot.knowledge.sources import source_data, source_line


def test_a_dated_document_shows_its_date() -> None:
    line = source_line(services()["xyla"])
    assert line.startswith("Source: Xyla, “What is DIT")
    assert line.endswith("”, published 19 April 2024")


def test_an_undated_document_shows_none() -> None:
    assert source_line(services()["berkshire"]) == (
        "Source: NHS Berkshire Talking Therapies, "
        "“Talking Therapies: Dynamic interpersonal therapy”"
    )


def test_source_data_names_service_title_file_and_line() -> None:
    assert source_data([services()["lewisham"]]) == [
        {
            "service": "lewisham",
            "title": "Dynamic Interpersonal Therapy (DIT)",
            "document": "002_08a7eb93ce3e9627.txt",
            "line": source_line(services()["lewisham"]),
        }
    ]
