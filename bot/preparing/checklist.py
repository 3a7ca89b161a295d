"""Getting ready, as the person's own service suggests it; nothing general is made up.

Each reply rests on the service's document and names it. Where the document is silent, the reply
says so and who to ask.
"""

from __future__ import annotations

import re

from bot.knowledge.answers import answer, ask_which_service
from bot.knowledge.services import Service, services
from bot.knowledge.sources import source_data, source_line
from bot.knowledge.topics import topics
from bot.preparing.texts import ListName, preparing_data
from bot.prescreen.understanding.plain import plain
from bot.reply import Button, Reply, buttons

_FIRST_SESSION = "first_session"
_STAYING_WELL = "staying_well"


def prepare(service_id: str | None, text: str) -> Reply:
    """What `text` asks for: a list, one point of it, the first session…; else the menu."""
    if service_id is None:
        return ask_which_service("preparing")
    data, asked = preparing_data(), plain(text)
    if _has(asked, data.first_session):
        return first_session(service_id)
    if _has(asked, data.staying_well):
        return staying_well(service_id)
    name = _list_in(asked)
    if name is None:
        return menu(service_id)
    number = re.search(r"\b\d{1,3}\b", asked)
    if number:
        return _one(service_id, name, int(number[0]))
    return _one(service_id, name, 1) if _has(asked, data.one_at_a_time) else _all(service_id, name)


def menu(service_id: str) -> Reply:
    """What help with getting ready there is at this service."""
    service, words = services()[service_id], preparing_data().menu
    has = service.preparing
    labels = topics()
    choices = [
        *([words.checklist, words.one_at_a_time] if has.checklist else []),
        *([words.video_call] if has.video_call else []),
        *([labels[has.first_session].label] if has.first_session else []),
        *([labels[has.staying_well].label] if has.staying_well else []),
        *([words.aims] if has.aims else []),
    ]
    text = words.text.format(service=service.short_name)
    return Reply(text, buttons(choices), {"type": "prepare", "service": service_id})


def checklist(service_id: str, position: int | None = None) -> Reply:
    """The service's checklist: all of it, or the point at `position`, counted from 1."""
    return (
        _all(service_id, "checklist")
        if position is None
        else _one(service_id, "checklist", position)
    )


def video_call(service_id: str, position: int | None = None) -> Reply:
    """What a video call needs: all of it, or one question at a time, counted from 1."""
    return (
        _all(service_id, "video_call")
        if position is None
        else _one(service_id, "video_call", position)
    )


def first_session(service_id: str) -> Reply:
    """What to expect first."""
    return answer(services()[service_id].preparing.first_session or _FIRST_SESSION, service_id)


def staying_well(service_id: str) -> Reply:
    """What there is after treatment."""
    return answer(services()[service_id].preparing.staying_well or _STAYING_WELL, service_id)


def _all(service_id: str, name: ListName) -> Reply:
    said = answer(preparing_data().lists[name].topic, service_id)
    if not _items(services()[service_id], name):
        return said
    return Reply(said.text, (*said.buttons, *_afterwards(service_id, name)), said.custom)


def _one(service_id: str, name: ListName, position: int) -> Reply:
    service, data = services()[service_id], preparing_data()
    items = _items(service, name)
    if not 1 <= position <= len(items):
        return _all(service_id, name)
    words = data.lists[name]
    place = data.place.format(number=position, total=len(items))
    text = f"{place} {words.item.format(item=items[position - 1])}"
    last = position == len(items)
    choices = (
        _afterwards(service_id, name)
        if last
        else (
            Button(data.next, words.next.format(number=position + 1)),
            Button(data.show_all, words.all),
        )
    )
    custom = {
        "type": "answer",
        "topic": words.topic,
        "service": service_id,
        "sources": source_data((service,)),
        "position": position,
        "of": len(items),
    }
    paragraphs = [text, *([words.done] if last else []), source_line(service)]
    return Reply("\n\n".join(paragraphs), tuple(choices), custom)


def _afterwards(service_id: str, name: ListName) -> tuple[Button, ...]:
    """What else there is in the menu."""
    words = preparing_data().menu
    done = {
        "checklist": (words.checklist, words.one_at_a_time),
        "video_call": (words.video_call,),
    }[name]
    return tuple(button for button in menu(service_id).buttons if button.title not in done)


def _items(service: Service, name: ListName) -> tuple[str, ...]:
    return getattr(service.preparing, name) or ()


def _list_in(asked: str) -> ListName | None:
    """The list that is named, the more particular one first."""
    lists = preparing_data().lists
    order: tuple[ListName, ...] = ("video_call", "checklist")
    return next((name for name in order if _has(asked, lists[name].phrases)), None)


def _has(asked: str, phrases: tuple[str, ...]) -> bool:
    return any(f" {plain(phrase)} " in f" {asked} " for phrase in phrases)
