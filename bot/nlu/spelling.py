"""Mends words misspelt by one letter, when they were meant to be words the assistant knows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from string import ascii_lowercase

SHORTEST = 5  # shorter words have too many neighbours
LONGEST = 25  # longer ones are no words, and have so many that to go through them takes seconds
SEEN = 3  # how often a word stands in the training lines before others are mended to it

_WORD = re.compile(r"[a-z']+")


@dataclass(frozen=True)
class Spelling:
    """The words that others are mended to, each with how often it stands in the training lines."""

    words: Mapping[str, int]

    @classmethod
    def learn(cls, texts: Iterable[str]) -> Spelling:
        """Takes the words from training lines, which may hold misspellings too."""
        counts = Counter(word for text in texts for word in _WORD.findall(text.lower()))
        return cls({word: count for word, count in counts.items() if count >= SEEN})

    def mend(self, text: str, english: Collection[str]) -> str:
        """The text in lower case, each word that is neither English nor known put right.

        A word is left as it is when no known word is one letter away: one left out, added,
        changed, or swapped with its neighbour.
        """

        def mended(match: re.Match[str]) -> str:
            word = match.group()
            if not SHORTEST <= len(word) <= LONGEST or "'" in word:
                return word
            if word in self.words or word in english:
                return word
            near = [other for other in _one_letter_away(word) if other in self.words]
            return max(near, key=lambda other: (self.words[other], other)) if near else word

        return _WORD.sub(mended, text.lower())


def _one_letter_away(word: str) -> set[str]:
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    return {
        *(left + right[1:] for left, right in cuts if right),
        *(left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1),
        *(left + letter + right[1:] for left, right in cuts if right for letter in ascii_lowercase),
        *(left + letter + right for left, right in cuts for letter in ascii_lowercase),
    }
