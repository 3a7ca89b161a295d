"""Answers questions about DIT and the services, each from one service's document.

What is said is in data/services/, data/topics.yml and data/knowledge.yml; here is which of it
fits. A function raises KeyError for a topic or a service that isn't in the data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.knowledge.services import Service, services
from bot.knowledge.sources import source_data, source_line
from bot.knowledge.topics import Topic, topics
from bot.knowledge.wording import wording
from bot.messages import message
from bot.records.retention import retention
from bot.reply import Button, Reply, buttons


@dataclass(frozen=True)
class _Part:
    """The answer to one question, before it is put in a reply with its sources."""

    topic: Topic
    paragraphs: tuple[str, ...]
    sources: tuple[Service, ...] = ()
    asks_service: bool = False
    others_know: bool = False


def answer(topic_id: str, service_id: str | None) -> Reply:
    """The answer for a service; without one, what is common, and which service it is."""
    return answer_all((topic_id,), service_id)[0]


def answer_all(topic_ids: Iterable[str], service_id: str | None) -> tuple[Reply, ...]:
    """The answers to several questions, each once, in the order of data/topics.yml.

    Those from documents share one reply, so that a source is named once.
    """
    asked = {topic_id: topics()[topic_id] for topic_id in topic_ids}
    ordered = [topic for topic in topics().values() if topic.id in asked]
    service = None if service_id is None else services()[service_id]
    parts = tuple(_part(topic, service) for topic in ordered if not topic.handled_by)
    replies = [_reply(parts, service)] if parts else []
    handlers = {
        "help_choosing": help_choosing,
        "compare_overview": compare_overview,
        "privacy": privacy,
    }
    replies += [handlers[topic.handled_by]() for topic in ordered if topic.handled_by]
    return tuple(replies)


def answer_tentatively(topic_id: str, service_id: str | None, others: Iterable[str]) -> Reply:
    """The answer to what was perhaps not asked: says which question it answers, and offers others.

    Not beside buttons that the answer itself has.
    """
    reply = answer(topic_id, service_id)
    lead = wording().perhaps.format(label=topics()[topic_id].label)
    choices = reply.buttons or buttons(topics()[each].label for each in others)
    return Reply(f"{lead}\n\n{reply.text}", choices, reply.custom)


def compare(topic_id: str, service_ids: tuple[str, ...] | None) -> Reply:
    """What each service says on a topic, a line for each; all services when None."""
    topic = topics()[topic_id]
    if topic.handled_by:
        return answer(topic_id, None)
    compared = tuple(services()[each] for each in service_ids or services())
    if _knowing(topic):
        first = topic.label
        said = [each.answers.get(topic_id) for each in compared]
        shorts = [each.short if each else wording().compare_silent for each in said]
    else:
        first = wording().not_said_anywhere.format(unknown=topic.unknown)
        shorts = [topic.ask_instead or each.contact.who_to_ask for each in compared]
    lines = [
        wording().compare_line.format(name=each.short_name, short=short)
        for each, short in zip(compared, shorts, strict=True)
    ]
    lead = (topic.lead,) if topic.lead else ()
    return _sourced([*lead, f"{first}\n{_listed(lines)}"], compared, topic_id)


def compare_overview() -> Reply:
    """The main differences between all services, when no topic is named."""
    compared = tuple(services().values())
    paragraphs = [wording().overview_first]
    for each in compared:
        said = [each.answers.get(topic_id) for topic_id in wording().overview_topics]
        paragraphs.append(f"{each.short_name}\n{_listed(each.short for each in said if each)}")
    return _sourced([*paragraphs, wording().overview_last], compared, "services_compared")


def ask_which_service(topic_id: str | None) -> Reply:
    """Asks which service the person is with; says for which question, when there is one."""
    words = wording()
    if topic_id is None:
        text = words.which_service
    else:
        text = words.which_service_for.format(label=topics()[topic_id].label)
    return Reply(text, _service_buttons(), {"type": "ask_service", "topic": topic_id})


def help_choosing() -> Reply:
    """What tells the services apart, for someone who doesn't know which is theirs."""
    lines = [
        wording().choosing_line.format(name=each.short_name, choose_if=each.choose_if)
        for each in services().values()
    ]
    text = f"{wording().choosing_first}\n{_listed(lines)}"
    chosen = tuple(services().values())
    reply = _sourced([text, wording().choosing_last], chosen, "which_service")
    return Reply(reply.text, buttons(each.short_name for each in chosen), reply.custom)


def privacy() -> Reply:
    """What happens to what the person types, and for how long it is kept."""
    said = message("privacy", **retention().dict())
    reply = _sourced([said.text], (), "your_data")
    return Reply(reply.text, said.buttons, reply.custom)


def welcome(service_id: str) -> Reply:
    """Takes in which service the person is with, and offers what can be asked."""
    text = f"{_heard(service_id)} {wording().welcome}"
    labels = buttons(topics()[topic_id].label for topic_id in wording().welcome_topics)
    return Reply(text, labels, {"type": "service", "service": service_id})


