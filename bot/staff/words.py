"""The console's words that aren't in its templates (data/staff_words.yml)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from bot.datafile import DATA, Strict, load_model


class Words(Strict):
    """Names by key. `said` gives a key back as plain words where it has no name."""

    states: Mapping[str, str]
    steps: Mapping[str, str]
    no_staff: Mapping[str, str]
    roles: Mapping[str, str]
    categories: Mapping[str, str]
    sources: Mapping[str, str]
    flagged_item: str
    tiers: Mapping[str, str]
    layers: Mapping[str, str]
    qualifiers: Mapping[str, str]
    shared: Mapping[str, str]
    labels: Mapping[str, str]
    contact_modes: Mapping[str, str]
    change: Mapping[str, str]
    ways: Mapping[str, str]
    unanswered: Mapping[str, str]
    notes: Mapping[str, str]
    written: Mapping[str, str]
    csv_cut: str
    refused: Mapping[str, str]
    done: Mapping[str, str]
    diary: Mapping[str, str]
    out: Mapping[str, str]
    actions: Mapping[str, str]

    def said(self, group: str, key: str) -> str:
        """The name of `key` in a group such as "categories"."""
        names: Mapping[str, str] = getattr(self, group)
        return names.get(key) or key.replace("-", " ").replace("_", " ")

    def joined(self, ways: Sequence[str]) -> str:
        """How someone is written to, such as "by email and by text message"."""
        return " and ".join(self.said("ways", way) for way in ways)


@lru_cache(maxsize=1)
def words() -> Words:
    """The project's own."""
    return load_model(DATA / "staff_words.yml", Words)
