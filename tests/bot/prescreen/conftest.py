"""A person who fills in the pre-screen, for the tests of its engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.dialogue import Outcome, Turn
from bot.knowledge.services import services
from bot.prescreen.answering import take
from bot.prescreen.engine import Prescreen
from bot.prescreen.place import Place
from bot.records.database import Database
from bot.records.models import Referral
from bot.records.referrals import answers, of_conversation, unfinished
from bot.reply import Reply

# What gets an ordinary person from each question to the next.
ORDINARY = {
    "safety.ready": "I'm ready",
    "consent.given": "Yes, I agree",
    "place.service": "NHS Berkshire Talking Therapies",
    "about.date_of_birth": "3 May 1981",
    "place.gp_area": "Yes",
    "about.name": "Jo Smith",
    "about.preferred_name": "Skip",
    "about.phone": "07700 900123",
    "about.email": "jo@example.com",
    "about.contact_by": "Any of these",
    "about.voicemail": "Yes",
    "about.best_time": "Morning",
    "about.postcode": "RG1 1AA",
    "about.gp_practice": "The Surgery",
    "about.nhs_number": "943 476 5919",
    "access.interpreter": "No",
    "access.needs": "None of these",
    "access.perinatal": "Neither",
    "access.armed_forces": "No",
    "access.condition": "No",
    "story.reason": "I want to stop feeling like this.",
    "story.relationships": "I'm not sure",
    "story.therapy": "No",
    "story.medication": "No medication",
    "story.hopes": "To sleep.",
    "phq-9.9": "Not at all",
}


@dataclass
class Person:
    """Someone in one conversation, whose messages are numbered."""

    prescreen: Prescreen
    database: Database
    now: datetime
    conversation_id: str = "conversation"
    count: int = 0
    asked: list[str] = field(default_factory=list)

    def start(self, service_id: str | None = None) -> Outcome:
        return self.prescreen.start(self.conversation_id, service_id, self.now)

    def turn(self, text: str, **about: object) -> Turn:
        self.count += 1
        message_id = f"{self.conversation_id}-{self.count}"
        return Turn(self.conversation_id, text, self.now, message_id, **about)  # type: ignore[arg-type]

    def say(self, text: str) -> Outcome:
        return self.prescreen.answer(self.turn(text))

    def kept(self) -> Referral:
        """The conversation's newest referral as it is in the database."""
        with self.database.reading() as session:
            return of_conversation(session, self.conversation_id)[0]

    def answers(self) -> dict[str, Any]:
        """Its answers in force."""
        with self.database.reading() as session:
            return answers(session, of_conversation(session, self.conversation_id)[0])

    def question(self) -> Reply:
        return self.prescreen.question(self.conversation_id, self.now)

    @property
    def at(self) -> str:
        """The id of the open question."""
        custom = self.question().custom
        return str(custom["question"]) if custom and "question" in custom else ""

    def go_to(self, question_id: str, **instead: str) -> None:
        """Answers in the ordinary way until that question is open, all in one transaction."""
        given = {**ORDINARY, **{name.replace("__", "."): text for name, text in instead.items()}}
        with self.database.session() as session:
            referral = unfinished(session, self.conversation_id)
            assert referral is not None
            place = Place(self.prescreen.flow, services(), session, referral, self.now)
            for _ in range(80):
                at = place.open_question().id
                if at == question_id:
                    return
                self.asked.append(at)
                take(place, self.turn(given.get(at, "Several days")))
        raise AssertionError(f"{question_id} never came; asked: {self.asked}")

    def walk_to(self, question_id: str) -> None:
        """The same message by message, as it is in a conversation."""
        while (at := self.at) != question_id:
            self.asked.append(at)
            self.say(ORDINARY.get(at, "Several days"))


def count(database: Database, table: Any) -> int:
    """How many rows a table has."""
    with database.reading() as session:
        return int(session.execute(select(func.count()).select_from(table)).scalar_one())


@pytest.fixture
def prescreen(database: Database) -> Prescreen:
    """The project's own pre-screen over an empty database."""
    return Prescreen(database, services())


@pytest.fixture
def person(prescreen: Prescreen, database: Database, now: datetime) -> Person:
    """Someone who has started."""
    person = Person(prescreen, database, now)
    person.start()
    return person
