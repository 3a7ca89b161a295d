"""Finds the services that a message names, or that it says it can't name one.

The names are the services' own `aliases`; the `places` of their areas, unless somebody else's; and
their `context_aliases` where the words around one make it mean the service. Those words are in
data/mentions.yml.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from bot.datafile import DATA, Strict, load_model
from bot.knowledge import services as service_files
from bot.knowledge.slips import Slips, variants
from bot.knowledge.topics import Text
from bot.nlu.clauses import looks_like_question

FILE = DATA / "mentions.yml"

_JOINED_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?)(\d[a-z]{2})\b", re.IGNORECASE)
_INWARD_CODE = re.compile(r"\d([a-z]{2})?")  # the second half of a postcode, or its first digit
_BREAK = re.compile(r"[,.;:!?()\n]")

_BEFORE_PLACE = 4  # words before a place that say whose it is


class _Words(Strict):
    denials: tuple[Text, ...]
    denials_carry_over: tuple[Text, ...]
    denials_at_end: tuple[Text, ...]
    corrected: tuple[Text, ...]
    corrected_after: tuple[Text, ...]
    near: tuple[Text, ...]
    in_place: tuple[Text, ...]
    others: tuple[Text, ...]
    writer: tuple[Text, ...]
    together: tuple[Text, ...]
    other_things_before: tuple[Text, ...]
    other_things: tuple[Text, ...]
    not_slips: tuple[Text, ...]
    context_frames: tuple[Text, ...]
    beside_place: tuple[Text, ...]
    unsure: tuple[Text, ...]
    beside_unsure: tuple[Text, ...]
    in_passing: tuple[Text, ...]
    own: tuple[Text, ...]
    elsewhere: tuple[Text, ...]
    live_before: tuple[Text, ...]
    live_after: tuple[Text, ...]


class _Finder:
    """The matchers for one folder of services."""

    def __init__(self, directory: Path) -> None:
        words = load_model(FILE, _Words)
        self._nlp: Language = spacy.blank("en")
        self._names = PhraseMatcher(self._nlp.vocab, attr="LOWER")
        self._exact = PhraseMatcher(self._nlp.vocab, attr="ORTH")
        self._places = PhraseMatcher(self._nlp.vocab, attr="LOWER")
        self._in_context = PhraseMatcher(self._nlp.vocab, attr="LOWER")
        self._framed = PhraseMatcher(self._nlp.vocab, attr="LOWER")
        all_names: list[str] = []
        all_places: list[str] = []
        ordinary_words: list[str] = []
        frames = [*words.context_frames, *(f"{each} {{}}" for each in words.own)]
        for service in service_files.services_in(directory).values():
            own = {service.name, service.short_name, *service.aliases}
            self._names.add(service.id, [self.read(each) for each in sorted(own)])
            self._exact.add(service.id, [self.read(each) for each in service.exact_aliases])
            places = [each for name in service.places for each in (name, *variants(name))]
            self._places.add(service.id, [self.read(each) for each in places])
            in_context = [
                each for name in service.context_aliases for each in (name, *variants(name))
            ]
            all_names += sorted(own)
            all_places += [*service.places, *service.context_aliases]
            ordinary_words += service.ordinary_words
            self._in_context.add(service.id, [self.read(each) for each in in_context])
            framed = [each.format(name) for each in frames for name in in_context]
            self._framed.add(service.id, [self.read(each) for each in framed])
        self._denials = self._phrases(words.denials)
        self._denials_at_end = self._phrases(words.denials_at_end)
        self._corrected = self._phrases(words.corrected)
        self._corrected_after = self._phrases(words.corrected_after)
        self._near = frozenset(words.near)
        self._in_place = frozenset(words.in_place)
        self._others = frozenset(words.others)
        self._writer = frozenset(words.writer)
        self._together = self._phrases(words.together)
        self._carry_over = {each.lower() for each in words.denials_carry_over}
        self._before = self._phrases(words.other_things_before)
        self._other_things = self._phrases(words.other_things)
        self._slips = Slips(all_names, all_places, words.not_slips)
        self._ordinary_words = self._phrases(ordinary_words)
        self._unsure = self._phrases(words.unsure)
        self._in_passing = self._phrases(words.in_passing)
        self._own = self._phrases(words.own)
        self._elsewhere = self._phrases(words.elsewhere)
        self._live_before = self._phrases((*words.own, *words.live_before))
        self._live_after = self._phrases(words.live_after)
        self._beside_place = frozenset(words.beside_place)
        self._beside = {token.lower_ for each in words.beside_unsure for token in self.read(each)}

    def read(self, text: str) -> Doc:
        """The text as words, with hyphens, apostrophes and possessives out of the way.

        Where in it a clause ended is kept in the doc's `user_data`.
        """
        text = unicodedata.normalize("NFKC", text)
        text = re.sub(r"[’‘`´]", "'", text).replace("&", " and ")
        text = re.sub(r"'s\b", "", text, flags=re.IGNORECASE).replace("'", "")
        text = _JOINED_POSTCODE.sub(r"\1 \2", text.replace("_", " "))
        words = re.findall(r"(\w+)(\W*)", text)
        doc = self._nlp.make_doc(" ".join(word for word, _ in words))
        end, ends = -1, set()
        for word, after in words:
            end += 1 + len(word)
            if _BREAK.search(after):
                ends.add(end)
        doc.user_data["ends"] = ends
        return doc

    def services(self, doc: Doc) -> tuple[str, ...]:
        denied = {span.end for span in self._denials(doc, as_spans=True)}
        denied_at_end = {span.end for span in self._denials_at_end(doc, as_spans=True)}
        others = {span.start for span in self._other_things(doc, as_spans=True)}
        others_before = {span.end for span in self._before(doc, as_spans=True)}
        corrected = {span.end for span in self._corrected(doc, as_spans=True)}
        corrected_after = {span.start for span in self._corrected_after(doc, as_spans=True)}
        kept: list[Span] = []
        for each in sorted(filter_spans(self._named(doc)), key=lambda span: span.start):
            if each.start in denied_at_end and not looks_like_question(doc[each.end :].text):
                continue
            if each.start in denied:
                if each.end < len(doc) and doc[each.end].lower_ in self._carry_over:
                    denied.add(each.end + 1)
            elif self._is_near(doc, each) or not (
                each.start in others_before
                or (each.end in others and each.end_char not in doc.user_data["ends"])
            ):
                kept.append(each)
        final = [
            span
            for span in kept
            if not (span.start in corrected or span.end in corrected_after)
            or all(other.label_ == span.label_ for other in kept)
        ]
        return tuple(dict.fromkeys(span.label_ for span in final))

    def _is_near(self, doc: Doc, name: Span) -> bool:
        """Whether what comes before the name makes even its station or high street a place."""
        return name.start > 0 and doc[name.start - 1].lower_ in self._near

    def _is_the_writers(self, doc: Doc, place: Span) -> bool:
        """Whether the place may be the writer's own, as far as the words around it say."""
        return not self._is_others(doc, place) and (
            self._is_own(doc, place) or not self._lives_elsewhere(doc)
        )

    def _is_others(self, doc: Doc, place: Span) -> bool:
        """Whether the place is said of somebody or something else only ("my sister in Slough")."""
        if self._together(doc):
            return False
        before = [token.lower_ for token in doc[max(0, place.start - _BEFORE_PLACE) : place.start]]
        whose = [word for word in before if word in self._others | self._writer]
        return bool(whose) and whose[-1] in self._others

    def _lives_elsewhere(self, doc: Doc) -> bool:
        """Whether it says that the writer is of a place that none of the services is for."""
        before = {span.end for span in self._live_before(doc, as_spans=True)}
        after = {span.start for span in self._live_after(doc, as_spans=True)}
        return any(
            span.start in before or span.end in after
            for span in self._elsewhere(doc, as_spans=True)
        )

    def _is_where_others_are(self, doc: Doc, name: Span) -> bool:
        """Whether a service's name is only the place where somebody else is."""
        before = doc[name.start - 1].lower_ if name.start else ""
        return len(name) == 1 and before in self._in_place and self._is_others(doc, name)

    def names_none(self, doc: Doc) -> bool:
        unsure: list[Span] = self._unsure(doc, as_spans=True)
        said = {token.i for span in unsure for token in span}
        rest = [token for token in doc if token.i not in said]
        return bool(unsure) and all(token.lower_ in self._beside for token in rest)

    def names_only(self, doc: Doc) -> bool:
        named = {token.i for span in self._named(doc) for token in span}
        said = {token.i for span in self._own(doc, as_spans=True) for token in span}
        rest = [token.lower_ for token in doc if token.i not in named | said]
        return bool(named) and all(
            word in self._beside_place or _INWARD_CODE.fullmatch(word) for word in rest
        )

    def states_own(self, doc: Doc) -> bool:
        return any(self._is_own(doc, name) for name in self._named(doc))

    def _is_own(self, doc: Doc, name: Span) -> bool:
        """Whether what comes before the name says that it is the writer's."""
        own = self._own(doc, as_spans=True)
        return any(span.start < name.start <= span.end for span in own)

    def begins_in_passing(self, doc: Doc) -> bool:
        return any(span.start == 0 for span in self._in_passing(doc, as_spans=True))

    def _named(self, doc: Doc) -> list[Span]:
        """Every name, whatever the words around it say; one that needs it only in context."""
        mended = self._mended(doc)
        named = [*_spans(self._names, mended, doc), *self._exact(doc, as_spans=True)]
        named = [each for each in named if not self._is_where_others_are(doc, each)]
        places = _spans(self._places, mended, doc)
        named += [place for place in places if self._is_the_writers(doc, place)]
        framed = {token.i for span in self._framed(mended, as_spans=True) for token in span}
        framed -= {
            token.i
            for span in self._ordinary_words(doc, as_spans=True)
            if not any(token.idx + len(token) in doc.user_data["ends"] for token in span[:-1])
            for token in span
        }
        named += [
            name
            for name in _spans(self._in_context, mended, doc)
            if self._is_service(doc, name, framed) and self._is_the_writers(doc, name)
        ]
        return named

    def _mended(self, doc: Doc) -> Doc:
        """The same words, each slip in a name put right."""
        words = [token.lower_ for token in doc]
        mended = [self._slips.mend(word) for word in words]
        return doc if words == mended else Doc(doc.vocab, words=mended)

    def _is_service(self, doc: Doc, name: Span, framed: set[int]) -> bool:
        """Whether what is around a name that is an ordinary word too makes it the service."""
        rest = [*doc[: name.start], *doc[name.end :]]
        alone = all(token.lower_ in self._beside_place for token in rest)
        return alone or name.start in framed or _is_proper(doc, name)

    def _phrases(self, phrases: Iterable[str]) -> PhraseMatcher:
        matcher = PhraseMatcher(self._nlp.vocab, attr="LOWER")
        matcher.add("phrase", [self.read(each) for each in phrases])
        return matcher


