"""The crisis rules as data: which phrases mean which danger, and what turns them into less."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from pydantic import Field

from bot.crisis.match import Phrasebook
from bot.crisis.normalise import Normaliser, phrase_normaliser
from bot.crisis.phrases import Grammar, PhraseError, Sequence
from bot.crisis.spelling import spelling_data
from bot.datafile import DATA, DataError, Strict, load_model, shown

FOLDER = DATA / "crisis"
RULE_FILES = (
    "overdose",
    "medical",
    "plan",
    "suicidal",
    "farewell",
    "burden",
    "despair",
    "harm_to_others",
    "abuse",
    "self_harm",
    "someone_else",
    "questions",
)
IDIOM = "idiom"

Tier = Literal["alert", "check-in"]
Person = Literal["writer", "anyone", "written"]


class Rule(Strict):
    """Phrases that mean one danger.

    `person`: "writer" when the phrases mean danger to whoever they are said of, "anyone" when the
    help needed is the same for others, "written" when the phrases name who is meant themselves.
    `mention`: the bare word, which a question about the service may hold as well.
    `tier`: "help-lines" for a question whose answer shows them, and no alarm.
    """

    tier: Literal["alert", "check-in", "help-lines"]
    phrases: str
    person: Person = "writer"
    mention: bool = False


class RuleFile(Strict):
    """One category of danger. `life_at_risk`: wins over every other category."""

    category: str
    about: str
    rules: Mapping[str, Rule]
    life_at_risk: bool = False


class Groups(Strict):
    """`words.yml`: named groups of words."""

    groups: Mapping[str, str]


class Idioms(Strict):
    """`idioms.yml`: ways of speaking that mean no danger."""

    idioms: str


class People(Strict):
    """Words that say whom a finding is about."""

    writer: frozenset[str]
    other: str
    others: str


class Qualifiers(Strict):
    """`qualifiers.yml`: what turns a finding into something else."""

    phrases: Mapping[str, str]
    denial_reaches_over: str
    people: People = Field(description="words for the writer, one other person, people at large")


class Rulebook:
    """Every rule, its phrases ready to be looked for, and the normaliser that fits them."""

    def __init__(
        self, files: Mapping[str, RuleFile], groups: Groups, idioms: Idioms, qualifiers: Qualifiers
    ) -> None:
        data = spelling_data()
        grammar = Grammar(groups.groups, phrase_normaliser(), data.fillers)
        self.rules: dict[str, Rule] = {}
        self.categories: dict[str, str] = {}
        self.life_at_risk: set[str] = set()
        self.people = qualifiers.people
        self.other = frozenset(qualifiers.people.other.split())
        self.others = frozenset(qualifiers.people.others.split())
        self.denial_reaches_over = frozenset(qualifiers.denial_reaches_over.split())
        danger: list[tuple[str, tuple[Sequence, ...]]] = []
        for name, file in files.items():
            if file.life_at_risk:
                self.life_at_risk.add(file.category)
            for rule_name, rule in file.rules.items():
                self.rules[rule_name] = rule
                self.categories[rule_name] = file.category
                where = (f"{name}.yml", f"rules.{rule_name}.phrases")
                danger += [(rule_name, found) for found in _read(grammar, rule.phrases, *where)]
        danger += [
            (IDIOM, found) for found in _read(grammar, idioms.idioms, "idioms.yml", "idioms")
        ]
        signs = [
            (name, found)
            for name, text in qualifiers.phrases.items()
            for found in _read(grammar, text, "qualifiers.yml", f"phrases.{name}")
        ]
        self.danger = Phrasebook(danger)
        self.signs = Phrasebook(signs)
        vocabulary = self.danger.vocabulary | self.signs.vocabulary
        self.normaliser = Normaliser(data, vocabulary | self.other | self.others)


@lru_cache(maxsize=1)
def rulebook() -> Rulebook:
    """The rules in `data/crisis/`, read once.

    Raises:
        DataError: a file is missing or wrong, naming the file, the field and the mend.
    """
    return Rulebook(
        {name: load_model(FOLDER / f"{name}.yml", RuleFile) for name in RULE_FILES},
        load_model(FOLDER / "words.yml", Groups),
        load_model(FOLDER / "idioms.yml", Idioms),
        load_model(FOLDER / "qualifiers.yml", Qualifiers),
    )


def _read(grammar: Grammar, text: str, file: str, field: str) -> list[tuple[Sequence, ...]]:
    """The phrases of one field, one to a line; lines that start with "# " are comments."""
    found = []
    for line in text.splitlines():
        phrase = line.strip()
        if not phrase or phrase.startswith("# "):
            continue
        try:
            found.append(grammar.sequences(phrase))
        except PhraseError as error:
            raise DataError(f"{shown(FOLDER / file)}: `{field}` {error}") from None
    return found
