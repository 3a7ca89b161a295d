"""Booking as a dialogue: hands a sent referral over in its service's own way.

The open question is kept in the database (see `bookmark`). Replies of an outcome come before
that question, which `question` gives. `ended` is one of: booked, moved, cancelled, kept,
not-now, none-free, ended, waiting, not-waiting, phone, callback, summary, past, nothing-booked,
nothing-open, not-sent, away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.booking import asking, choosing, handover, managing, posting
from bot.booking.diary import last_cancelled
from bot.booking.fhir.client import Unreachable
from bot.booking.fhir.diary import RemoteDiary
from bot.booking.phrases import said
from bot.booking.replies import about, your_page
from bot.booking.standing import standing
from bot.booking.texts import booking_data
from bot.booking.visit import Visit
from bot.dialogue import Outcome, Turn
from bot.knowledge.services import Service
from bot.prescreen.texts import words
from bot.prescreen.understanding.plain import asks
from bot.records import referrals
from bot.records.database import Database
from bot.records.models import Referral
from bot.reply import Reply, buttons

# With one of these, a text that isn't understood here is asked for again; with another, the
# assistant has something to say to it first.
_OURS = frozenset({None, "nlu_fallback", "affirm", "deny", "book_appointment"})

Pick = Callable[[Sequence[Visit]], Sequence[Visit]]  # which referrals may be meant, likeliest first


class Booking:
    """What follows a sent referral, for every conversation (see `bot.dialogue.Dialogue`)."""

    def __init__(
        self,
        database: Database,
        services: Mapping[str, Service],
        remotes: Mapping[str, RemoteDiary] | None = None,
    ) -> None:
        """Args:
        remotes: the diaries that other systems keep, by their service's id.
        """
        self._database = database
        self._services = services
        self._remotes = remotes or {}

    def start(self, conversation_id: str, now: datetime) -> Outcome:
        """Hands over as the service does; with an appointment, asks what to do with it."""
        away = not self._refreshed(conversation_id, now, _newest)
        with self._database.session() as session:
            visits = self._visits(session, conversation_id, now)
            if not visits:
                return Outcome((_not_sent(session, conversation_id),), ended="not-sent")
            visit = _take_up(visits, visits[0])
            has = visit.booked()
            if visit.to_come():
                return managing.begin_one_of(_to_change(visits), "manage")
            if has is not None and has[1].ends_at > now:
                return managing.begin(visit, "manage")
            kind = visit.service.handover.kind
            if kind == "phone":
                return handover.phone(visit)
            if kind == "summary":
                return handover.summary(visit)
            if away and not visit.ended:
                return asking.away(visit, moving=False)
            if has is not None:
                again = about(has[1], booking_data().texts.past_again).text
                return choosing.begin(visit, again, visit.who_to_ask)
            return choosing.begin(visit, visit.service.handover.text)

    def change(self, conversation_id: str, now: datetime) -> Outcome:
        """Offers other times for the appointment."""
        return self._manage(conversation_id, now, "choose")

    def cancel(self, conversation_id: str, now: datetime) -> Outcome:
        """Asks whether to cancel the appointment."""
        return self._manage(conversation_id, now, "cancel")

    def stop_messages(self, conversation_id: str, text: str, now: datetime) -> Reply:
        """Stops what the person is written about any referral of theirs; says what has stopped.

        Nothing, unless the text clearly says so: it may ask for a reminder.
        """
        texts = booking_data().texts
        if not said(text, "no_messages"):
            return Reply(texts.messages_how)
        with self._database.session() as session:
            visits = self._visits(session, conversation_id, now)
            if not visits:
                return Reply(texts.messages_elsewhere)
            stopped = [text for text in map(posting.stop, visits) if text]
        return Reply("\n\n".join(dict.fromkeys(stopped)) or texts.messages_none)

    def status(self, conversation_id: str, now: datetime) -> Reply:
        """How every referral of this conversation stands, the newest first."""
        with self._database.reading() as session:
            visits = self._visits(session, conversation_id, now, lock=False)
            found = [_told(each) for each in visits]
            if found:
                offered = {button.title: button for each in found for button in each.buttons}
                text = "\n\n".join(each.text for each in found)
                return Reply(text, tuple(offered.values()), found[0].custom)
            data = booking_data()
            if referrals.unfinished(session, conversation_id) is not None:
                return Reply(data.texts.status_not_sent, buttons((data.buttons.carry_on,)))
            return Reply(data.texts.status_none)

    def reach(self, conversation_id: str, text: str, now: datetime) -> Outcome | None:
        """What there is for someone who asks to be phoned or sent something; None for others."""
        if not handover.asks_to_be_reached(text):
            return None
        with self._database.session() as session:
            visit = _open(self._visits(session, conversation_id, now))
            return None if visit is None else handover.reach(visit, text)

    def question(self, conversation_id: str, now: datetime) -> Reply:
        """The open question, asked again as often as needed."""
        with self._database.session() as session:
            visits = self._visits(session, conversation_id, now)
            visit = _open(visits)
            bookmark = visit.bookmark if visit else None
            if visit is None or bookmark is None:
                return _nothing_open(visit)
            if bookmark.step == "which":
                return managing.which(visits)
            if bookmark.step in ("callback", "callback_time"):
                return handover.question(bookmark)
            if bookmark.step in posting.STEPS:
                return posting.question(visit, bookmark)
            if bookmark.step in ("manage", "cancel"):
                return managing.question(visit, bookmark)
            return choosing.question(visit, bookmark)

    def is_answer(self, turn: Turn) -> bool:
        """Whether the text answers the open question, rather than asks something else.

        A question is an answer only if it asks for times ("is there anything on Friday?").
        """
        with self._database.reading() as session:
            visit = _open(self._visits(session, turn.conversation_id, turn.now, lock=False))
            bookmark = visit.bookmark if visit else None
            if visit is None or bookmark is None:
                return True
            if turn.intent == "stop_messages" and bookmark.step not in posting.STEPS:
                return False  # though "stop" alone would leave the question
            asking = asks(turn.text, words().question_words)
            elsewhere = turn.is_question or turn.intent not in _OURS
            if bookmark.step == "callback_time":
                return not (asking and elsewhere)
            if bookmark.step == "callback":
                understood = handover.understands(turn.text)
            elif bookmark.step in posting.STEPS:
                understood = posting.understands(visit, bookmark, turn.text)
            elif bookmark.step in ("which", "manage", "cancel"):
                understood = managing.understands(visit, turn.text)
            else:
                understood = choosing.understands(visit, bookmark, turn.text)
            if asking and understood:
                return not turn.is_question or bool(said(turn.text, "asking_for_times"))
            return understood or not elsewhere

    def answer(self, turn: Turn) -> Outcome:
        """Takes the text in. A message that comes twice changes nothing."""
        with self._database.session() as session:
            visits = self._visits(session, turn.conversation_id, turn.now)
            visit = _open(visits)
            bookmark = visit.bookmark if visit else None
            if visit is None or bookmark is None:
                return Outcome((_nothing_open(visit),), ended="nothing-open")
            if turn.message_id and bookmark.message == turn.message_id:
                return Outcome()
            if bookmark.step in ("callback", "callback_time"):
                outcome = handover.answer(visit, bookmark, turn)
            elif bookmark.step in posting.STEPS:
                outcome = posting.answer(visit, bookmark, turn.text)
            elif bookmark.step == "asking":
                outcome = asking.again(visit)
            elif bookmark.step == "which":
                outcome = managing.answer_which(visits, visit, bookmark, turn.text)
                visit = _open(visits) or visit
            elif bookmark.step in ("manage", "cancel"):
                outcome = managing.answer(visit, bookmark, turn.text)
            else:
                outcome = choosing.answer(visit, bookmark, turn.text)
            left = visit.bookmark
            if left is not None:
                visit.keep(left.copy(update={"message": turn.message_id}))
        if left is None or left.step != "asking":
            return outcome
        remote = self._remotes.get(visit.service.id)
        if remote is None:  # its keys can't be used
            with self._again(visit) as again:
                return asking.away(again, moving=left.moving)
        return asking.settle(lambda: self._again(visit), remote)

    def _manage(self, conversation_id: str, now: datetime, step: managing.Step) -> Outcome:
        away = step == "choose" and not self._refreshed(conversation_id, now, _to_change)
        with self._database.session() as session:
            visits = self._visits(session, conversation_id, now)
            if not visits:
                return Outcome((_not_sent(session, conversation_id),), ended="not-sent")
            meant = _to_change(visits)
            visit = _take_up(visits, meant[0])
            if away and len(meant) == 1:
                return asking.away(visit, moving=True)
            return managing.begin_one_of(meant, step)

    def _refreshed(self, conversation_id: str, now: datetime, pick: Pick) -> bool:
        """Brings what another system keeps up to date; False where it doesn't answer."""
        with self._database.reading() as session:
            meant = pick(self._visits(session, conversation_id, now, lock=False))
        answers = True
        for service in {visit.service.id: visit.service for visit in meant}.values():
            try:
                if remote := self._remotes.get(service.id):
                    remote.refresh(now)
                elif service.handover.fhir is not None:
                    answers = False
            except Unreachable:
                answers = False
        return answers

    @contextmanager
    def _again(self, visit: Visit) -> Iterator[Visit]:
        """The same visit in a transaction of its own."""
        with self._database.session() as session:
            referral = session.get(Referral, visit.referral.id, with_for_update=True)
            if referral is None:
                raise LookupError("the referral is gone")
            yield replace(visit, session=session, referral=referral)

    def _visits(
        self, session: Session, conversation_id: str, now: datetime, *, lock: bool = True
    ) -> list[Visit]:
        """One for each referral that the conversation sent, newest first.

        Args:
            lock: nobody else changes them until the transaction ends; not for one to read in.
        """
        return [
            Visit(session, referral, self._services[referral.service_id], now)
            for referral in referrals.all_sent(session, conversation_id, lock=lock)
            if referral.service_id in self._services
        ]


