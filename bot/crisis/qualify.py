"""Judges a phrase that was found: about whom, denied, past, back again, or only a question."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal

from bot.crisis.match import Match
from bot.crisis.normalise import STOP, Words
from bot.crisis.rules import Rule, Rulebook

Who = Literal["writer", "other", "others"]

DENIED = "denied"
FALSE_DENIAL = "false-denial"
PAST = "past"
PAST_AND_BACK = "past-and-back"
RECENT = "recent"
THIRD_PERSON = "third-person"
QUESTION = "question"

_DENIAL_REACH = 5  # words between a denial and what it denies
_WHO_REACH = 7  # words between the person spoken of and what is said of them
_BREAKS = frozenset("but just only though although except because yet however and unless".split())
_TURNS = frozenset("but and now because so then since however".split())
_THROUGH = frozenset("think thinking say saying said that like mean believe thought".split())
_OWN = frozenset({"my", "our"})
_PRONOUNS = frozenset("he she they him her them his their who".split())
_OBJECTS = frozenset({"him", "her", "them"})
_OF_LIFE = frozenset({"own", "life", "self", "wrists"})
_PRESENT = frozenset(
    "want wish hope am is going will can do keep need wishing hoping wanting having feel feeling "
    "think thinking planning plan ready get getting".split()
)
_PAST = frozenset(
    "was were had did tried took felt thought been cut hurt hit went came made got drank ate "
    "swallowed jumped put burnt beat hung".split()
)


@dataclass(frozen=True)
class Judgement:
    """Who a finding is about, and what qualifies it."""

    who: Who
    qualifiers: tuple[str, ...]


class Qualifier:
    """Judges the findings of one message."""

    def __init__(self, words: Words, book: Rulebook) -> None:
        self._words = words
        self._norms = words.norms
        self._book = book
        self._stops = [place for place, norm in enumerate(self._norms) if norm == STOP]
        self._signs: dict[str, list[Match]] = {}
        for sign in book.signs.find(words):
            self._signs.setdefault(sign.rule, []).append(sign)

    def judge(self, match: Match, rule: Rule) -> Judgement:
        """What to make of one finding."""
        who = self._who(match, rule) if rule.person != "written" else "writer"
        qualifiers = []
        if self._denied(match):
            qualifiers.append(DENIED)
        elif self._question(match, who, rule):
            qualifiers.append(QUESTION)
        elif self._past(match, rule):
            back = self._any("again", after=match.first)
            qualifiers.append(PAST_AND_BACK if back else PAST)
        elif self._same_sentence("recent", match):
            qualifiers.append(RECENT)
        if who != "writer":
            qualifiers.append(THIRD_PERSON)
        return Judgement(who, tuple(qualifiers))

    def _who(self, match: Match, rule: Rule) -> Who:
        """The person in the phrase itself or, failing that, the one last named before it."""
        inside = [self._person(place, within=True) for place in range(match.first, match.last)]
        if "writer" in inside:
            return "writer"
        named = [who for who in inside if who]
        if named:
            return named[0]
        after = self._norms[match.last]
        if (
            rule.mention
            and after not in _PRONOUNS
            and after in self._book.other | self._book.others
        ):
            return self._person(match.last) or "writer"  # "my suicidal wife"
        start = max(self._start(match.first), match.first - _WHO_REACH)
        for place in range(match.first - 1, start - 1, -1):
            who = self._person(place)
            if who:
                return who
        return "writer"

    def _person(self, place: int, within: bool = False) -> Who | None:
        """Whom a word names. `within` a phrase, "join him" is not about him, "his life" is."""
        norm = self._norms[place]
        if within and norm in _OBJECTS and self._norms[place + 1] not in _OF_LIFE:
            return None
        others = self._book.other | self._book.others
        if norm in self._book.people.writer or (
            norm == "my" and self._norms[place + 1] not in others
        ):
            return "writer"
        if norm in self._book.other:
            return "other"
        if norm in self._book.others:
            owned = place > 0 and self._norms[place - 1] in _OWN
            return "other" if owned else "others"
        return None

    def _denied(self, match: Match) -> bool:
        start = self._start(match.first)
        if any(sign.first >= match.last for sign in self._signs.get("taken-back", [])):
            return False
        empty = self._signs.get("not-denial", [])
        for sign in self._signs.get("denial", []):
            if sign.first < start or sign.last > match.first:
                continue
            if match.first - sign.last > 3 * _DENIAL_REACH:  # no list reaches further
                continue
            if any(pseudo.first <= sign.first < pseudo.last for pseudo in empty):
                continue
            between = self._norms[sign.last : match.first]
            listed = "or" in between or "nor" in between
            if not listed and set(between) - self._book.denial_reaches_over:
                continue
            if len(between) > (3 * _DENIAL_REACH if listed else _DENIAL_REACH):
                continue
            if not listed and (_BREAKS & set(between) or self._pause(sign.last, match.first)):
                continue
            if "i" in (*between, self._norms[match.first]) and not _THROUGH & set(between):
                continue
            return True
        return any(
            match.last <= sign.first <= match.last + 1
            for sign in self._signs.get("denial-after", [])
        )

    def _past(self, match: Match, rule: Rule) -> bool:
        if self._same_sentence("recent", match):
            return False
        around = set(self._norms[max(self._start(match.first), match.first - 2) : match.last])
        was = any(norm in _PAST or norm.endswith("ed") for norm in around)
        present = bool(around & _PRESENT)
        for name in ("used-to", "past", "life-stage"):
            for sign in self._signs.get(name, []):
                between = self._between(sign, match)
                if between is None:
                    continue
                if name == "used-to" and sign.last <= match.first and len(between) <= 3:
                    return True
                if not present and (was or (rule.mention and name != "life-stage")):
                    return True
        return False

    def _between(self, sign: Match, match: Match) -> list[str] | None:
        """The words between a sign and a finding of one clause; None when they are of two."""
        start, end = self._start(match.first), self._end(match.last)
        if sign.last <= start or sign.first >= end:
            return None
        before = sign.last <= match.first
        first, last = (sign.last, match.first) if before else (match.last, sign.first)
        between = self._norms[first:last]
        turns = set(between) & _TURNS
        if before and sign.first == start and "and" in between[-1:]:
            turns.discard("and")  # "years ago I was ill and self harmed"
        if turns or (not before and self._pause(first, last)):
            return None
        return between

    def _question(self, match: Match, who: Who, rule: Rule) -> bool:
        asked = self._same_sentence("service-question", match)
        if who == "others":
            return True
        if who == "other":
            return asked or bool(self._signs.get("working-with"))
        if not rule.mention:
            return False
        hypothetical = any(
            sign.last <= match.first + 3 and sign.first < match.first
            for sign in self._signs.get("if-i", [])
        )
        alone = "i" not in self._norms[self._start(match.first) : match.last]
        if asked:
            return hypothetical or alone
        return (alone and self._same_sentence("question-word", match)) or self._at_work(match)

    def _at_work(self, match: Match) -> bool:
        """Whether the word is said of the writer's work or studies."""
        return any(
            sign.first < match.last and "i" not in self._norms[sign.first + 1 : match.first]
            for sign in self._signs.get("working-with", [])
        )

    def _any(self, name: str, after: int) -> bool:
        return any(sign.last > after for sign in self._signs.get(name, []))

    def _same_sentence(self, name: str, match: Match) -> bool:
        start, end = self._start(match.first), self._end(match.last)
        return any(start <= sign.first < end for sign in self._signs.get(name, []))

    def _pause(self, first: int, last: int) -> bool:
        return any(word.pause for word in self._words.words[first : last + 1])

    def _start(self, place: int) -> int:
        """Where the sentence of a word begins."""
        before = bisect_left(self._stops, place)
        return self._stops[before - 1] + 1 if before else 0

    def _end(self, place: int) -> int:
        """Where it ends."""
        after = bisect_left(self._stops, place)
        return self._stops[after] if after < len(self._stops) else len(self._norms)
