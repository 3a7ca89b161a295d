"""Where an answer comes from: as a line for people, and as data for the channel."""

from __future__ import annotations

from collections.abc import Iterable

from bot.knowledge.services import Service
from bot.knowledge.wording import wording


def source_line(service: Service) -> str:
    """The line under an answer: the service, its document, and when that was published."""
    document, words = service.document, wording()
    if document.published is None:
        return words.source.format(name=service.name, title=document.title)
    day = document.published
    return words.source_dated.format(
        name=service.name, title=document.title, date=f"{day.day} {day:%B %Y}"
    )


def source_data(services: Iterable[Service]) -> list[dict[str, str]]:
    """The same for `custom`: service id, document title, file name and line of each source."""
    return [
        {
            "service": each.id,
            "title": each.document.title,
            "document": each.document.file,
            "line": source_line(each),
        }
        for each in services
    ]
