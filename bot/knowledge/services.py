"""The services the assistant speaks for, one file each in data/services/.

A service is added by adding its file: nothing in Python names one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import AnyHttpUrl, EmailStr, Field, NonNegativeInt, PositiveInt, validator

from bot.datafile import DATA, DataError, Strict, load_model, shown
from bot.knowledge.topics import Text, Topic, filled, topics

DIRECTORY = DATA / "services"

Lines = tuple[Text, ...]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Document(Strict):
    """The document that a service's answers come from; `published` is None when undated."""

    title: Text
    file: Text
    published: date | None


class Contact(Strict):
    """Who answers what the document doesn't; `phone` only when the document gives one.

    `once_sent` is who to ask once a referral is sent, where that is someone else.
    """

    who_to_ask: Text
    once_sent: Text | None = None
    phone: Text | None


class Answer(Strict):
    """What the document says on a topic, and the same in a phrase for comparisons.

    `items` is a list said after the text: its lines, or the list of `preparing` that holds them.
    """

    text: Text
    short: Text
    items: Literal["checklist", "video_call"] | Lines | None = None


class Preparing(Strict):
    """Getting ready, as far as the document says; None where it is silent.

    `first_session` and `staying_well` name the topic whose answer tells it; `aims` is whether
    the service asks people to bring aims for their treatment.
    """

    checklist: Lines | None
    video_call: Lines | None
    first_session: Text | None
    staying_well: Text | None
    aims: bool

    _filled = validator("checklist", "video_call", allow_reuse=True)(filled)


class Hours(Strict):
    """When a phone is answered, by London's clock: `days` as in "Monday to Friday"."""

    days: tuple[Weekday, ...]
    opens: time
    closes: time

    @validator("closes")
    def after_opening(cls, closes: time, values: dict[str, Any]) -> time:
        """A day closes after it opens."""
        if "opens" in values and closes <= values["opens"]:
            raise ValueError("is not after `opens`")
        return closes


class Rules(Strict):
    """How the service's diary is booked; what is left out is as in data/booking.yml."""

    notice_hours: NonNegativeInt | None = None
    hold_minutes: PositiveInt | None = None
    bank_holidays: bool | None = None
    remind_hours: PositiveInt | None = None


class Fhir(Strict):
    """The booking system that holds the service's diary and takes its referrals, by FHIR R4.

    `schedule` narrows the search for times; `target` is the receiver's id in BaRS headers; `mode`
    is how its appointments are held.
    Keys are in the folder of the setting FHIR_KEYS.
    """

    base: AnyHttpUrl
    token: AnyHttpUrl | None = None
    client_id: Text | None = None
    key_id: Text | None = None
    schedule: Text | None = None
    organisation: Text
    target: Text
    message: Text = "$process-message"
    mutual_tls: bool = False
    mode: Literal["video", "in-person"] = "video"

    @validator("base", "token", "message")
    def private(cls, url: str | None) -> str | None:
        """What goes there is personal: only this machine is spoken to without TLS."""
        given = urlsplit(url or "")
        if given.scheme == "http" and not _on_this_machine(given.hostname or ""):
            raise ValueError("must begin with https://, unless it is on this machine")
        return url

    @validator("key_id", always=True)
    def with_token(cls, key_id: str | None, values: dict[str, Any]) -> str | None:
        """A token is asked for with an id and a key."""
        if values.get("token") and not (key_id and values.get("client_id")):
            raise ValueError("is needed with `token`, and so is `client_id`")
        return key_id


class Handover(Strict):
    """What happens when a pre-screen is sent, and whether a phone callback may be asked for.

    `hours` are the opening hours of the phone, None when the service hasn't said; `gp` is how a
    GP can help instead; `rules` and `fhir` are for a diary.
    """

    kind: Literal["diary", "phone", "summary"]
    text: Text
    callback: bool
    gp: Text | None = None
    hours: tuple[Hours, ...] | None = None
    rules: Rules = Rules()
    fhir: Fhir | None = None


class Staff(Strict):
    """Who is told that there is something to read; they are never told about whom."""

    emails: tuple[EmailStr, ...] = ()
    webhooks: tuple[AnyHttpUrl, ...] = ()


class Prescreen(Strict):
    """The service's settings for the pre-screen; `response_time` is None when not promised."""

    minimum_age: int = Field(ge=0, le=120)
    asks_gp_registration: bool
    gp_area: Text | None
    questionnaires: Lines
    response_time: Text | None

    _filled = validator("questionnaires", allow_reuse=True)(filled)


class Targets(Strict):
    """How soon staff mean to act: first contact in days, a flag in hours; None: not set."""

    contact_days: PositiveInt | None = None
    flag_hours: PositiveInt | None = None


