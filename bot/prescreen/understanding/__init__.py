"""Makes sense of what people type: one answer to one question, or why it isn't one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from bot.knowledge.mentions import find_services
from bot.prescreen.questions import Choice, ChoiceValue, Question
from bot.prescreen.texts import words
from bot.prescreen.understanding.choices import Option, exact, leading, read_one, read_several
from bot.prescreen.understanding.contact import (
    read_email,
    read_nhs_number,
    read_phone,
    read_postcode,
)
from bot.prescreen.understanding.dates import read_date_of_birth
from bot.prescreen.understanding.names import read_name
from bot.prescreen.understanding.plain import asks, tidy
from bot.prescreen.understanding.result import NotUnderstood, Understood

LONGEST_TEXT = 5000  # letters, about 800 words

_READERS: Mapping[str, Callable[[str], Understood | NotUnderstood]] = {
    "name": read_name,
    "phone": read_phone,
    "email": read_email,
    "postcode": read_postcode,
    "nhs_number": read_nhs_number,
}

__all__ = ["NotUnderstood", "Understood", "options", "understand"]


def understand(
    question: Question, choices: Sequence[Choice], text: str, today: date
) -> Understood | NotUnderstood:
    """What `text` says in answer to a question.

    Args:
        choices: the choices put to the person (those whose conditions hold).
        today: the day in the United Kingdom, for a date of birth.
    """
    if question.kind in _READERS:
        return _READERS[question.kind](text)
    if question.kind == "date_of_birth":
        read = read_date_of_birth(text, today)
        return Understood(read.value, echo=True) if isinstance(read, Understood) else read
    if question.kind == "text":
        return _read_text(text)
    if question.kind == "choices":
        return _read_choices(question, choices, text)
    read = _read_choice(question, choices, text)
    if question.choices_from == "services" and isinstance(read, NotUnderstood):
        return _read_service(choices, text)
    return read


def options(question: Question, choices: Sequence[Choice]) -> tuple[Option, ...]:
    """The choices of a question, ready to be understood."""
    if question.kind == "yes_no":
        return (
            Option("yes", ("Yes", *words().yes, *question.also_yes)),
            Option("no", ("No", *words().no)),
        )
    return tuple(
        Option(choice.value, (choice.title, *choice.synonyms), choice.exclusive, choice.days)
        for choice in choices
    )


def _read_choice(
    question: Question, choices: Sequence[Choice], text: str
) -> Understood | NotUnderstood:
    offered = options(question, choices)
    tapped = exact(text, offered)
    if tapped is not None:
        return Understood(tapped)
    item = question.kind == "item"
    value = read_one(
        text,
        offered,
        unclear=question.unclear,
        scores=item,
        numbered=question.kind == "choice" and not question.strict and len(offered) > 2,
        additions=not item and not question.strict,
        remarks=item and not question.safety,
    )
    if value is None and not item and not question.strict:
        value = _leading_yes_or_no(question, text, offered)
    return NotUnderstood("unclear") if value is None else Understood(value, echo=True)


def _read_service(choices: Sequence[Choice], text: str) -> Understood | NotUnderstood:
    """The service whose place or misspelt name is said ("the one in forest hill")."""
    offered = {choice.value for choice in choices}
    found = [each for each in find_services(text) if each in offered]
    if len(found) != 1 or asks(text, words().question_words):
        return NotUnderstood("unclear")
    return Understood(found[0], echo=True)


def _leading_yes_or_no(
    question: Question, text: str, offered: tuple[Option, ...]
) -> ChoiceValue | None:
    """A yes, or where nothing else can be chosen a no, that goes on with a remark."""
    value = leading(text, offered)
    return value if value == "yes" or question.kind == "yes_no" else None


def _read_choices(
    question: Question, choices: Sequence[Choice], text: str
) -> Understood | NotUnderstood:
    offered = options(question, choices)
    values = read_several(text, offered)
    if values is None:
        return NotUnderstood("unclear")
    alone = len(values) == 1 and not next(o.exclusive for o in offered if o.value == values[0])
    return Understood(list(values), complete=not alone)


def _read_text(text: str) -> Understood | NotUnderstood:
    said = text.strip()
    if not any(character.isalnum() for character in tidy(said)):
        return NotUnderstood("empty")
    if len(said) > LONGEST_TEXT:
        return NotUnderstood("too_long")
    return Understood(said)
