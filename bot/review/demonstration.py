"""Makes made-up people for a demonstration (data/demonstration.yml), each marked as such.

The same every time, apart from references: what is shown in a talk is there in the next one too.
What the three in danger write goes through the real crisis screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from pydantic import PositiveInt
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.crisis.conversation import respond
from bot.datafile import DATA, Strict, load_model
from bot.knowledge.services import services
from bot.prescreen.flow import Flow
from bot.prescreen.place import filled
from bot.prescreen.present import Presenter
from bot.prescreen.questionnaires import library
from bot.prescreen.questions import script
from bot.prescreen.show import show
from bot.records import referrals
from bot.records.cases import by_referral, note_step, place
from bot.records.conversations import append_events, conversation
from bot.records.flags import keep_flag
from bot.records.models import Aim, Case, Referral, StaffUser

MARK = "demonstration-"  # what the ids of these conversations begin with
_DANGER_AGO = (timedelta(hours=26), timedelta(hours=3), timedelta(minutes=50))
_STATES = ("incoming",) * 5 + ("accepted",) * 2 + ("contacted",) * 2 + ("booked", "closed")
_WAY = {
    "accepted": ("accepted",),
    "contacted": ("accepted", "contacted"),
    "booked": ("accepted", "booked"),
    "closed": ("accepted", "contacted", "closed"),
}


class Needs(Strict):
    """Access needs and what would help."""

    needs: tuple[str, ...]
    detail: str


class Colleague(Strict):
    """Someone to sign in as."""

    email: str
    name: str
    role: str


class Demonstration(Strict):
    """What made-up people are put together from."""

    count: PositiveInt
    days: PositiveInt
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    practices: tuple[str, ...]
    best_times: tuple[str, ...]
    medication: tuple[str, ...]
    reasons: tuple[str, ...]
    hopes: tuple[str, ...]
    needs: tuple[Needs, ...]
    aims: tuple[str, ...]
    in_danger: tuple[str, str, str]
    safe_now: str
    staff: tuple[Colleague, ...]


@lru_cache(maxsize=1)
def demonstration() -> Demonstration:
    """The project's own."""
    return load_model(DATA / "demonstration.yml", Demonstration)


def make_people(session: Session, staff: StaffUser, now: datetime, count: int | None = None) -> int:
    """Adds the made-up people that aren't there yet; gives how many.

    Args:
        staff: whose work the steps taken are said to be.
        count: how many, if not as many as the data say.
    """
    data = demonstration()
    wanted = count or data.count
    present = set(
        session.execute(
            select(Case.conversation_id).where(Case.conversation_id.startswith(MARK))
        ).scalars()
    )
    made = 0
    for number in range(wanted):
        if f"{MARK}{number}" not in present:
            _Maker(session, data, number, staff, now, wanted).make()
            made += 1
    return made


