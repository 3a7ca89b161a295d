"""Where a person is in the pre-screen: an open referral, its answers, and the open question."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.knowledge.services import Service
from bot.prescreen.flow import Filled, Flow, service_of
from bot.prescreen.present import Presenter, change_button
from bot.prescreen.questions import SERVICE, Question
from bot.prescreen.summary import check_groups, listing
from bot.prescreen.texts import commands, texts
from bot.records import referrals
from bot.records.models import Referral
from bot.reply import Reply, buttons

_LONDON = ZoneInfo("Europe/London")


class Place:
    """An open referral within one transaction.

    `Referral.progress` holds what isn't an answer: `pending` (a question asked back), `choosing`
    (more choices may follow), `again` (asked before), `changing`, `picking` (at the check),
    `last_message`, `ended` and `earlier` (conversations it was in before). It is not encrypted, so
    it never holds what a person wrote.
    """

    def __init__(
        self,
        flow: Flow,
        services: Mapping[str, Service],
        session: Session,
        referral: Referral,
        now: datetime,
    ) -> None:
        self.flow = flow
        self.session = session
        self.referral = referral
        self.now = now
        self.presenter = Presenter(flow)
        self._services = services
        self._filled: Filled | None = None

    @property
    def filled(self) -> Filled:
        """The answers as they stand."""
        if self._filled is None:
            answers = referrals.answers(self.session, self.referral)
            self._filled = filled(answers, self._services, self.now)
        return self._filled

    def keep(
        self, question: Question, value: Any, *, said: str | None, message_id: str | None
    ) -> None:
        """Keeps an answer in place of any former one."""
        referrals.set_answer(
            self.session,
            self.referral,
            question.id,
            value,
            said=said,
            message_id=message_id,
            now=self.now,
        )
        self._filled = None

    def drop(self, question_ids: Collection[str]) -> None:
        """Takes answers back."""
        if not question_ids:
            return
        referrals.drop_answers(self.session, self.referral, question_ids, self.now)
        self._filled = None

    def begin_anew(self) -> None:
        """A new draft in place of this one; only the service stays chosen."""
        former, chosen = self.referral, self.filled.answers.get(SERVICE)
        self.session.delete(former)
        self.session.flush()
        self.referral = begin(self.session, former.conversation_id, chosen, self.now)
        self._filled = None
        self.go_on()
        self.note(last_message=(former.progress or {}).get("last_message"))

    @property
    def progress(self) -> dict[str, Any]:
        """What is noted beside the answers."""
        return self.referral.progress or {}

    def note(self, **changes: Any) -> None:
        """Notes something beside the answers; None takes it away."""
        kept = {**self.progress, **changes}
        self.referral.progress = {key: value for key, value in kept.items() if value is not None}
        self.referral.updated_at = self.now

    def open_question(self) -> Question:
        """The question put to the person."""
        now_filled = self.filled
        question = self.flow.find(self.referral.current_question, now_filled)
        if question is None or (question.kind == "check" and not self.flow.complete(now_filled)):
            return self.flow.next(now_filled)
        return question

    def go_to(self, question: Question, **noted: Any) -> None:
        """Puts a question next."""
        self.referral.current_question = question.id
        fresh = dict.fromkeys(("pending", "choosing", "again", "changing", "picking", "ended"))
        self.note(**{**fresh, **noted})

    def go_on(self) -> None:
        """Puts the first question next that has no answer yet."""
        self.go_to(self.flow.next(self.filled))

    def ask(self, *, again: bool = False) -> Reply:
        """The open question, or the one asked back; in shorter words if it is asked `again`."""
        pending = self.progress.get("pending")
        if pending:
            sent = self.referral.sent_at is not None
            return self.presenter.confirmation(
                pending, commands().confirmations[pending], sent=sent
            )
        question = self.open_question()
        now_filled = self.filled
        again = again or self.progress.get("again") == question.id
        if question.kind == "check":
            return self._check(question, now_filled, again=again)
        chosen = now_filled.answers.get(question.id) or ()
        return self.presenter.question(
            question,
            now_filled,
            again=again,
            chosen=chosen if self.progress.get("choosing") == question.id else (),
        )

    def changeable(self) -> list[Question]:
        """The questions whose answers can be changed by name."""
        return [question for question in self.flow.questions(self.filled) if question.change]

    def _check(self, question: Question, now_filled: Filled, *, again: bool) -> Reply:
        groups = check_groups(self.flow, now_filled)
        details = self.presenter.details(question, now_filled)
        if self.progress.get("picking"):
            offered = [change_button(q) for q in self.changeable() if q.kind != "item"]
            return Reply(texts().change_what, tuple(offered), {**details, "type": "change"})
        rows = [
            {"title": group.title, "rows": [vars(row) for row in group.rows]} for group in groups
        ]
        short = again and question.again
        lead = short or question.text
        return Reply(
            text=lead if short else f"{lead}\n\n{listing(groups)}",
            buttons=buttons((commands().send.button, commands().change.button)),
            custom={**details, "type": "check", "lead": lead, "groups": rows},
        )


def begin(
    session: Session,
    conversation_id: str,
    service_id: str | None,
    now: datetime,
    *,
    said: str | None = None,
) -> Referral:
    """A new draft, for a service where one is chosen already, by what was `said`."""
    referral = referrals.begin(session, conversation_id, service_id, now)
    if service_id is not None:
        referrals.set_answer(
            session, referral, SERVICE, service_id, said=said, message_id=None, now=now
        )
    return referral


def filled(answers: Mapping[str, Any], services: Mapping[str, Service], now: datetime) -> Filled:
    """The answers with the service they name, on the day it is in the United Kingdom."""
    return Filled(answers, service_of(answers, services), now.astimezone(_LONDON).date())
