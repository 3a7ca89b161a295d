"""The self-referral pre-screen as a dialogue over the database.

Every message is one transaction: what it changes is on disk before the next question is asked,
and a message that comes twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from bot.dialogue import Outcome, Turn
from bot.knowledge.services import Service
from bot.prescreen import answering, ending
from bot.prescreen.flow import Flow
from bot.prescreen.place import Place, begin, filled
from bot.prescreen.questionnaires import Library
from bot.prescreen.questionnaires import library as own_library
from bot.prescreen.questions import Script
from bot.prescreen.questions import script as own_script
from bot.prescreen.summary import StaffSummary, staff_summary, take_along
from bot.prescreen.texts import texts
from bot.records import referrals
from bot.records.conversations import conversation
from bot.records.database import Database
from bot.records.models import Referral
from bot.records.references import read_code
from bot.reply import Reply


class Prescreen:
    """The pre-screen of every conversation (see `bot.dialogue.Dialogue`).

    Replies of an outcome come before the open question, which `question` gives. `ended` is one of
    sent, paused, declined, not-eligible, urgent-help, safety, erased, kept, nothing-open.
    """

    def __init__(
        self,
        database: Database,
        services: Mapping[str, Service],
        *,
        script: Script | None = None,
        library: Library | None = None,
    ) -> None:
        """Args:
        services: the services to choose from, by id.
        script, library: the project's own unless given.
        """
        self._database = database
        self._services = services
        self.flow = Flow(script or own_script(), library or own_library(), services)

    def start(
        self,
        conversation_id: str,
        service_id: str | None,
        now: datetime,
        *,
        said: str | None = None,
    ) -> Outcome:
        """Begins a pre-screen, or takes up the one that this conversation has begun.

        Args:
            service_id: the service it is for, where that is known; the person is told.
            said: the words by which it is known.
        """
        with self._database.session() as session:
            referral = referrals.unfinished(session, conversation_id, lock=True)
            if referral is not None and referral.current_question is not None:
                self._take_up(self._place(session, referral, now))
                return Outcome((Reply(texts().welcome_back),))
            if referral is not None:
                session.delete(referral)
            chosen = self._services.get(service_id or "")
            known = chosen.id if chosen else self._only_service()
            draft = begin(session, conversation_id, known, now, said=said if chosen else None)
            self._place(session, draft, now).go_on()
            if chosen is None or self._only_service():
                return Outcome()
            return Outcome((Reply(texts().for_service.format(service=chosen.name)),))

    def resume(self, conversation_id: str, code: str, now: datetime) -> Outcome:
        """Takes up a pre-screen by its resume code, also from another conversation.

        Ends with "resume-code" when the text holds no code, "resume-failed" when none fits, and
        "resume-locked" after too many that didn't.
        """
        words = texts()
        read = read_code(code)
        with self._database.session() as session:
            owner = conversation(session, conversation_id, now)
            if (owner.resume_failures or 0) >= words.resume_attempts:
                return Outcome((Reply(words.resume_locked),), ended="resume-locked")
            if read is None:
                return Outcome((Reply(words.resume_ask),), ended="resume-code")
            referral = referrals.by_resume_code(session, read, now)
            if referral is None:
                owner.resume_failures = (owner.resume_failures or 0) + 1
                wrong = words.resume_wrong.format(days=words.resume_days)
                return Outcome((Reply(wrong),), ended="resume-failed")
            owner.resume_failures = 0
            for other in referrals.of_conversation(session, conversation_id):
                if other.state == "draft" and other.id != referral.id:
                    other.state = "paused"
            referrals.move(session, referral, conversation_id, now)
            self._take_up(self._place(session, referral, now))
            return Outcome((Reply(words.resumed),))

    def question(self, conversation_id: str, now: datetime, *, again: bool = False) -> Reply:
        """The open question, asked again as often as needed.

        Args:
            again: it was on the screen a moment ago, so its shorter words will do.
        """
        with self._database.reading() as session:
            referral = self._open(session, conversation_id)
            if referral is None:
                return Reply(texts().nothing_open)
            return self._place(session, referral, now).ask(again=again)

    def is_answer(self, turn: Turn) -> bool:
        """Whether the message is for the pre-screen, not a question to be answered outside it."""
        with self._database.reading() as session:
            referral = self._open(session, turn.conversation_id)
            if referral is None or _repeated(session, referral, turn):
                return True
            return answering.is_answer(self._place(session, referral, turn.now), turn)

    def answer(self, turn: Turn) -> Outcome:
        """Takes a message in. One that was taken in before changes nothing."""
        with self._database.session() as session:
            referral = self._open(session, turn.conversation_id, lock=True)
            sent = referrals.latest_sent(session, turn.conversation_id)
            if sent is not None and sent is not referral and _repeated(session, sent, turn):
                return ending.sent(self._place(session, sent, turn.now))
            if referral is None:
                return Outcome((Reply(texts().nothing_open),), ended="nothing-open")
            if _repeated(session, referral, turn):
                ended = referral.progress.get("ended")
                said = (Reply(texts().paused_again),) if ended == "paused" else ()
                return Outcome(said, ended=ended)
            return answering.take(self._place(session, referral, turn.now), turn)

    def erase(self, conversation_id: str, now: datetime) -> Outcome:
        """Asks whether to erase everything; the answer to that question does it."""
        with self._database.session() as session:
            referral = self._open(session, conversation_id, lock=True) or referrals.latest_sent(
                session, conversation_id, lock=True
            )
            if referral is None:  # it holds the question until it is answered
                referral = referrals.begin(session, conversation_id, None, now)
            self._place(session, referral, now).note(pending="erase")
            return Outcome()

    def in_progress(self, conversation_id: str) -> bool:
        """Whether the conversation has an unfinished pre-screen, open or put aside."""
        with self._database.reading() as session:
            referral = referrals.unfinished(session, conversation_id)
            return referral is not None and referral.current_question is not None

    def known(self, conversation_id: str, now: datetime) -> tuple[str | None, int | None]:
        """The service chosen and the person's age in years, as far as they are known."""
        with self._database.reading() as session:
            found = referrals.of_conversation(session, conversation_id)
            if not found:
                return None, None
            on = filled(referrals.answers(session, found[0]), self._services, now)
            return (on.service.id if on.service else None), on.age

    def staff_summary(self, referral_id: str, now: datetime) -> StaffSummary | None:
        """Answers and scores of a referral, for staff only."""
        with self._database.reading() as session:
            referral = session.get(Referral, referral_id)
            if referral is None:
                return None
            answers = referrals.answers(session, referral)
            said = referrals.said(session, referral)
            return staff_summary(self.flow, filled(answers, self._services, now), said)

    def take_along(self, referral_id: str) -> str | None:
        """A sent referral's answers as plain text for the person to keep. No score is in it."""
        with self._database.reading() as session:
            referral = session.get(Referral, referral_id)
            if referral is None or referral.sent_at is None or referral.reference is None:
                return None
            on = filled(referrals.answers(session, referral), self._services, referral.sent_at)
            return take_along(self.flow, on, referral.reference, on.today)

    def _place(self, session: Session, referral: Referral, now: datetime) -> Place:
        return Place(self.flow, self._services, session, referral, now)

    def _open(
        self, session: Session, conversation_id: str, *, lock: bool = False
    ) -> Referral | None:
        """The unfinished pre-screen, or a sent one about which something was asked back."""
        referral = referrals.unfinished(session, conversation_id, lock=lock)
        if referral is not None:
            return referral
        sent = referrals.latest_sent(session, conversation_id, lock=lock)
        return sent if sent is not None and sent.progress.get("pending") else None

    def _only_service(self) -> str | None:
        return next(iter(self._services)) if len(self._services) == 1 else None

    def _take_up(self, place: Place) -> None:
        place.referral.state = "draft"
        place.note(pending=None, choosing=None, again=None, picking=None, ended=None)


def _repeated(session: Session, referral: Referral, turn: Turn) -> bool:
    if referral.progress.get("last_message") == turn.message_id:
        return True
    return referrals.has_message(session, referral, turn.message_id)
