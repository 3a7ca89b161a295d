"""Takes a message into the pre-screen: an answer, a command, or something not understood."""

from __future__ import annotations

from typing import Any

from bot.crisis.flagging import item_flag
from bot.dialogue import Outcome, Turn
from bot.prescreen import ending, steering
from bot.prescreen.commands import (
    asks_for_change,
    change_target,
    command_in,
    is_done,
    near_command,
    sends,
)
from bot.prescreen.place import Place
from bot.prescreen.questions import CONSENT, SERVICE, Choice, Question
from bot.prescreen.show import show
from bot.prescreen.texts import commands, texts, words
from bot.prescreen.understanding import NotUnderstood, Understood, options, understand
from bot.prescreen.understanding.choices import leading, says_same
from bot.prescreen.understanding.plain import asks, plain
from bot.records import referrals
from bot.records.flags import keep_flag
from bot.reply import Reply

_OWN_WORDS = ("text", "name")


def is_answer(place: Place, turn: Turn) -> bool:
    """Whether the message belongs to the pre-screen; else it is answered outside of it.

    A person's own words are only given away when they are plainly a question that the assistant
    can answer. Anything else that isn't understood is asked for again here.
    """
    pending, question = place.progress.get("pending"), place.open_question()
    if pending:
        confirmed = steering.confirmation_in(pending, turn.text) is not None
        return confirmed or not _interrupts(question, turn)
    if _command(place, question, turn) is not None or _to_change(place, question, turn):
        return True
    if question.kind in _OWN_WORDS and turn.is_question and _asks(turn.text):
        return False
    if question.kind == "check":
        return _at_check(place, turn.text) is not None or not _interrupts(question, turn)
    if _choosing(place, question) and is_done(turn.text):
        return True
    if isinstance(_understood(place, question, turn.text), Understood):
        return True
    return _answers_unclearly(place, question, turn.text) or not _interrupts(question, turn)


def take(place: Place, turn: Turn) -> Outcome:
    """Takes the message in."""
    place.referral.state = "sent" if place.referral.sent_at else "draft"
    place.note(last_message=turn.message_id, ended=None)
    if place.progress.get("pending"):
        return steering.confirmed(place, turn.text)
    question = place.open_question()
    if place.referral.current_question != question.id:
        place.go_to(question)
    if _choosing(place, question) and is_done(turn.text):
        place.go_on()
        return Outcome()
    command = _command(place, question, turn)
    if command is not None:
        return steering.steer(place, command, question)
    if question.kind == "check":
        return _check(place, question, turn)
    target = _to_change(place, question, turn)
    if target is not None:
        place.go_to(target, changing=target.id)
        return Outcome()
    understood = _understood(place, question, turn.text)
    if isinstance(understood, NotUnderstood):
        return _again(place, question, turn, understood)
    return _keep(place, question, turn, understood)


def _command(place: Place, question: Question, turn: Turn) -> str | None:
    answered = question.id in place.filled.answers
    return command_in(turn.text, question, answered=answered and not _choosing(place, question))


def _to_change(place: Place, question: Question, turn: Turn) -> Question | None:
    """The question whose answer the message asks to change: "change the service"."""
    if question.kind in ("text", "check"):  # there it may be an answer, or is read otherwise
        return None
    target = change_target(turn.text, place.changeable(), at_check=False)
    return target if target is not None and target.id in place.filled.answers else None


def _understood(place: Place, question: Question, text: str) -> Understood | NotUnderstood:
    now_filled = place.filled
    choices = place.flow.choices(question, now_filled)
    if question.kind == "item" and not question.safety and says_same(text):
        former = place.flow.previous(question.id, now_filled)
        value = now_filled.answers.get(former.id) if former and former.kind == "item" else None
        if value is not None:
            return Understood(value, echo=True)
    return understand(question, choices, text, now_filled.today)


def _answers_unclearly(place: Place, question: Question, text: str) -> bool:
    """Whether it is an answer, if not a clear one: "i suppose about half" asks nothing."""
    common, tokens = words(), set(plain(text).split())
    hedges = tokens & common.blockers and tokens <= common.fillers | common.blockers
    if question.kind == "item" and hedges:
        return not _asks(text)
    return _begins_with_yes_or_no(place, question, text)


def _begins_with_yes_or_no(place: Place, question: Question, text: str) -> bool:
    """The same, for a yes or a no with more said after it: "yes im with a gp there"."""
    if question.kind not in ("choice", "yes_no") or _asks(text):
        return False
    offered = options(question, place.flow.choices(question, place.filled))
    return leading(text, offered) in ("yes", "no")


def _choosing(place: Place, question: Question) -> bool:
    return bool(place.progress.get("choosing") == question.id)


