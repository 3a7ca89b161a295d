"""Finds the phrases of `data/crisis/` in a message, with spaCy's token matcher."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import spacy
from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.crisis.normalise import STOP, Words
from bot.crisis.phrases import Sequence, Step

_OTHER = "_"  # any word that no phrase mentions; what people write is never kept in the vocabulary
_NOT_IN_GAPS = [STOP, "not", "never", "no", "without"]
_COMMON = frozenset(
    (
        "i me my myself it to the a and of in is be am was have do not want can will would if you "
        "he she they this that for on at with so but no all just get go going feel feeling think "
        "what how been being are were had has up out off or as any about from when who them him "
        "her his their"
    ).split()
)


@dataclass(frozen=True)
class Match:
    """A phrase of rule `rule` found in words `first` up to, not including, `last`."""

    rule: str
    first: int
    last: int


class _Phrase:
    """One phrase to look for. Its matcher is made when a message first holds its words."""

    def __init__(self, rule: str, sequences: tuple[Sequence, ...], vocab: Vocab) -> None:
        self.rule = rule
        self._sequences = sequences
        self._vocab = vocab

    @cached_property
    def matcher(self) -> Matcher:
        """spaCy's matcher for every sequence of the phrase."""
        matcher = Matcher(self._vocab, validate=False)
        matcher.add(self.rule, [[_token(step) for step in row] for row in self._sequences])
        return matcher


class Phrasebook:
    """All phrases of all rules. Looks only for those whose words are in the message at all."""

    def __init__(self, phrases: Iterable[tuple[str, tuple[Sequence, ...]]]) -> None:
        """`phrases`: pairs of a rule's name and the sequences of one of its phrases."""
        self._vocab = spacy.blank("en").vocab
        self._vocabulary: set[str] = set(_NOT_IN_GAPS)
        # By the rarest word of a sequence: its phrase, and the sets of words one of each of which
        # must be there as well.
        self._by_word: dict[str, list[tuple[_Phrase, list[frozenset[str]]]]] = {}
        for rule, sequences in phrases:
            self._add(rule, sequences)

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word that a phrase mentions."""
        return frozenset(self._vocabulary)

    def find(self, words: Words) -> list[Match]:
        """Every phrase in `words`, first to last."""
        norms = [norm if norm in self._vocabulary else _OTHER for norm in words.norms]
        present = frozenset(norms)
        possible = {
            phrase
            for norm in present
            for phrase, others in self._by_word.get(norm, ())
            if all(not present.isdisjoint(need) for need in others)
        }
        if not possible:
            return []
        doc = Doc(self._vocab, words=norms)
        found = {
            _trimmed(phrase.rule, first, last, norms)
            for phrase in possible
            for _, first, last in phrase.matcher(doc)
        }
        return sorted(found, key=lambda match: (match.first, match.last, match.rule))

    def _add(self, rule: str, sequences: tuple[Sequence, ...]) -> None:
        phrase = _Phrase(rule, sequences, self._vocab)
        for sequence in sequences:
            needs = (step.words for step in sequence if step.required)
            rarest, *others = sorted(needs, key=_commonness)
            for word in rarest:
                self._by_word.setdefault(word, []).append((phrase, others))
            for step in sequence:
                self._vocabulary |= step.words


def _token(step: Step) -> dict[str, object]:
    """The step in spaCy's own pattern language."""
    if step.gap == -1:
        return {"ORTH": {"NOT_IN": [STOP]}}
    if step.gap:
        barred = [STOP] if step.over_not else _NOT_IN_GAPS
        return {"ORTH": {"NOT_IN": barred}, "OP": f"{{0,{step.gap}}}"}
    words = sorted(step.words)
    token: dict[str, object] = {"ORTH": words[0] if len(words) == 1 else {"IN": words}}
    if step.optional:
        token["OP"] = "?"
    return token


def _commonness(words: frozenset[str]) -> int:
    return sum(50 if word in _COMMON else 2000 if word == STOP else 1 for word in words)


def _trimmed(rule: str, first: int, last: int, norms: list[str]) -> Match:
    """The match without the sentence ends that `^` and `$` stand on."""
    while first < last - 1 and norms[first] == STOP:
        first += 1
    while last > first + 1 and norms[last - 1] == STOP:
        last -= 1
    return Match(rule, first, last)
