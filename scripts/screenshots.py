"""Makes docs/screenshots/ anew, of the running whole with a made-up person: `make screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from bot.settings import ROOT
from scripts.plainly import run
from tests.browser.chat import Chat
from tests.browser.chromium import DESKTOP, PHONE, find_chromium, sandbox
from tests.conversations.assistant import Assistant

FOLDER = ROOT / "docs" / "screenshots"
COLOURS = 96  # enough for flat colours and text, and a fifth of the size


def main() -> None:
    """Starts everything over a database of its own, walks through it, and takes the pictures."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as var:
        site = Assistant(Path(var), f"sqlite:///{var}/foyer.db")
        try:
            site.start("actions", "rasa", "web")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=find_chromium(), args=sandbox()
                )
                address = f"{site.website}/?service=berkshire"
                _website(browser, address)
                _journey(browser, address)
                _crisis(browser, address)
                browser.close()
        finally:
            site.stop()
            site.close()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.relative_to(ROOT)}.")


def _website(browser: Browser, address: str) -> None:
    chat = _chat(browser, **DESKTOP)
    chat.page.goto(address)
    _take(chat, "website")
    chat.visit(address)
    chat.say("How long is a session, and do I have to talk about my childhood?")
    _take(chat, "answer")


def _journey(browser: Browser, address: str) -> None:
    chat = _chat(browser).visit(address)
    _take(chat, "start")
    chat.say("Refer myself")
    chat.answer_until("about.date_of_birth")
    _take(chat, "date")
    chat.answer_until("phq-9.2")
    _take(chat, "question")
    chat.answer_until("check.send")
    _take(chat, "check")
    chat.tap("Send it")
    chat.panel.locator(".log").evaluate("(e) => e.scrollTo(0, e.scrollHeight)")
    _take(chat, "times")
    chat.press(chat.answers.locator(".time").first)
    chat.tap("Yes, book it")
    chat.last.locator(".card").scroll_into_view_if_needed()
    _take(chat, "booked")


def _crisis(browser: Browser, address: str) -> None:
    chat = _chat(browser).visit(address)
    chat.panel.get_by_role("button", name="Urgent help").click()
    _take(chat, "urgent-help")
    chat.panel.get_by_role("button", name="Back to the chat").click()
    chat.say("I can't go on, I want to die")
    _take(chat, "crisis")
    dark = _chat(browser, color_scheme="dark").visit(address)
    dark.say("What is DIT?")
    _take(dark, "dark")


def _chat(browser: Browser, **options: Any) -> Chat:
    settings = {"device_scale_factor": 2, "locale": "en-GB", "reduced_motion": "reduce"}
    context = browser.new_context(**{**PHONE, **settings, **options})
    context.set_default_timeout(20_000)
    return Chat(context.new_page())


def _take(chat: Chat, name: str) -> None:
    path = FOLDER / f"{name}.png"
    chat.page.mouse.move(0, 0)
    chat.page.screenshot(path=path)
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        small.save(path, optimize=True)


if __name__ == "__main__":
    run(main)