def _keep(place: Place, question: Question, turn: Turn, understood: Understood) -> Outcome:
    choice = _choice(place, question, understood.value)
    if choice is not None and choice.leads_to is not None:
        return _led(place, question, choice)
    value = understood.value
    if _choosing(place, question):
        value = _joined(place, question, value)
    former = place.filled.answers.get(question.id)
    place.keep(question, value, said=turn.text, message_id=turn.message_id)
    _follow_up(place, question, value, changed=former != value)
    if not understood.complete and _left(place, question, value):
        place.note(choosing=question.id, again=None)
        return Outcome()
    place.go_on()
    if question.safety and value > 0:
        return _flagged(place, question, turn, value)
    return Outcome(_echo(place, question, turn.text, value, understood))


def _follow_up(place: Place, question: Question, value: Any, *, changed: bool) -> None:
    """What else an answer changes."""
    if question.id == CONSENT:
        version = place.flow.consent_version
        referrals.keep_consent(place.session, place.referral, version, place.now)
    if question.id == SERVICE:
        place.referral.service_id = value
    if changed:
        redone = {q.id for q in place.flow.questions(place.filled) if q.redo_after == question.id}
        place.drop(redone)


def _led(place: Place, question: Question, choice: Choice) -> Outcome:
    if choice.leads_to == "urgent-help":
        return ending.put_aside(place, "urgent-help")
    if choice.leads_to != "ask-again":
        return ending.leave(place, choice)
    dropped = {question.id, choice.question or question.id}
    place.drop(dropped)
    place.go_on()
    return Outcome()


def _flagged(place: Place, question: Question, turn: Turn, value: int) -> Outcome:
    """Flags an answer that needs human contact, and puts the pre-screen aside for it."""
    draft = item_flag(question.id, show(question, question.choices, value), turn.text)
    keep_flag(
        place.session,
        draft,
        conversation_id=turn.conversation_id,
        message_id=turn.message_id,
        service_id=place.referral.service_id,
        now=turn.now,
    )
    return ending.put_aside(place, "safety")


def _echo(
    place: Place, question: Question, text: str, value: Any, understood: Understood
) -> tuple[Reply, ...]:
    """Says back how an answer was understood, when it isn't what was typed."""
    if not understood.echo or not question.change or value in ("yes", "no"):
        return ()
    shown = show(question, place.flow.choices(question, place.filled), value)
    if plain(shown) == plain(text):
        return ()
    return (Reply(texts().understood.format(answer=shown)),)


def _choice(place: Place, question: Question, value: Any) -> Choice | None:
    if question.kind != "choice":
        return None
    choices = place.flow.choices(question, place.filled)
    return next((choice for choice in choices if choice.value == value), None)


def _joined(place: Place, question: Question, more: list[Any]) -> list[Any]:
    """The choices made so far and the new ones, in the order of the list."""
    choices = place.flow.choices(question, place.filled)
    if any(choice.exclusive for choice in choices if choice.value in more):
        return more
    made = [*(place.filled.answers.get(question.id) or []), *more]
    return [choice.value for choice in choices if choice.value in made]


def _left(place: Place, question: Question, value: list[Any]) -> list[Choice]:
    choices = place.flow.choices(question, place.filled)
    return [c for c in choices if c.value not in value and not c.exclusive]


def _again(place: Place, question: Question, turn: Turn, missed: NotUnderstood) -> Outcome:
    command = near_command(turn.text, question) or commands().intents.get(turn.intent or "")
    if command is not None and question.kind not in _OWN_WORDS:
        return steering.steer(place, command, question)
    place.note(again=question.id)
    reply = place.presenter.not_understood(question, place.filled, missed.reason, missed.details)
    return Outcome((reply,))


def _at_check(place: Place, text: str) -> str | Question | None:
    """What a message at the check says: "send", "change", the question to change, or nothing."""
    if place.progress.get("picking") or not (sends(text) or asks_for_change(text)):
        target = change_target(text, place.changeable(), at_check=True)
        if target is not None:
            return target
    if sends(text):
        return "send"
    return "change" if asks_for_change(text) else None


def _check(place: Place, question: Question, turn: Turn) -> Outcome:
    said = _at_check(place, turn.text)
    if said == "send":
        return ending.send(place)
    if said == "change":
        place.note(picking=True, again=None)
        return Outcome()
    if isinstance(said, Question):
        place.go_to(said, changing=said.id)
        return Outcome()
    if near_command(turn.text, question):
        return steering.steer(place, str(near_command(turn.text, question)), question)
    reason = "unknown" if place.progress.get("picking") else "unclear"
    place.note(again=question.id)
    return Outcome((place.presenter.not_understood(question, place.filled, reason, {}),))


def _asks(text: str) -> bool:
    return asks(text, words().question_words)


def _interrupts(question: Question, turn: Turn) -> bool:
    """Whether a message that isn't understood here is to be answered outside the form."""
    intent = turn.intent or ""
    if intent in commands().intents and question.kind not in _OWN_WORDS:
        return False  # it steers the form
    conversational = intent in commands().interrupting or intent.startswith(
        commands().interrupting_prefixes
    )
    return turn.is_question or (_asks(turn.text) and bool(intent)) or conversational
