"""From opening the page to a booked assessment, as a person does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.chat import Chat
from tests.browser.chromium import DESKTOP, PHONE
from tests.browser.conftest import Scan
from tests.browser.host import Host
from tests.conversations.assistant import Assistant
from tests.conversations.scenario import PERSON


def test_from_the_front_page_to_a_booked_assessment_on_a_phone(
    site: Assistant, new_context: Callable[..., BrowserContext], scan: Scan
) -> None:
    page = new_context(**PHONE).new_page()
    chat = Chat(page)
    page.goto(f"{site.website}/?service=berkshire")
    page.get_by_role("link", name="Start the chat").click()
    chat.wait()
    _book(chat, lambda: scan(page))
    calendar = chat.last.get_by_role("link", name="Add to your calendar")
    assert "BEGIN:VCALENDAR" in _fetched(page, calendar)
    summary = _fetched(page, chat.log.get_by_role("link", name="See a page to print or keep"))
    assert "robin.new@example.com" in summary


def test_from_another_website_to_a_booked_assessment_on_a_large_screen(
    site: Assistant, host: Host, new_context: Callable[..., BrowserContext]
) -> None:
    host.script = f"{site.website}/widget.js"
    page = new_context(**DESKTOP).new_page()
    chat = Chat(page).visit(host.origin)
    _book(chat, lambda: None)
    with page.expect_download() as download:
        chat.last.get_by_role("button", name="Add to your calendar").click()
    assert "BEGIN:VCALENDAR" in download.value.path().read_text()
    with page.context.expect_page() as opened:
        chat.log.get_by_role("button", name="See a page to print or keep").click()
    expect(opened.value.locator("body")).to_contain_text("robin.new@example.com")


def _book(chat: Chat, look: Callable[[], None]) -> None:
    """From the greeting to a booked appointment, with a question and a change on the way.

    Args:
        look: called at each state that no other test comes to.
    """
    chat.say("how long is a session?")
    expect(chat.log).to_contain_text("30 to 50 minutes")
    expect(chat.log.get_by_role("link", name="Source: NHS Berkshire")).to_be_visible()
    chat.say("Refer myself")
    asked = chat.answer_until("phq-9.4")
    expect(chat.panel.locator(".progress")).to_contain_text("Question 4 of 9")
    look()
    chat.say("do I have to talk about my childhood?")
    assert chat.question == "phq-9.4"
    asked += chat.answer_until("check.send")
    assert len(asked) == len(set(asked)), "a question was asked twice"
    expect(chat.last.locator("dl")).to_have_count(6)
    look()
    chat.last.get_by_role("button", name="Change Email address").click()
    chat.wait()
    chat.say("robin.new@example.com")
    expect(chat.last).to_contain_text("robin.new@example.com")
    chat.tap("Send it")
    expect(chat.log).to_contain_text("Your answers have gone to NHS Berkshire Talking Therapies")
    days = chat.answers.locator(".slot-day")
    assert days.count() > 1
    look()
    chat.press(days.first.get_by_role("button").first)
    chat.tap("Yes, book it")
    card = chat.last.locator(".card")
    expect(card).to_contain_text("Your appointment")
    own = chat.log.get_by_role("link", name="Open your page").last
    assert "/visit/" in (own.get_attribute("href") or "")
    assert "/visit/" not in chat.announced.inner_text(), "nobody wants to hear a hundred letters"
    expect(card).to_contain_text("Demonstration")
    look()
    assert chat.panel.evaluate("(e) => e.scrollWidth <= e.clientWidth"), "it scrolls sideways"


def test_with_the_keyboard_alone(
    site: Assistant, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(**DESKTOP).new_page()
    chat = Chat(page)
    page.goto(f"{site.website}/?service=berkshire")
    _tab_to(page, "Open the chat with Foyer")
    page.keyboard.press("Enter")
    chat.wait()
    _tab_to(page, "Your message")
    _type(page, chat, "Refer myself")
    _answer_until(page, chat, "phq-9.3")
    page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    assert _focused(page) == "Open the chat with Foyer"
    page.keyboard.press("Enter")
    expect(chat.panel).to_be_visible()
    expect(chat.last).to_contain_text("3 of 9")
    _answer_until(page, chat, "check.send")
    _press(page, chat, "Change Email address")
    _tab_to(page, "Your message")
    _type(page, chat, "robin.new@example.com")
    expect(chat.last).to_contain_text("robin.new@example.com")
    _press(page, chat, "Send it")
    time = chat.answers.locator(".slot-day button").first
    expect(time).to_be_visible()
    _press(page, chat, _one_line(time.inner_text()))
    _press(page, chat, "Yes, book it")
    expect(chat.last).to_contain_text("Your appointment")
    _press(page, chat, "Urgent help")
    assert _focused(page) == "Urgent help", "the heading, where reading goes on"
    expect(chat.panel.get_by_role("link", name="Phone 999")).to_be_visible()
    _press(page, chat, "Back to the chat")
    _tab_to(page, "Leave quickly")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Elsewhere")).to_be_visible()


def _fetched(page: Page, link: Any) -> str:
    address = link.evaluate("(e) => e.href")
    response = page.request.get(address)
    assert response.ok, f"{address}: {response.status}"
    return response.text()


def _answer_until(page: Page, chat: Chat, question: str) -> None:
    while chat.question != question:
        answer = PERSON[chat.question or ""]
        if answer in chat.choices and answer != "Skip":
            _press(page, chat, answer)
        else:
            _tab_to(page, "Your message")
            _type(page, chat, answer)


def _press(page: Page, chat: Chat, name: str) -> None:
    _tab_to(page, name)
    page.keyboard.press("Enter")
    chat.wait()


def _type(page: Page, chat: Chat, text: str) -> None:
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    chat.wait()


def _tab_to(page: Page, name: str) -> None:
    for _ in range(150):
        if _focused(page) == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"“{name}” can't be reached with Tab")


def _focused(page: Page) -> str:
    """What the focus is on in the widget, by its label or its words."""
    found: str = page.evaluate("""() => {
        let at = document.activeElement;
        if (at.localName !== "foyer-chat") return "";
        while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
        const label = at.labels && at.labels[0];
        return at.getAttribute("aria-label") || (label ? label.innerText : at.innerText) || "";
    }""")
    return _one_line(found)


def _one_line(words: str) -> str:
    return " ".join(words.split())
