"""Helps a person to write down what they want from therapy, in their own words and no others.

The aims are kept as they are written, each as soon as it is. One whose wording is still open is
at position 0 until the person has settled it; the others count from 1.
"""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.dialogue import Outcome, Turn
from bot.preparing.texts import preparing_data
from bot.prescreen.texts import words
from bot.prescreen.understanding.plain import asks, plain, strip_phrases, tidy
from bot.records import referrals
from bot.records.database import Database
from bot.records.models import Aim
from bot.reply import Reply, buttons

_OPEN = 0


class Aims:
    """The aims of every conversation (see `bot.dialogue.Dialogue`).

    Replies of an outcome come before the open question, which `question` gives. `ended` is
    "aims", or "no-aims" when there are none.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, conversation_id: str, now: datetime) -> Outcome:
        """Begins, or goes on with the aims that are there."""
        data = preparing_data().aims
        with self._database.session() as session:
            kept = _aims(session, conversation_id)
            _belong(session, conversation_id, kept)
            if kept:
                first = data.texts.so_far.format(aims=_listed(kept))
            else:
                first = data.texts.intro.format(at_most=data.at_most)
            return Outcome((Reply(f"{first}\n\n{data.texts.who_sees}"),))

    def question(self, conversation_id: str, now: datetime) -> Reply:
        """The open question."""
        data = preparing_data().aims
        with self._database.reading() as session:
            kept = _aims(session, conversation_id)
        rewording = next((aim for aim in kept if aim.position == _OPEN), None)
        if rewording is not None:
            text = data.texts.reword.format(aim=rewording.text)
            return Reply(text, buttons((data.buttons.keep, data.buttons.enough)))
        if not kept:
            return Reply(data.texts.first, buttons((data.buttons.skip,)))
        change = [data.buttons.change.format(number=n) for n in range(1, len(kept) + 1)]
        text = data.texts.another if len(kept) < data.at_most else data.texts.full
        titles = (data.buttons.enough, data.buttons.show, *change)
        return Reply(text.format(at_most=data.at_most), buttons(titles))

    def is_answer(self, turn: Turn) -> bool:
        """Whether the text is an aim or steers. A clear question is neither; a statement is."""
        data = preparing_data().aims
        if _steers(turn.text):
            return True
        short = len(turn.text.split()) <= data.elsewhere_words
        if short and turn.intent in data.elsewhere:
            return False
        return not (turn.is_question and asks(turn.text, words().question_words))

    def answer(self, turn: Turn) -> Outcome:
        """Keeps an aim, or does what the text asks for."""
        with self._database.session() as session:
            return _Writing(session, turn).take()


class _Writing:
    """One turn of writing down aims."""

    def __init__(self, session: Session, turn: Turn) -> None:
        self._session = session
        self._turn = turn
        self._data = preparing_data().aims
        self._kept = _aims(session, turn.conversation_id)
        self._open = next((aim for aim in self._kept if aim.position == _OPEN), None)

    def take(self) -> Outcome:
        text, texts = tidy(self._turn.text), self._data.texts
        if self._open is not None and _is(text, "keep"):
            self._settle()
            return _say(texts.as_it_is)
        if _is(text, "enough"):
            return self._finish()
        if _is(text, "show"):
            listed = texts.so_far.format(aims=_listed(self._kept))
            return _say(listed if self._kept else texts.none_yet)
        if _is(text, "unsure"):
            return _say(texts.unsure)
        number = _change(text)
        if number is not None:
            return self._reopen(number)
        if len(text) > self._data.longest:
            return _say(texts.too_long)
        return self._keep(text)

    def _keep(self, text: str) -> Outcome:
        texts = self._data.texts
        if self._open is not None:
            self._open.text = text
            self._open.written_at = self._turn.now
            self._settle()
            return _say(texts.again.format(aim=text))
        if any(plain(aim.text) == plain(text) for aim in self._kept):
            return _say(texts.known)
        if len(self._kept) >= self._data.at_most:
            return Outcome()
        vague = not self._kept and len(text.split()) < self._data.vague_words
        aim = Aim(
            conversation_id=self._turn.conversation_id,
            position=_OPEN if vague else self._free_position(),
            text=text,
            written_at=self._turn.now,
        )
        self._session.add(aim)
        _belong(self._session, self._turn.conversation_id, [aim])
        return Outcome() if vague else _say(texts.written.format(aim=text))

    def _reopen(self, number: int) -> Outcome:
        if number == 0 and len(self._kept) == 1:
            number = 1
        if not 1 <= number <= len(self._kept):
            texts = self._data.texts
            return _say(texts.which if self._kept else texts.none_yet)
        aim = self._kept[number - 1]
        if self._open is not None and self._open is not aim:
            self._settle()
        aim.position = _OPEN
        self._session.flush()
        return Outcome()

    def _finish(self) -> Outcome:
        self._settle()
        if not self._kept:
            return _say(self._data.texts.none, ended="no-aims")
        kept = _aims(self._session, self._turn.conversation_id)
        text = self._data.texts.finished.format(aims=_listed(kept))
        custom = {"type": "aims", "aims": [aim.text for aim in kept]}
        return Outcome((Reply(text, custom=custom),), ended="aims")

    def _settle(self) -> None:
        if self._open is not None:
            self._open.position = self._free_position()
            self._session.flush()

    def _free_position(self) -> int:
        taken = {aim.position for aim in self._kept}
        return next(n for n in range(1, len(taken) + 2) if n not in taken)


def _aims(session: Session, conversation_id: str) -> list[Aim]:
    """The conversation's aims in their order; the one being worded stands where it will go."""
    found: list[Aim] = (
        session.execute(
            select(Aim).where(Aim.conversation_id == conversation_id).order_by(Aim.position)
        )
        .scalars()
        .all()
    )
    taken = {aim.position for aim in found}
    gap = next(n for n in range(1, len(taken) + 2) if n not in taken)
    return sorted(found, key=lambda aim: aim.position or gap)


