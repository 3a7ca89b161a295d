"""What a person sees when the connection, a server or the tab goes, and comes back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from bot.settings import settings
from tests.browser.chat import Chat
from tests.browser.edge import Edge
from tests.conversations.assistant import Assistant

BACK = 45_000  # milliseconds: longer than the longest pause before trying again


def test_offline_and_back_loses_and_doubles_nothing(chat: Chat) -> None:
    chat.page.context.set_offline(True)
    chat.say("What is DIT?")
    expect(chat.panel.locator(".banner")).to_contain_text("You're not connected")
    expect(chat.last).to_contain_text("Not sent yet")
    chat.panel.get_by_role("button", name="Urgent help").first.click()
    expect(chat.panel.get_by_role("link", name="Phone 116 123")).to_be_visible()
    chat.panel.get_by_role("button", name="Back to the chat").click()
    chat.page.context.set_offline(False)
    expect(chat.last).to_contain_text("Dynamic Interpersonal Therapy", timeout=BACK)
    expect(chat.panel.locator(".banner")).to_be_empty()
    assert chat.log.locator(".person").count() == 1


def test_an_answer_that_was_lost_on_its_way_back_is_not_asked_for_twice(
    chat: Chat, page: Page
) -> None:
    chat.say("Refer myself")
    sent: list[str] = []

    def lose_the_first(route: Route) -> None:
        request = route.request
        if request.method != "POST":
            route.continue_()
            return
        sent.append(request.post_data_json["id"])
        answer = route.fetch()
        if len(sent) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    page.route("**/chat/messages", lose_the_first)
    chat.answers.get_by_role("button", name="I'm ready").click()
    expect(chat.last).to_contain_text("Is it OK to keep your answers?", timeout=BACK)
    assert len(set(sent)) == 1
    assert chat.text.count("Is it OK to keep your answers?") == 1
    assert chat.text.count("I'm ready") == 1


def test_a_reload_in_mid_question_brings_all_of_it_back(chat: Chat, page: Page) -> None:
    chat.say("Refer myself")
    chat.answer_until("about.contact_by")
    chat.field.fill("Something I was still writi")
    before = chat.text
    page.reload()
    chat.wait()
    expect(chat.last).to_contain_text("How may the team contact you?")
    assert chat.text == before
    assert "Text message" in chat.choices
    expect(chat.field).to_have_value("Something I was still writi")
    chat.tap("Text message")
    expect(chat.last).to_contain_text("Noted: Text message")


def test_two_tabs_show_one_conversation(chat: Chat, site: Assistant) -> None:
    other = Chat(chat.page.context.new_page()).visit(f"{site.website}/?service=berkshire")
    chat.say("Refer myself")
    expect(other.last).to_contain_text("Before we start")
    other.tap("I'm ready")
    expect(chat.last).to_contain_text("Is it OK to keep your answers?")
    assert "I'm ready" not in chat.choices
    assert chat.text == other.text


def test_the_server_is_killed_and_comes_back(chat: Chat, site: Assistant) -> None:
    chat.say("Refer myself")
    chat.answer_until("about.name")
    site.stop("web", kill=True)
    try:
        chat.say("Robin Example")
        expect(chat.last).to_contain_text("Not sent yet")
        expect(chat.panel.locator(".banner")).to_contain_text("having trouble")
        expect(chat.panel.get_by_role("link", name="Phone 999")).to_be_visible()
    finally:
        site.start("web")
    expect(chat.last).to_contain_text("another name", timeout=BACK)
    assert chat.text.count("Robin Example") == 1


def test_a_page_opened_while_the_server_is_down_says_so_and_starts_by_itself(
    page: Page, site: Assistant
) -> None:
    page.route("**/chat/start", lambda route: route.abort())
    chat = Chat(page).visit(site.website)
    expect(chat.panel.locator(".notice")).to_contain_text("can't be reached")
    expect(chat.panel.get_by_role("link", name="Phone 999")).to_be_visible()
    page.unroute("**/chat/start")
    expect(chat.last).to_contain_text("I'm Foyer", timeout=BACK)


def test_a_chat_that_has_ended_offers_a_new_one(chat: Chat, page: Page) -> None:
    page.context.clear_cookies()
    chat.say("What is DIT?")
    expect(chat.panel.locator(".notice")).to_contain_text("This chat has ended")
    chat.panel.get_by_role("button", name="Start a new chat").click()
    chat.wait()
    expect(chat.log).to_contain_text("I'm Foyer")


def test_a_message_that_is_too_long_is_told_kindly_and_kept(chat: Chat) -> None:
    long = "a" * (settings().chat_message_length + 1)
    chat.field.fill(long)
    expect(chat.panel.locator(".limit")).to_contain_text("1 letter too long")
    chat.field.press("Enter")
    expect(chat.field).to_have_value(long)


def test_a_new_line_is_shift_and_enter(chat: Chat) -> None:
    chat.field.fill("What is DIT?")
    chat.field.press("Shift+Enter")
    chat.page.keyboard.type("And is it free?")
    chat.field.press("Enter")
    chat.wait()
    said = chat.log.locator(".person").last.locator(".as-written")
    assert said.evaluate("(e) => e.textContent") == "What is DIT?\nAnd is it free?"
    expect(chat.field).to_have_value("")


@pytest.mark.parametrize(
    "answer", ["<!doctype html><p>Sign in to the wi-fi", '{"messages": [{"id"']
)
def test_an_answer_that_cannot_be_read_loses_nothing(page: Page, edge: Edge, answer: str) -> None:
    chat = Chat(page).visit(edge.website)
    page.route("**/chat/messages", lambda route: route.fulfill(status=200, body=answer))
    chat.say("hello again")
    expect(chat.last).to_contain_text("Not sent yet")
    page.unroute("**/chat/messages")
    expect(chat.log).to_contain_text("I heard: hello again", timeout=BACK)
    assert edge.rasa.texts == ["hello again"]


def test_a_crisis_message_on_a_first_visit_is_answered_and_kept_though_nothing_is_ready(
    page: Page, edge: Edge
) -> None:
    page.route("**/chat/start", lambda route: page.wait_for_timeout(3000) or route.continue_())
    page.goto(edge.website)
    page.get_by_role("button", name="Open the chat").click()
    chat = Chat(page)
    for words in ("hello", "I want to kill myself"):
        chat.field.fill(words)
        chat.field.press("Enter")
    expect(chat.log.locator(".care-now")).to_be_visible()
    expect(chat.log).to_contain_text("I heard: hello", timeout=BACK)
    expect(chat.log.locator("> .person", has_text="kill myself")).to_have_count(1)
    expect(chat.log.locator("> .person", has_text="· Sent")).to_contain_text("kill myself")
    expect(chat.log.locator(".care-now")).to_have_count(1)
    assert edge.rasa.texts == ["hello", "I want to kill myself"]


def test_a_greeting_that_was_late_comes_by_itself(page: Page, edge: Edge) -> None:
    edge.rasa.slow(2.5)
    page.goto(edge.website)
    page.get_by_role("button", name="Open the chat").click()
    chat = Chat(page)
    expect(chat.log).to_contain_text("I heard: hi", timeout=BACK)
    expect(chat.log.locator("> .assistant")).to_have_count(1)
