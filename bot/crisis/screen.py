"""Screens a message for danger: the one thing that every channel asks before anything else."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.crisis import languages, qualify
from bot.crisis.categories import SUICIDAL
from bot.crisis.match import Match
from bot.crisis.meaning import Bars, Sense, bars, meaning, pieces
from bot.crisis.normalise import STOP, Words
from bot.crisis.qualify import Qualifier
from bot.crisis.rules import IDIOM, Rulebook, Tier, rulebook

log = logging.getLogger(__name__)

SOMEONE_ELSE = "someone-else"
MEANING = "meaning"
_NO_DANGER = "question"  # the category of what is only asked about
_LONGEST = 20_000  # characters; far beyond what any channel lets through
_ACROSS = 7  # words a phrase may have when full stops cut through it
_ANSWER = 2  # words at most; where such an answer is denied ("suicidal? no") it holds nothing else
_NO = re.compile(
    r"\b(no|nope|nah|naw|not|never|none|nothing|nobody|neither|without)\b", re.IGNORECASE
)
_LETTER = re.compile(r"[^\W\d_]")
_QUIET = frozenset({qualify.DENIED, qualify.PAST, qualify.QUESTION})


@dataclass(frozen=True)
class Finding:
    """One thing found. `tier` is None when it is no alarm (denied, past, a question)."""

    category: str
    tier: Tier | None
    qualifiers: tuple[str, ...]
    words: str
    layer: str = "match"
    language: str | None = None


@dataclass(frozen=True)
class Screening:
    """What a message was found to hold.

    `words`: the person's own words that it rests on. `noted`: no alarm, but staff should know.
    `language`: the one they are in, where that isn't English.
    """

    tier: Tier | None = None
    category: str | None = None
    qualifiers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    layer: str | None = None
    noted: bool = False
    language: str | None = None


NOTHING = Screening()


def screen(text: str) -> Screening:
    """What danger a message speaks of. Never raises: if the rules fail, a small check stands in."""
    return _guarded(_screened, text)


def by_phrases(text: str) -> Screening:
    """As `screen`, by the phrases alone: within milliseconds, for when there is no more time."""
    return _guarded(_screened_by_phrases, text)


def _guarded(look: Callable[[str, Rulebook], Screening], text: str) -> Screening:
    try:
        return look(text[:_LONGEST], rulebook())
    except Exception as error:  # its text is not logged: it may hold what the person wrote
        log.error(
            "The crisis rules failed (%s): the built-in check stood in.", type(error).__name__
        )
        return _fallback(text)


def asks_about_danger(text: str) -> bool:
    """Whether it asks about crises in general, so that the answer should show the help lines.

    "Do you help people who are suicidal?" does; so does "who do I phone at night?".
    """
    book = rulebook()
    found = _matched(book.normaliser.words(text[:_LONGEST]), book)
    return any(qualify.QUESTION in each.qualifiers for each in found) and not any(
        each.tier for each in found
    )


def _screened(text: str, book: Rulebook) -> Screening:
    words = book.normaliser.words(text)
    matched = _matched(words, book)
    # What is written in disguise means something only when it is spelt out.
    spelt_out = [" ".join(norm for norm in words.norms if norm != STOP)] if matched else []
    senses = _senses([*pieces(text), *spelt_out])
    found = matched
    if senses:
        likely = _likely(text, senses, matched)
        weighed = [_weighed(finding, likely, book) for finding in matched]
        found = [*weighed, *_meant(senses[: len(senses) - len(spelt_out)], matched)]
    return _summed_up([*found, *_in_other_languages(text)], book)


def _screened_by_phrases(text: str, book: Rulebook) -> Screening:
    matched = _matched(book.normaliser.words(text), book)
    return _summed_up([*matched, *_in_other_languages(text)], book)


def _in_other_languages(text: str) -> list[Finding]:
    """What is said in another language; the layer of meaning, which knows English, has no say."""
    return [
        Finding(
            each.category,
            tier=None if each.denied else "alert",
            qualifiers=(qualify.DENIED,) if each.denied else (),
            words=each.words,
            language=each.language,
        )
        for each in languages.said(text)
    ]


def _matched(words: Words, book: Rulebook) -> list[Finding]:
    """What the phrases find."""
    findings = _findings(words, book)
    if words.norms.count(STOP) > 2 and len(words.words) > 3:
        findings += [
            finding
            for finding in _findings(words.without_stops(), book, stops=words)
            if finding.words not in {known.words for known in findings}
        ]
    return findings


def _senses(texts: list[str]) -> list[Sense]:
    """What the texts mean; nothing when that can't be told, for then the phrases go on alone."""
    layer = meaning()
    if layer is None or not _LETTER.search(texts[0]):
        return []
    try:
        return layer.senses(texts)
    except Exception as error:  # its text is not logged: it may hold what the person wrote
        log.error("The layer of meaning failed (%s).", type(error).__name__)
        return []


