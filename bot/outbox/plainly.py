"""What a message is about and why it failed, in plain words. Its content stays shut."""

from __future__ import annotations

from bot.outbox.texts import outbox_data


def subject(key: str) -> str:
    """What the message of a key is, by its name in data/outbox.yml: "moved", "flag_notice", …"""
    parts = [*key.split(":"), "", ""]
    if parts[0] == "appointment":
        found = parts[2] if parts[2] == "reminder" else parts[3]
    elif parts[0] == "waiting":
        found = "waiting_over" if parts[2] == "over" else "time_free"
    elif parts[0] == "referral":
        found = {"message": "referral", "summary": "summary"}.get(parts[2], "referral_notice")
    else:
        found = {
            "callback": "callback_notice",
            "flag": "flag_notice",
            "undo": "undo",
        }.get(parts[0], "")
    return found if found in outbox_data().subjects else "other"


def about(key: str, kind: str) -> str:
    """The same in words, with the way it goes: "To the person: … (email)"."""
    data = outbox_data()
    way = "text" if key.endswith(":text") else kind
    return f"{data.subjects[subject(key)]} ({data.ways.get(way, way)})"


def problem(kept: str | None) -> str:
    """Why the last try failed.

    Args:
        kept: what was noted of it: plain words already, or the name of an error.
    """
    if not kept or " " in kept:
        return kept or ""
    data = outbox_data()
    return data.problems.get(kept) or data.problem.format(name=kept)