class Service(Strict):
    """One service: its names, its document, its answers by topic id, and its settings.

    `places` are towns of its area that a person would name to say where they live.
    `context_aliases` mean the service only beside certain words: names that are ordinary words too,
    as they are in the phrases of `ordinary_words`.
    """

    id: str = Field(regex=r"^[a-z][a-z0-9_]*$")
    name: Text
    short_name: Text
    aliases: Lines
    exact_aliases: Lines = ()
    places: Lines = ()
    context_aliases: Lines = ()
    ordinary_words: Lines = ()
    document: Document
    choose_if: Text
    contact: Contact
    answers: dict[str, Answer]
    not_said: Lines
    preparing: Preparing
    handover: Handover
    prescreen: Prescreen
    targets: Targets = Targets()
    staff: Staff = Staff()

    _filled = validator("aliases", allow_reuse=True)(filled)

    def says(self, topic_id: str) -> str | None:
        """The whole answer on a topic, its list included; None when the document is silent."""
        answer = self.answers.get(topic_id)
        if answer is None:
            return None
        return "\n".join([answer.text, *(f"• {item}" for item in self._items(answer))])

    def _items(self, answer: Answer) -> tuple[str, ...]:
        if isinstance(answer.items, str):
            held: tuple[str, ...] | None = getattr(self.preparing, answer.items)
            return held or ()
        return answer.items or ()


def load_services(directory: Path = DIRECTORY) -> dict[str, Service]:
    """The services of a folder by id, in the order of their file names.

    Raises:
        DataError: one line naming the file, the wrong field and the mend.
    """
    known = topics()
    services: dict[str, Service] = {}
    for path in sorted(directory.glob("*.yml")):
        service = load_model(path, Service)
        for problem in _problems(service, path.stem, known, services):
            raise DataError(f"{shown(path)}: {problem}")
        services[service.id] = service
    if not services:
        raise DataError(f"{shown(directory)}: holds no service: add a file such as berkshire.yml")
    for topic in known.values():
        for name in topic.common.services if topic.common else ():
            if name not in services:
                raise DataError(
                    f"data/topics.yml: `topics.{topic.id}.common.services` names `{name}`,"
                    f" which has no file in {shown(directory)}: correct its spelling or remove it"
                )
    return services


def services() -> dict[str, Service]:
    """The services of data/services/ by id, read once."""
    return services_in(DIRECTORY)


@lru_cache(maxsize=8)
def services_in(directory: Path) -> dict[str, Service]:
    """As load_services, read once for each folder."""
    return load_services(directory)


def _problems(
    service: Service, stem: str, known: Mapping[str, Topic], others: Mapping[str, Service]
) -> Iterator[str]:
    """What is wrong with a service beyond its shape, each as `field` problem: mend."""
    if service.id != stem:
        yield f"`id` is `{service.id}`: make it `{stem}`, as the file is named"
    yield from _topic_problems(service, known)
    for other in others.values():
        for field in ("name", "short_name"):
            if getattr(service, field) == getattr(other, field):
                yield f"`{field}` is also that of {other.id}.yml: give each its own"
        taken = {_plain(alias) for alias in (*other.aliases, *other.exact_aliases)}
        for alias in (*service.aliases, *service.exact_aliases):
            if _plain(alias) in taken:
                yield f"`aliases` has `{alias}`, as {other.id}.yml has: keep it in one of them"
        for field in ("places", "context_aliases"):
            shared = set(map(_plain, (*other.places, *other.context_aliases)))
            for alias in getattr(service, field):
                if _plain(alias) in shared:
                    yield f"`{field}` has `{alias}`, as {other.id}.yml has: take it out of both"
    if service.handover.kind == "phone" and service.contact.phone is None:
        yield "`contact.phone` is missing though `handover.kind` is phone: add the number"
    if service.handover.fhir is not None and service.handover.kind != "diary":
        yield "`handover.fhir` is there though `handover.kind` isn't diary: remove one of them"
    if service.prescreen.asks_gp_registration and service.prescreen.gp_area is None:
        yield "`prescreen.gp_area` is missing though the GP is asked about: name the area"


def _topic_problems(service: Service, known: Mapping[str, Topic]) -> Iterator[str]:
    silent = set(service.not_said)
    for field, ids in (("answers", service.answers), ("not_said", service.not_said)):
        for topic_id in ids:
            if topic_id not in known:
                yield (
                    f"`{field}.{topic_id}` isn't a topic of data/topics.yml:"
                    " correct its spelling, or add the topic there"
                )
    for topic_id in silent & set(service.answers):
        yield f"`not_said` has `{topic_id}`, which `answers` has too: keep it in one of them"
    for topic in known.values():
        answered = topic.id in silent or topic.id in service.answers or topic.handled_by
        if not answered:
            yield f"`answers.{topic.id}` is missing: add it, or add `{topic.id}` to `not_said`"
    for topic_id, answer in service.answers.items():
        if isinstance(answer.items, str) and getattr(service.preparing, answer.items) is None:
            yield (
                f"`answers.{topic_id}.items` is `{answer.items}`, but `preparing.{answer.items}`"
                " is empty: fill that list, or remove `items`"
            )
    for field in ("first_session", "staying_well"):
        named = getattr(service.preparing, field)
        if named is not None and named not in service.answers:
            yield f"`preparing.{field}` is `{named}`, which `answers` hasn't: add it, or put null"


def _on_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # another name
        return False


def _plain(alias: str) -> str:
    return " ".join(alias.lower().split())