def _likely(text: str, senses: list[Sense], matched: list[Finding]) -> float:
    """How likely danger is by meaning, before a phrase is doubted for it.

    After a "no" all that follows reads as denied ("No, I want to die"), so where the phrases saw no
    denial the message is read once more, from the phrase on.
    """
    likely = max(sense.danger for sense in senses)
    if likely >= bars().dismissed:
        return likely
    plain = " ".join(text.split())  # as `Finding.words` are
    starts = [plain.find(finding.words) for finding in matched if finding.tier]
    onwards = [plain[start:] for start in starts if _NO.search(plain, 0, start)]
    again = _senses(onwards) if onwards else []
    return max([likely, *(sense.danger for sense in again)])


def _weighed(finding: Finding, likely: float, book: Rulebook) -> Finding:
    """The finding, one tier lower where nothing else in the message means danger.

    Where a life is at risk the phrases are believed.
    """
    if finding.category in book.life_at_risk or finding.tier is None:
        return finding
    if finding.tier == "alert" and likely < bars().doubted:
        return replace(finding, tier="check-in")
    if finding.tier == "check-in" and likely < bars().dismissed:
        return replace(finding, tier=None)
    return finding


def _meant(senses: list[Sense], matched: list[Finding]) -> list[Finding]:
    """What the layer of meaning finds by itself."""
    quiet = [finding.words for finding in matched if finding.tier is None]
    found = []
    for sense in senses:
        tier = _tier(sense, bars(), disarmed=any(words in sense.text for words in quiet))
        if tier:
            found.append(Finding(sense.category, tier, (), sense.text, MEANING))
    return found


def _tier(sense: Sense, over: Bars, disarmed: bool) -> Tier | None:
    """The tier of a piece of text. `disarmed`: the phrases found it denied, past or a question."""
    if disarmed:
        bare = len(sense.text.split()) <= _ANSWER
        return "check-in" if sense.danger >= over.although_disarmed and not bare else None
    if sense.clear >= over.alert:
        return "alert"
    return "check-in" if sense.danger >= over.check_in else None


def _findings(words: Words, book: Rulebook, stops: Words | None = None) -> list[Finding]:
    """The findings in `words`; with `stops`, only those that a full stop cuts through."""
    matches = book.danger.find(words)
    idioms = [match for match in matches if match.rule == IDIOM]
    dangers = [
        match
        for match in matches
        if match.rule != IDIOM
        and not any(idiom.first < match.last and match.first < idiom.last for idiom in idioms)
        and (stops is None or _cut_through(match, words, stops))
    ]
    if not dangers:
        return []
    qualifier = Qualifier(words, book)
    findings = {match: _finding(match, words, qualifier, book) for match in dangers}
    return [
        finding
        for match, finding in findings.items()
        if not _part_of_another(match, findings, words, book)
    ]


def _part_of_another(
    match: Match, findings: Mapping[Match, Finding], words: Words, book: Rulebook
) -> bool:
    """Whether a longer finding says better what this one is.

    A vague word goes with the denial it stands in; "my neighbour is beaten" is about the neighbour.
    """
    finding = findings[match]
    for other, longer in findings.items():
        if not (other.first <= match.first and match.last <= other.last) or other == match:
            continue
        if finding.tier == "check-in" and longer.tier is None:
            return True
        if longer.category == SOMEONE_ELSE and "i" not in words.norms[other.first : other.last]:
            return finding.category not in book.life_at_risk | {SOMEONE_ELSE}
    return False


