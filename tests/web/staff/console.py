"""A console for tests: people in it, and staff who sign in as they would."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyotp
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.crisis.flagging import FlagDraft
from bot.records import referrals
from bot.records.conversations import append_events, conversation
from bot.records.database import Database
from bot.records.flags import keep_flag
from bot.records.models import AuditEntry, Case, Flag, StaffUser
from bot.staff import accounts

PASSWORD = "correct horse battery"
ALERT = FlagDraft(
    "alert", "suicidal-thoughts", (), "end it all", "I want to END it all, really", "match"
)
ANSWERS = {
    "safety.ready": "ready",
    "consent.given": "yes",
    "about.date_of_birth": "1981-05-03",
    "about.name": "Jo Smith",
    "about.phone": "+447700900123",
    "about.contact_by": ["text"],
    "access.needs": ["hearing"],
    "access.needs_detail": "a quiet room",
    "story.reason": "I want to <b>stop</b> feeling like this",
    **{f"phq-9.{number}": 2 for number in range(1, 10)},
    **{f"gad-7.{number}": 1 for number in range(1, 8)},
}


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **length: float) -> None:
        self.now += timedelta(**length)


@dataclass
class Browser:
    """A browser with a member of staff in front of it."""

    client: TestClient
    clock: Clock
    email: str
    secret: str = ""
    last: Any = field(default=None)

    def get(self, path: str) -> Any:
        self.last = self.client.get(f"/staff{path}")
        return self.last

    def post(self, path: str, **fields: Any) -> Any:
        """Sends a form with the token of the page that was shown last."""
        form = {"csrf": self.token(), **{name: str(value) for name, value in fields.items()}}
        self.last = self.client.post(f"/staff{path}", data=form)
        return self.last

    def token(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.last.text if self.last else "")
        return found[1] if found else ""

    def password(self, password: str = PASSWORD) -> Any:
        self.get("/sign-in")
        return self.post("/sign-in", email=self.email, password=password)

    def sign_in(self) -> Browser:
        """Signs in, setting the second factor up at the first time."""
        self.clock.forward(seconds=31)
        page = self.password()
        now = self.clock.now
        if not self.secret:
            self.secret = re.search(r'name="secret" value="([^"]+)"', page.text)[1]  # type: ignore[index]
            self.post("/second-factor/set-up", secret=self.secret, code=self.code(now))
            self.get("/")
        else:
            self.post("/second-factor", code=self.code(now))
        assert self.last.status_code == 200, self.last.text
        return self

    def code(self, now: datetime) -> str:
        return pyotp.TOTP(self.secret).at(now)


@dataclass
class Console:
    """The console with its people."""

    database: Database
    clock: Clock
    app: Starlette

    def staff(
        self, role: str = "reviewer", services: tuple[str, ...] = ("berkshire",), name: str = ""
    ) -> Browser:
        """A new member of staff, not signed in yet."""
        name = name or f"{role.title()} of {'-'.join(services) or 'none'}"
        email = f"{name.lower().replace(' ', '.')}@example.nhs.uk"
        with self.database.session() as session:
            accounts.create(
                session,
                email=email,
                name=name,
                role=role,
                services=services,
                password=PASSWORD,
                now=self.clock.now,
            )
        return Browser(TestClient(self.app, base_url="https://testserver"), self.clock, email)

    def refer(
        self, service_id: str = "berkshire", conversation_id: str = "c", **answers: Any
    ) -> str:
        """Someone sends a referral; gives the id of their case."""
        now = self.clock.now
        given = {"place.service": service_id, **ANSWERS}
        given |= {name.replace("__", "."): value for name, value in answers.items()}
        with self.database.session() as session:
            owner = conversation(session, conversation_id, now)
            referral = referrals.begin(session, conversation_id, service_id, now)
            for question_id, value in given.items():
                referrals.set_answer(
                    session, referral, question_id, value, said=None, message_id=None, now=now
                )
            referrals.send(session, referral, now)
            append_events(session, owner, events(now))
            return str(
                session.execute(select(Case.id).where(Case.referral_id == referral.id)).scalar_one()
            )

    def flag(
        self, conversation_id: str = "c", service_id: str | None = "berkshire", message: str = "m2"
    ) -> tuple[str, str]:
        """Someone is flagged; gives the ids of their case and the flag."""
        with self.database.session() as session:
            conversation(session, conversation_id, self.clock.now)
            raised = keep_flag(
                session,
                ALERT,
                conversation_id=conversation_id,
                message_id=message,
                service_id=service_id,
                now=self.clock.now,
            )
            return raised.case_id, raised.id

    def case(self, case_id: str) -> Case:
        with self.database.reading() as session:
            return session.get(Case, case_id)

    def flagged(self, flag_id: str) -> Flag:
        with self.database.reading() as session:
            return session.get(Flag, flag_id)

    def audited(self) -> list[AuditEntry]:
        with self.database.reading() as session:
            return list(session.execute(select(AuditEntry).order_by(AuditEntry.position)).scalars())

    def user(self, email: str) -> StaffUser:
        with self.database.reading() as session:
            return accounts.by_email(session, email)


def events(now: datetime) -> list[dict[str, Any]]:
    buttons = [{"title": "Yes", "payload": "Yes"}]
    return [
        {
            "event": "bot",
            "timestamp": now.timestamp(),
            "text": "May we text?",
            "data": {"buttons": buttons},
        },
        {
            "event": "user",
            "timestamp": now.timestamp(),
            "text": "Yes",
            "message_id": "m1",
            "metadata": {"tapped": True},
        },
        {
            "event": "user",
            "timestamp": now.timestamp(),
            "text": "I want to END it all, really",
            "message_id": "m2",
            "metadata": {"tapped": False},
        },
    ]
