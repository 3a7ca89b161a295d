"""The messages of data/messages.yml, by name."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from bot.datafile import DATA, Strict, load_model
from bot.reply import Reply, buttons


class _Message(Strict):
    text: str
    buttons: Literal["menu"] | tuple[str, ...] = ()


class _Messages(Strict):
    menu: tuple[str, ...]
    messages: dict[str, _Message]


@lru_cache(maxsize=1)
def _messages() -> _Messages:
    return load_model(DATA / "messages.yml", _Messages)


def message(name: str, **values: object) -> Reply:
    """The message of that name, with `values` put where its text has {their names}.

    Raises:
        KeyError: there is no such message, or a value is missing.
    """
    found = _messages().messages[name]
    titles = _messages().menu if found.buttons == "menu" else found.buttons
    return Reply(found.text.format(**values), buttons(titles))
