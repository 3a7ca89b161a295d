"""The sentences around the answers, from data/knowledge.yml."""

from __future__ import annotations

from functools import lru_cache

from bot.datafile import DATA, DataError, Strict, load_model, shown
from bot.knowledge.topics import Text, topics

FILE = DATA / "knowledge.yml"


class Wording(Strict):
    """Each sentence by what it is for; some hold {places} for a name, a label or the like."""

    source: Text
    source_dated: Text
    depends: Text
    details_depend: Text
    which_service: Text
    which_service_for: Text
    not_sure: Text
    compare: Text
    other_services: Text
    only_one: Text
    not_said: Text
    not_said_anywhere: Text
    not_known: Text
    not_known_health: Text
    not_known_buttons: tuple[Text, ...]
    tell_me: Text
    compare_line: Text
    compare_silent: Text
    overview_first: Text
    overview_last: Text
    overview_topics: tuple[Text, ...]
    choosing_first: Text
    choosing_line: Text
    choosing_last: Text
    heard: Text
    welcome: Text
    welcome_topics: tuple[Text, ...]
    perhaps: Text
    did_you_mean: Text
    none_of_these: Text


@lru_cache(maxsize=1)
def wording() -> Wording:
    """The sentences, read once.

    Raises:
        DataError: naming the file, the wrong field and the mend.
    """
    words = load_model(FILE, Wording)
    for field in ("overview_topics", "welcome_topics"):
        for topic_id in getattr(words, field):
            if topic_id not in topics():
                raise DataError(
                    f"{shown(FILE)}: `{field}` has `{topic_id}`, which isn't a topic of"
                    " data/topics.yml: correct its spelling"
                )
    return words
