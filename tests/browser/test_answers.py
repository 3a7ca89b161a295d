"""What is given as an answer: that it was sent, and what a refused date says and keeps."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.chat import Chat, said, show
from tests.browser.edge import Edge

BORN = {"type": "question", "question": "about.date_of_birth", "kind": "date_of_birth"}
DATE = ("31", "2", "1990")
WHY = "That date isn't in the calendar."


@pytest.fixture
def asked(page: Page, edge: Edge) -> Chat:
    """The date of birth is asked for."""
    show(page, said("What is your date of birth?", BORN))
    return Chat(page).visit(edge.website)


def test_what_is_missing_from_a_date_is_told_at_its_field(asked: Chat) -> None:
    day, month, year = _fields(asked)
    day.fill("27")
    asked.panel.get_by_role("button", name="Continue").click()
    expect(month).to_be_focused()
    for field in (month, year):
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description("Fill in the day, the month and the year.")
    expect(day).to_have_attribute("aria-invalid", "false")
    expect(day).to_have_accessible_description("")


def test_a_refused_date_stays_to_be_put_right(asked: Chat) -> None:
    _refuses_the_next(asked.page)
    for field, part in zip(_fields(asked), DATE, strict=True):
        field.fill(part)
    asked.panel.get_by_role("button", name="Continue").click()
    expect(asked.log).to_contain_text(WHY)
    for field, part in zip(_fields(asked), DATE, strict=True):
        expect(field).to_have_value(part)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(f"Foyer said: {WHY}")


def test_what_is_no_date_leaves_the_fields_empty(asked: Chat) -> None:
    _refuses_the_next(asked.page)
    asked.say("in spring")
    for field in _fields(asked):
        expect(field).to_have_value("")
        expect(field).not_to_have_attribute("aria-invalid", "true")


def test_the_newest_message_says_that_it_was_sent(page: Page, edge: Edge) -> None:
    chat = Chat(page).visit(edge.website)
    for words in ("one", "two"):
        chat.say(words)
        sent = chat.log.locator("> .person", has_text="· Sent")
        expect(sent).to_have_count(1)
        expect(sent).to_contain_text(words)
    page.context.set_offline(True)
    chat.say("three")
    expect(chat.log).to_contain_text("Not sent yet")
    expect(chat.log.locator("> .person", has_text="· Sent")).to_have_count(0)


def test_a_double_tap_does_not_answer_the_next_question(page: Page, edge: Edge) -> None:
    page.clock.install()
    chat = Chat(page).visit(edge.website)
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    again = chat.answers.get_by_role("button", name="Refer myself")
    again.click()
    expect(chat.log).to_contain_text("I heard: I'd like to refer myself")
    again.click()
    page.clock.run_for(1000)
    again.click()
    expect(chat.log.get_by_text("I heard: I'd like to refer myself")).to_have_count(2)
    assert len(edge.rasa.texts) == 2


def test_what_is_refused_is_told_and_comes_back_to_be_put_right(page: Page, edge: Edge) -> None:
    chat = Chat(page).visit(edge.website)
    refusal = {"error": {"code": "too-long", "text": "That is too long for one message."}}
    page.route("**/chat/messages", lambda route: route.fulfill(status=413, json=refusal))
    chat.say("all that happened")
    expect(chat.announced).to_contain_text("Not sent. That is too long for one message.")
    chat.panel.get_by_role("button", name="Change it").click()
    expect(chat.field).to_have_value("all that happened")
    expect(chat.field).to_be_focused()
    expect(chat.log).not_to_contain_text("all that happened")


def _fields(chat: Chat) -> list[Locator]:
    form = chat.panel.locator("form.date")
    return [form.get_by_label(name) for name in ("Day", "Month", "Year")]


def _refuses_the_next(page: Page) -> None:
    replies: list[dict[str, Any]] = [said(WHY), said("What is your date of birth?", BORN)]
    told = [{**reply, "id": f"refused.{at}"} for at, reply in enumerate(replies)]
    page.route("**/chat/messages", lambda route: route.fulfill(json={"messages": told}))