def _newest(visits: Sequence[Visit]) -> Sequence[Visit]:
    return visits[:1]


def _to_change(visits: Sequence[Visit]) -> Sequence[Visit]:
    """Those with an appointment still to come; the newest where there is none."""
    return [visit for visit in visits if visit.to_come()] or _newest(visits)


def _open(visits: Sequence[Visit]) -> Visit | None:
    """That which a question is open about; the newest if there is none."""
    newest = visits[0] if visits else None
    return next((each for each in visits if each.bookmark is not None), newest)


def _take_up(visits: Sequence[Visit], visit: Visit) -> Visit:
    """The visit that is meant; a question that is open about another is open no longer."""
    for other in visits:
        if other is not visit and other.bookmark is not None:
            other.close()
    return visit


def _told(visit: Visit) -> Reply:
    """How a referral stands. The way to its summary is only for the chat that it was sent from."""
    reply = standing(visit)
    if visit.service.handover.kind != "summary":
        return reply
    return replace(reply, text=f"{reply.text}\n\n{your_page(visit)}")


def _not_sent(session: Session, conversation_id: str) -> Reply:
    data = booking_data()
    if referrals.unfinished(session, conversation_id) is not None:
        return Reply(data.texts.not_finished, buttons((data.buttons.carry_on,)))
    return Reply(data.texts.not_sent, buttons((data.buttons.refer,)))


def _nothing_open(visit: Visit | None) -> Reply:
    """That no question is open, or what the last one came to: its answer may have been lost."""
    if visit is not None and (visit.booked() or last_cancelled(visit.session, visit.referral.id)):
        return standing(visit)
    return Reply(booking_data().texts.nothing_open)
