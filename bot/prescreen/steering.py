"""Does what a command says: back, skip, keep, pause, stop, erase, why, ahead, repeat…"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.dialogue import Outcome
from bot.prescreen import ending
from bot.prescreen.place import Place
from bot.prescreen.questions import Question
from bot.prescreen.texts import commands, texts
from bot.prescreen.understanding.choices import Option, read_one
from bot.reply import Reply


def steer(place: Place, command: str, question: Question) -> Outcome:
    """Carries out a command while `question` is open."""
    return _COMMANDS[command](place, question)


def confirmed(place: Place, text: str) -> Outcome:
    """Takes the answer to a question asked back."""
    name = place.progress["pending"]
    said = confirmation_in(name, text)
    if said is None:
        titles = ", ".join(f"“{c.title}”" for c in commands().confirmations[name].choices)
        wording = texts().asks_again["confirm"]["unclear"]
        return Outcome((Reply(wording.format(choices=titles)),))
    if said == "pause":
        return ending.pause(place)
    if said == "erase":
        place.note(pending="erase")
        return Outcome()
    if said == "yes":
        return ending.erase(place) if name == "erase" else _begin_anew(place)
    return _carry_on(place, name)


def confirmation_in(name: str, text: str) -> str | None:
    """The choice that the text is, in answer to a question asked back."""
    offered = [
        Option(choice.value, (choice.title, *choice.synonyms))
        for choice in commands().confirmations[name].choices
    ]
    value = read_one(text, offered)
    return None if value is None else str(value)


def _carry_on(place: Place, name: str) -> Outcome:
    place.note(pending=None)
    words = texts().kept if name == "erase" else texts().carry_on
    if place.referral.current_question is not None:
        return Outcome((Reply(words),))
    if place.referral.sent_at is None:  # it was only there to hold the question asked back
        place.session.delete(place.referral)
    return Outcome((Reply(words),), ended="kept")


def _begin_anew(place: Place) -> Outcome:
    place.begin_anew()
    return Outcome((Reply(texts().started_again),))


def _back(place: Place, question: Question) -> Outcome:
    if place.progress.get("picking"):
        place.note(picking=None)
        return Outcome()
    if place.progress.get("changing") == question.id:
        place.go_on()
        return Outcome()
    former = place.flow.previous(question.id, place.filled)
    if former is None:
        return Outcome((Reply(texts().went_back_start),))
    place.go_to(former)
    return Outcome()


def _skip(place: Place, question: Question) -> Outcome:
    if not question.optional:
        why = place.presenter.why(question, place.filled)
        place.note(again=question.id)
        return Outcome((Reply(texts().cannot_skip.format(why=why)),))
    place.keep(question, None, said=None, message_id=place.progress.get("last_message"))
    place.go_on()
    return Outcome((Reply(texts().skipped),))


def _keep(place: Place, question: Question) -> Outcome:
    place.go_on()
    return Outcome()


def _pause(place: Place, question: Question) -> Outcome:
    return ending.pause(place)


def _why(place: Place, question: Question) -> Outcome:
    place.note(again=question.id)
    return Outcome((Reply(place.presenter.why(question, place.filled)),))


def _ahead(place: Place, question: Question) -> Outcome:
    place.note(again=question.id)
    return Outcome((Reply(place.presenter.ahead(question, place.filled)),))


def _repeat(place: Place, question: Question) -> Outcome:
    place.note(again=None)
    return Outcome()


def _asks_back(name: str) -> Callable[[Place, Question], Outcome]:
    def ask(place: Place, question: Question) -> Outcome:
        place.note(pending=name)
        return Outcome()

    return ask


_COMMANDS: Mapping[str, Callable[[Place, Question], Outcome]] = {
    "back": _back,
    "skip": _skip,
    "keep": _keep,
    "pause": _pause,
    "stop": _asks_back("stop"),
    "erase": _asks_back("erase"),
    "start_again": _asks_back("start_again"),
    "why": _why,
    "ahead": _ahead,
    "repeat": _repeat,
}