class _Maker:
    """Makes one person."""

    def __init__(
        self,
        session: Session,
        data: Demonstration,
        number: int,
        staff: StaffUser,
        now: datetime,
        count: int,
    ) -> None:
        self.session, self.data, self.number, self.staff = session, data, number, staff
        self.pick = Random(number)
        self.conversation_id = f"{MARK}{number}"
        age = timedelta(days=data.days) * (1 - number / count)
        self.now = now
        self.at = now - age - timedelta(minutes=30)
        self.flow = Flow(script(), library(), services())
        self.events: list[dict[str, Any]] = []
        # Spread over the list: two with a referral, one without, none of them the newest.
        places = [count // 3, 2 * count // 3, count - 2]
        self.danger = (
            data.in_danger[places.index(number)] if number in places and count > 5 else None
        )
        if self.danger is not None:
            self.at = now - _DANGER_AGO[places.index(number)]
        self.sends = self.danger is None or number != places[-1]

    def make(self) -> None:
        """Conversation, answers, flags and work."""
        service_id = self.pick.choice(sorted(services()))
        owner = conversation(self.session, self.conversation_id, self.at)
        owner.service_id = service_id
        if not self.sends:
            self._says("I want to ask about DIT", "Of course. What would you like to know?")
            self._danger(service_id)
        else:
            self._referral(service_id)
        append_events(self.session, owner, self.events)
        owner.last_message_at = self.at

    def _referral(self, service_id: str) -> None:
        referral = referrals.begin(self.session, self.conversation_id, service_id, self.at)
        presenter = Presenter(self.flow)
        values: dict[str, Any] = {}
        chosen = self._answers(service_id)
        while True:
            now_filled = filled(values, services(), self.at)
            question = self.flow.next(now_filled)
            if question.kind == "check":
                break
            value = chosen.get(question.id)
            if question.questionnaire:
                value = 0 if question.safety else self.pick.choice((0, 1, 1, 2, 3))
            choices = self.flow.choices(question, now_filled)
            said = "Skip" if value is None else show(question, choices, value)
            asked = presenter.question(question, now_filled)
            offered = [{"title": b.title, "payload": b.payload} for b in asked.buttons]
            message_id = self._says(said, asked.text, offered)
            referrals.set_answer(
                self.session,
                referral,
                question.id,
                value,
                said=said,
                message_id=message_id,
                now=self.at,
            )
            values[question.id] = value
            if question.id == "story.reason" and self.danger:
                self._danger(service_id)
        if self.number % 9 == 0 and chosen["about.phone"]:
            self._correct_phone(referral)
        if self.number % 4 == 0:
            self._add_aims()
        self._says("Send my answers", "Nearly done. Here is what you told me. Please check it.")
        referrals.send(self.session, referral, self.at)
        self._work(referral)

    def _answers(self, service_id: str) -> Mapping[str, Any]:
        data, pick = self.data, self.pick
        twin = self.number % 40 == 39  # the same person as the one before, some weeks later
        name = self.number - 1 if twin else self.number
        who = Random(name)
        firsts, lasts = data.first_names, data.last_names
        first, last = firsts[name % len(firsts)], lasts[(name * 7 + name // 26) % len(lasts)]
        needs = who.choice(data.needs) if name % 6 == 0 else None
        born = f"{who.randint(1950, 2005)}-{who.randint(1, 12):02}-{who.randint(1, 28):02}"
        return {
            "safety.ready": "ready",
            "consent.given": "yes",
            "place.service": service_id,
            "about.date_of_birth": born,
            "place.gp_area": "yes",
            "about.name": f"{first} {last}",
            "about.preferred_name": None,
            "about.phone": f"+447700900{name % 1000:03}",
            "about.email": f"{first}.{last}@mail.example".lower() if name % 3 else None,
            "about.contact_by": [who.choice(("call", "text", "any"))],
            "about.voicemail": who.choice(("yes", "no")),
            "about.best_time": who.choice(data.best_times),
            "about.postcode": None,
            "about.gp_practice": who.choice(data.practices),
            "access.interpreter": "no",
            "access.needs": list(needs.needs) if needs else ["none"],
            "access.needs_detail": needs.detail if needs else None,
            "access.perinatal": "neither",
            "access.armed_forces": "no",
            "access.condition": "no",
            "story.reason": pick.choice(data.reasons),
            "story.relationships": pick.choice(("yes", "no", "not-sure")),
            "story.therapy": "no",
            "story.medication": pick.choice(data.medication),
            "story.hopes": pick.choice(data.hopes),
        }

    def _danger(self, service_id: str) -> None:
        assert self.danger is not None
        turn = respond(self.danger, None, service_id=service_id)
        if turn is None or turn.flag is None:
            raise ValueError("data/demonstration.yml: `in_danger` holds nothing that is noticed")
        offered = [{"title": b.title, "payload": b.payload} for b in turn.reply.buttons]
        message_id = self._says(self.danger, "")
        keep_flag(
            self.session,
            turn.flag,
            conversation_id=self.conversation_id,
            message_id=message_id,
            service_id=service_id,
            now=self.at,
        )
        self._replies(turn.reply.text, offered)
        self._says(self.data.safe_now, "")

    def _correct_phone(self, referral: Referral) -> None:
        phone = f"+447700901{self.number % 1000:03}"
        message_id = self._says(phone, "What is your phone number?")
        referrals.set_answer(
            self.session,
            referral,
            "about.phone",
            phone,
            said=phone,
            message_id=message_id,
            now=self.at,
        )

    def _add_aims(self) -> None:
        self.session.add_all(
            Aim(conversation_id=self.conversation_id, position=place, text=text, written_at=self.at)
            for place, text in enumerate(self.data.aims, start=1)
        )

    def _work(self, referral: Referral) -> None:
        case = by_referral(self.session, referral.id)
        assert case is not None
        if self.danger or self.now - self.at < timedelta(days=2):
            return
        for hours, state in enumerate(_WAY.get(self.pick.choice(_STATES), ()), start=20):
            when = self.at + timedelta(hours=hours)
            case.read_at = case.read_at or when
            case.assigned_to = self.staff.id
            note_step(self.session, case, state, by=self.staff.id, reason=None, now=when)
        place(self.session, case)

    def _says(self, text: str, asked: str, offered: list[dict[str, str]] | None = None) -> str:
        if asked:
            self._replies(asked, offered or [])
        message_id = f"{self.conversation_id}-{len(self.events)}"
        self.at += timedelta(seconds=self.pick.randint(4, 40))
        self.events.append(
            {
                "event": "user",
                "timestamp": self.at.timestamp(),
                "text": text,
                "message_id": message_id,
                "metadata": {"tapped": text in (each["payload"] for each in offered or ())},
            }
        )
        return message_id

    def _replies(self, text: str, offered: list[dict[str, str]]) -> None:
        self.at += timedelta(seconds=1)
        self.events.append(
            {
                "event": "bot",
                "timestamp": self.at.timestamp(),
                "text": text,
                "data": {"buttons": offered},
            }
        )
