"""Help lines as a reply: more ways to get help, and what is said when all else has failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.crisis.help_lines import HelpLine, lines_for
from bot.crisis.replies import replies
from bot.reply import Reply

FAILURE = "failure"
_SHOWN = ("name", "number", "tel", "text_to", "text", "hours", "who")


def more_help(service_id: str | None, age: int | None, category: str | None = None) -> Reply:
    """Help lines that fit a person."""
    lines = lines_for(category, service_id, age)
    words = replies().more
    listed = [
        words.line.format(
            name=each.name, number=each.number, hours=_capital(each.hours), who=each.who
        )
        for each in lines
    ]
    return Reply(
        words.text.format(lines="\n".join(listed)),
        custom={"type": "help-lines", "help_lines": [line_json(each) for each in lines]},
    )


def failure() -> Reply:
    """What any channel says when the rest has failed and no crisis reply is due.

    It names the help lines that are for everyone.
    """
    lines = [line_json(each) for each in lines_for(None, None, None)]
    return Reply(replies().failure.text, custom={"type": FAILURE, "help_lines": lines})


def is_failure(message: Mapping[str, Any]) -> bool:
    """Whether a message, as channels send it, is such a reply: then it may be sent again."""
    return (message.get("custom") or {}).get("type") == FAILURE


def line_json(line: HelpLine) -> dict[str, Any]:
    """A help line as channels show it."""
    return {name: getattr(line, name) for name in _SHOWN if getattr(line, name)}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
