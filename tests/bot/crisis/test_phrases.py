from __future__ import annotations

import pytest

from bot.crisis.normalise import phrase_normaliser
from bot.crisis.phrases import Grammar, PhraseError, Step

GROUPS = {"want": "want | wish", "deep": "{want} to", "round": "{round}"}


@pytest.fixture
def grammar() -> Grammar:
    return Grammar(GROUPS, phrase_normaliser(), frozenset({"just"}))


def shown(grammar: Grammar, phrase: str) -> set[str]:
    def step(one: Step) -> str:
        if one.gap:
            return f"<{one.gap}>"
        return "/".join(sorted(one.words)) + ("?" if one.optional else "")

    return {" ".join(map(step, sequence)) for sequence in grammar.sequences(phrase)}


@pytest.mark.parametrize(
    ("phrase", "sequences"),
    [
        ("want to die", {"want to die"}),
        ("don't go", {"do not go"}),
        ("(kill | hurt) me", {"hurt/kill me"}),
        ("(end it | go) now", {"end it now", "go now"}),
        ("want [to] die", {"want to? die"}),
        ("{want} it", {"want/wish it"}),
        ("{deep} die", {"want/wish to die"}),
        ("took .. pills", {"took <3> pills"}),
        ("took ... pills", {"took <6> pills"}),
        ("a _ day", {"a <-1> day"}),
        ("# pills", {"#few/#many pills"}),
        ("^ bye $", {". bye ."}),
        ("(be dead | be gone | be) now", {"be dead/gone now", "be now"}),
    ],
)
def test_a_phrase_stands_for_its_sequences(
    grammar: Grammar, phrase: str, sequences: set[str]
) -> None:
    assert shown(grammar, phrase) == sequences


@pytest.mark.parametrize(
    ("phrase", "mend"),
    [
        ("{nobody} cares", "add it or correct the name"),
        ("{round} we go", "take it out"),
        ("(one | two", "add “)”"),
        ("one ) two", "take it out"),
        ("one | | two", "use [..]"),
        ("i just go", "take it out"),
        (".. [maybe]", "name one that must be"),
    ],
)
def test_a_slip_is_told_with_its_mend(grammar: Grammar, phrase: str, mend: str) -> None:
    with pytest.raises(PhraseError, match="“") as caught:
        grammar.sequences(phrase)
    assert mend in str(caught.value)


def test_a_phrase_that_stands_for_too_much_is_refused(grammar: Grammar) -> None:
    many = " ".join(["(a b | c d e | f | g h i j)"] * 9)
    with pytest.raises(PhraseError, match="split it"):
        grammar.sequences(many)