def find_services(text: str) -> tuple[str, ...]:
    """The ids of the services a message names, in its order, each once.

    Small slips in a long name count ("berkshre"); a name that is denied ("not Lewisham") or
    that belongs to something else ("Berkshire Road") doesn't.
    """
    finder = _finder(service_files.DIRECTORY)
    return finder.services(finder.read(text))


def names_no_service(text: str) -> bool:
    """Whether a message only says that the person can't name their service."""
    finder = _finder(service_files.DIRECTORY)
    doc = finder.read(text)
    return finder.names_none(doc) and not finder.services(doc)


def names_services_only(text: str) -> bool:
    """Whether a message is a service or a place, and nothing else ("from slough, hi")."""
    finder = _finder(service_files.DIRECTORY)
    return finder.names_only(finder.read(text))


def states_own_service(text: str) -> bool:
    """Whether a message says of a service it names that it is the person's own."""
    finder = _finder(service_files.DIRECTORY)
    return finder.states_own(finder.read(text))


def names_in_passing(text: str) -> bool:
    """Whether a message that names a service only asks about it ("and for Xyla?")."""
    finder = _finder(service_files.DIRECTORY)
    return text.rstrip().endswith("?") or finder.begins_in_passing(finder.read(text))


@lru_cache(maxsize=4)
def _finder(directory: Path) -> _Finder:
    return _Finder(directory)


def _spans(matcher: PhraseMatcher, mended: Doc, doc: Doc) -> list[Span]:
    """What is found in the mended words, as written in the message itself."""
    found = matcher(mended, as_spans=True)
    return [Span(doc, each.start, each.end, label=each.label) for each in found]


def _is_proper(doc: Doc, name: Span) -> bool:
    """Whether it has a capital in the midst of a sentence written without."""
    if name.start == 0:
        return False
    before = doc[name.start - 1]
    ended = before.idx + len(before) in doc.user_data["ends"]
    return bool(name[0].is_title) and not ended and before.text.islower()