def suggest(topic_ids: Iterable[str], service_id: str | None = None) -> Reply:
    """Asks which of some questions was meant; says for which service, if it was named just now."""
    labels = [topics()[topic_id].label for topic_id in dict.fromkeys(topic_ids)]
    choices = buttons([*labels, wording().none_of_these])
    heard = f"{_heard(service_id)} " if service_id else ""
    return Reply(heard + wording().did_you_mean, choices, {"type": "suggest"})


def unknown(service_id: str | None) -> Reply:
    """Says that it has no answer to a question, and who to ask."""
    words = wording()
    on = buttons(words.not_known_buttons)
    if service_id is None:
        text = f"{words.not_known} {words.tell_me}"
        return Reply(text, (*_service_buttons(), *on), {"type": "ask_service", "topic": None})
    service = services()[service_id]
    text = f"{words.not_known} {words.not_known_health}\n\n{service.contact.who_to_ask}"
    return Reply(text, on, {"type": "unknown", "service": service_id})


def _heard(service_id: str) -> str:
    return wording().heard.format(name=services()[service_id].short_name)


def _part(topic: Topic, service: Service | None) -> _Part:
    lead = (topic.lead,) if topic.lead else ()
    if service is None:
        return _part_for_anyone(topic, lead)
    said = service.says(topic.id)
    if said is not None:
        return _Part(topic, (*lead, said), (service,))
    text = wording().not_said.format(unknown=topic.unknown, name=service.short_name)
    if topic.ask_instead:
        return _Part(topic, (*lead, f"{text} {topic.ask_instead}"), (service,))
    said = f"{text} {service.contact.who_to_ask}"
    return _Part(topic, (*lead, said), (service,), others_know=bool(_knowing(topic)))


def _part_for_anyone(topic: Topic, lead: tuple[str, ...]) -> _Part:
    """The answer when it isn't known which service the person is with."""
    words = wording()
    knowing = _knowing(topic)
    common = (topic.common.text,) if topic.common else ()
    agreeing = topic.common.services if topic.common else ()
    sources = tuple(each for each in services().values() if each.id in agreeing)
    if not topic.ask_service:
        return _Part(topic, lead + common, sources)
    if not knowing:
        text = words.not_said_anywhere.format(unknown=topic.unknown)
        if topic.ask_instead:
            return _Part(topic, (*lead, f"{text} {topic.ask_instead}"))
        return _Part(topic, (*lead, f"{text} {words.tell_me}"), asks_service=True)
    if len(knowing) == 1:
        only = knowing[0]
        text = f"{words.only_one.format(name=only.short_name)} {only.says(topic.id)}"
        return _Part(topic, (*lead, text), (only,), asks_service=True)
    text = " ".join((*common, words.details_depend if common else words.depends))
    return _Part(topic, (*lead, text), sources, asks_service=True, others_know=True)


def _knowing(topic: Topic) -> tuple[Service, ...]:
    return tuple(each for each in services().values() if topic.id in each.answers)


def _reply(parts: tuple[_Part, ...], service: Service | None) -> Reply:
    """One reply of several parts: each source and the question for the service once."""
    paragraphs: list[str] = []
    for part in parts:
        said = "\n\n".join(part.paragraphs)
        paragraphs.append(f"{part.topic.label}\n{said}" if len(parts) > 1 else said)
    asks = any(part.asks_service for part in parts)
    others_know = any(part.others_know for part in parts)
    sources = tuple({each.id: each for part in parts for each in part.sources}.values())
    choices: tuple[Button, ...] = ()
    if asks:
        choices = _service_buttons(compare=others_know)
        if wording().tell_me not in paragraphs[-1]:
            paragraphs.append(wording().which_service)
    elif others_know:
        choices = buttons([wording().other_services])
    topic_ids = [part.topic.id for part in parts]
    service_id = service.id if service else None
    if not sources and asks:
        custom = {"type": "ask_service", "topic": topic_ids[0]}
        return Reply("\n\n".join(paragraphs), choices, custom)
    reply = _sourced(paragraphs, sources, topic_ids[0], service_id)
    bold = [part.topic.label for part in parts] if len(parts) > 1 else []
    more = {"topics": topic_ids, "bold": bold}
    return Reply(reply.text, choices, {**(reply.custom or {}), **more})


def _sourced(
    paragraphs: Iterable[str],
    sources: tuple[Service, ...],
    topic_id: str | None,
    service_id: str | None = None,
) -> Reply:
    custom = {
        "type": "answer",
        "topic": topic_id,
        "service": service_id,
        "sources": source_data(sources),
    }
    lines = "\n".join(source_line(each) for each in sources)
    return Reply("\n\n".join([*paragraphs, lines] if lines else paragraphs), custom=custom)


def _service_buttons(compare: bool = False) -> tuple[Button, ...]:
    titles = [each.short_name for each in services().values()]
    extra = [wording().compare] if compare else []
    return buttons([*titles, wording().not_sure, *extra])


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"• {line}" for line in lines)
