"""The widget on a page, as a person uses it."""

from __future__ import annotations

import re
from time import monotonic
from typing import Any

from playwright.sync_api import Locator, Page, Response, expect

from tests.conversations.scenario import PERSON

_REPLY_MILLISECONDS = 20_000
_QUESTIONS_AT_MOST = 80
_DOUBLE_TAP = 420.0  # milliseconds


def said(
    text: str, custom: dict[str, Any] | None = None, *choices: str, by: str = "assistant"
) -> dict[str, Any]:
    """A message as the server gives it."""
    buttons = [{"title": title, "payload": title} for title in choices]
    at = "2026-12-01T10:30:00Z"
    return {"from": by, "at": at, "text": text, "buttons": buttons, "custom": custom}


def show(page: Page, *messages: dict[str, Any]) -> None:
    """Makes these all of the conversation that the page opens, whatever the server has."""
    told = [{"id": str(number), **message} for number, message in enumerate(messages)]
    body = {"service": "berkshire", "messages": told}
    page.route("**/chat/start", lambda route: route.fulfill(json=body))


class Chat:
    """The chat of one tab. It reads along what the server says, to know which question is open."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.heard: list[dict[str, Any]] = []
        self._tapped = 0.0
        page.on("response", self._read)

    def visit(self, address: str) -> Chat:
        """Goes to a page and opens the chat there."""
        self.page.goto(address)
        self.page.get_by_role("button", name="Open the chat").click()
        self.wait()
        return self

    def say(self, text: str) -> None:
        """Types a message and sends it."""
        self.field.fill(text)
        self.panel.get_by_role("button", name="Send", exact=True).click()
        self.wait()

    def tap(self, title: str) -> None:
        """Taps one of the open answers."""
        self.press(self.answers.get_by_role("button", name=title, exact=True))

    def press(self, button: Locator) -> None:
        """Taps a button as people do: two taps within the time of a double tap count as one."""
        self.page.wait_for_timeout(max(0.0, _DOUBLE_TAP - 1000 * (monotonic() - self._tapped)))
        button.click()
        self._tapped = monotonic()
        self.wait()

    def wait(self) -> None:
        """Until everything sent is answered."""
        expect(self.panel.locator(".state-sending")).to_have_count(0, timeout=_REPLY_MILLISECONDS)
        expect(self.panel.locator(".writing")).to_be_hidden(timeout=_REPLY_MILLISECONDS)

    def answer(self, given: str) -> None:
        """Answers the open question: by tapping where that can be, else as it is asked for."""
        date = self.panel.locator("form.date")
        if given in self.choices:
            self.tap(given)
        elif date.count():
            day, month, year = re.fullmatch(r"(\d+) (\w+) (\d+)", given).groups()  # type: ignore[union-attr]
            for label, value in (("Day", day), ("Month", _number(month)), ("Year", year)):
                date.get_by_label(label).fill(value)
            self.press(date.get_by_role("button", name="Continue"))
        else:
            self.say(given)

    def answer_until(self, question: str) -> list[str]:
        """Answers as PERSON does until `question` is open; the questions that were asked."""
        asked: list[str] = []
        for _ in range(_QUESTIONS_AT_MOST):
            if self.question == question:
                return asked
            assert self.question, f"no question is open on the way to {question}:\n{self.text}"
            asked.append(self.question)
            self.answer(PERSON[self.question])
        raise AssertionError(f"{question} never came; last asked: {self.question}")

    @property
    def question(self) -> str | None:
        """The id of the question that is open in the pre-screen."""
        data = (self.heard[-1].get("custom") or {}) if self.heard else {}
        asked: str | None = data.get("question")
        return asked

    @property
    def choices(self) -> list[str]:
        """The titles of the open answers."""
        return self.answers.get_by_role("button").all_inner_texts()

    @property
    def text(self) -> str:
        """All that the log shows."""
        return self.log.inner_text()

    @property
    def panel(self) -> Locator:
        """The chat."""
        return self.page.locator("foyer-chat dialog")

    @property
    def log(self) -> Locator:
        """What was said."""
        return self.panel.locator(".messages")

    @property
    def last(self) -> Locator:
        """The last message."""
        return self.log.locator("> li").last

    @property
    def answers(self) -> Locator:
        """What can be tapped."""
        return self.panel.locator(".answers")

    @property
    def field(self) -> Locator:
        """Where a message is typed."""
        return self.panel.get_by_label("Your message")

    @property
    def announced(self) -> Locator:
        """What a screen reader was told last."""
        return self.panel.locator("> [role=status]")

    def _read(self, response: Response) -> None:
        if "/chat/" not in response.url or not response.ok:
            return
        if "application/json" in response.headers.get("content-type", ""):
            said = [each for each in response.json()["messages"] if each.get("from") != "person"]
            self.heard = said or self.heard


def _number(month: str) -> str:
    names = "January February March April May June July August September October November December"
    return str(names.split().index(month) + 1)