def _belong(session: Session, conversation_id: str, aims: list[Aim]) -> None:
    """Puts the aims with the conversation's referral, when there is one."""
    referral = referrals.latest_sent(session, conversation_id) or referrals.unfinished(
        session, conversation_id
    )
    for aim in aims:
        if referral is not None and aim.referral_id is None:
            aim.referral_id = referral.id


def _listed(aims: list[Aim]) -> str:
    return "\n".join(f"{number}. {aim.text}" for number, aim in enumerate(aims, start=1))


def _steers(text: str) -> bool:
    kinds = ("enough", "keep", "show", "unsure")
    return _change(text) is not None or any(_is(text, kind) for kind in kinds)


def _is(text: str, kind: str) -> bool:
    """Whether the whole message is one of the phrases of `kind`, or its button."""
    data = preparing_data().aims
    phrases = {plain(phrase) for phrase in getattr(data.understood, kind)}
    titles = {
        "enough": (data.buttons.enough, data.buttons.skip),
        "keep": (data.buttons.keep,),
        "show": (data.buttons.show,),
    }.get(kind, ())
    said = plain(text)
    polite = data.understood.polite
    return {said, strip_phrases(said, polite, polite)} & {*phrases, *map(plain, titles)} != set()


def _change(text: str) -> int | None:
    """The number of the aim to change, 0 when it isn't said which, None when none is to be."""
    data = preparing_data().aims
    if _is(text, "change"):
        return 0
    said = strip_phrases(plain(text), data.understood.polite, data.understood.polite)
    found = re.fullmatch(
        r"(?:change|edit) (?:my )?(?:the )?(?:aim )?(?:number )?(\w+)(?: aim| one)?", said
    )
    if found is None:
        return None
    return int(found[1]) if found[1].isdecimal() else data.places.get(found[1])


def _say(text: str, ended: str | None = None) -> Outcome:
    return Outcome((Reply(text),), ended=ended)
