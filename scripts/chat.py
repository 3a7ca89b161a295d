"""Talks with the running assistant in the terminal: `python -m scripts.chat`."""

from __future__ import annotations

import json
import secrets
import textwrap
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any

from scripts.environment import checked_settings
from scripts.plainly import Failure, run

WIDTH = 80
TIMEOUT_SECONDS = 30

Send = Callable[[str], list[dict[str, Any]]]


def main() -> None:
    """Relays lines until the end of input or Ctrl-C."""
    send = sender(checked_settings().rasa_url, f"terminal-{secrets.token_hex(8)}")
    print("Type and press Enter; type a number to tap that button; Ctrl-D ends.")
    talk(send, input, print)


def talk(send: Send, read: Callable[[str], str], show: Callable[[str], None]) -> None:
    """A conversation: opens with a greeting, ends when there is nothing more to read."""
    text = "hi"
    while True:
        replies = send(text)
        buttons = [button for reply in replies for button in reply.get("buttons") or []]
        show("\n" + "\n\n".join(shown(reply) for reply in replies if reply.get("text")))
        for number, button in enumerate(buttons, start=1):
            show(f"  {number}. {button['title']}")
        try:
            text = chosen(read("\n> "), buttons)
        except EOFError:
            show("")
            return


def shown(reply: dict[str, Any]) -> str:
    """A reply's text, wrapped for a terminal."""
    lines = reply["text"].splitlines()
    return "\n".join(textwrap.fill(line, WIDTH) for line in lines)


def chosen(typed: str, buttons: Sequence[dict[str, Any]]) -> str:
    """What to send: the payload of the button whose number was typed, else what was typed."""
    typed = typed.strip()
    if typed.isdecimal() and 1 <= int(typed) <= len(buttons):
        return str(buttons[int(typed) - 1]["payload"])
    return typed


def sender(rasa_url: str, conversation: str) -> Send:
    """Sends messages of one conversation to Rasa's REST channel."""

    def send(text: str) -> list[dict[str, Any]]:
        request = urllib.request.Request(
            f"{rasa_url}/webhooks/rest/webhook",
            data=json.dumps({"sender": conversation, "message": text}).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
                replies: list[dict[str, Any]] = json.load(response)
        except (OSError, ValueError):
            raise Failure(
                "The assistant doesn't answer: start it with `make run` in another terminal."
            ) from None
        return replies

    return send


if __name__ == "__main__":
    run(main)