def _finding(match: Match, words: Words, qualifier: Qualifier, book: Rulebook) -> Finding:
    rule = book.rules[match.rule]
    category = book.categories[match.rule]
    said = words.original(match.first, match.last)
    if rule.tier == "help-lines":
        return Finding(category, None, (qualify.QUESTION,), said)
    judged = qualifier.judge(match, rule)
    tier: Tier | None = None if _QUIET & set(judged.qualifiers) else rule.tier
    if rule.person == "writer" and judged.who == "other":
        category = SOMEONE_ELSE
    elif category in book.life_at_risk and qualify.PAST_AND_BACK in judged.qualifiers:
        category = SUICIDAL  # the overdose was years ago; the thoughts are back
    return Finding(category, tier, judged.qualifiers, said)


def _cut_through(match: Match, words: Words, stops: Words) -> bool:
    """Whether a short match reaches over a full stop of the message."""
    first, last = words.words[match.first].start, words.words[match.last - 1].end
    return match.last - match.first <= _ACROSS and any(
        word.norm == STOP and first < word.start < last for word in stops.words
    )


def _summed_up(findings: list[Finding], book: Rulebook) -> Screening:
    if not findings:
        return NOTHING
    order = list(dict.fromkeys(book.categories.values()))

    def rank(finding: Finding) -> tuple[bool, bool, bool, bool, int]:
        return (
            finding.tier is None,
            finding.tier != "alert",
            finding.category not in book.life_at_risk,
            finding.layer == MEANING,  # a phrase says better what it rests on
            order.index(finding.category),
        )

    findings = sorted(findings, key=rank)
    top = findings[0]
    same = [
        finding
        for finding in findings
        if (finding.tier, finding.category, finding.layer) == (top.tier, top.category, top.layer)
    ]
    qualifiers = [name for finding in same for name in finding.qualifiers]
    if top.tier and any(qualify.DENIED in finding.qualifiers for finding in findings):
        qualifiers.append(qualify.FALSE_DENIAL)
    kinds = {name for finding in findings for name in finding.qualifiers}
    return Screening(
        tier=top.tier,
        category=None if top.category == _NO_DANGER else top.category,
        qualifiers=tuple(dict.fromkeys(qualifiers)),
        words=_distinct([finding.words for finding in same]),
        layer=top.layer,
        noted=top.tier is None and bool(kinds & {qualify.DENIED, qualify.PAST}),
        language=top.language,
    )


def _distinct(pieces: list[str]) -> tuple[str, ...]:
    """The pieces, without those that are part of another."""
    longest = sorted(dict.fromkeys(pieces), key=len, reverse=True)
    kept: list[str] = []
    for piece in longest:
        if not any(piece in other for other in kept):
            kept.append(piece)
    return tuple(sorted(kept, key=pieces.index))


# Stands in for the rules only when they can't be read, so it must not depend on any file.
_PLAIN = re.compile(
    r"(kill|killing|unalive|hang|hanging|top|topping|off|end|ending) ?my ?self|\bkms\b|"
    r"end(ing)? (my life|it all)|tak(e|ing) my (own )?life|s[uo][il1*]?[cs][i1*]d|"
    r"(want(ed)?|wanna|wish|ready|like) (to |2 )?(die|be dead)|wish i (was|were) dead|"
    r"better off (dead|without me)|(hurt|harm|cut|burn)(ing|ting)? my ?self|self.?harm|overdos|"
    r"(no|n'?) ?t want to (live|be here|be alive|wake up|exist)|"
    r"(took|taken|swallowed) .{0,20}(pills|tablets|paracetamol)|"
    r"can'?t breathe|not breathing|chest pain|unconscious|hits me|raped|kill (him|her|them)"
)


def _fallback(text: str) -> Screening:
    plain = unicodedata.normalize("NFKC", text).replace("\u2019", "'").lower()
    found = _PLAIN.search(plain)
    if not found:
        return Screening(layer="fallback")
    return Screening("alert", SUICIDAL, (), (found.group(),), "fallback")
