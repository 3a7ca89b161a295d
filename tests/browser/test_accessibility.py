"""axe against WCAG 2.2 AA, in every state of the widget and on every page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.chat import Chat
from tests.browser.chromium import DESKTOP
from tests.browser.conftest import Scan
from tests.conversations.assistant import Assistant

PAGES = [
    "/",
    "/?service=berkshire",
    "/about-dit",
    "/services/berkshire",
    "/services/lewisham",
    "/services/xyla",
    "/refer",
    "/urgent-help",
    "/privacy",
    "/cookies",
    "/accessibility",
    "/nowhere",
]
SIZE = "(e) => parseFloat(getComputedStyle(e).fontSize)"
ASPECTS = {
    "narrow": {"viewport": {"width": 320, "height": 640}},
    "desktop": DESKTOP,
    "dark": {"color_scheme": "dark"},
    "contrast": {"contrast": "more"},
    "dark contrast": {"contrast": "more", "color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
}


@pytest.mark.parametrize("path", PAGES)
def test_every_page(page: Page, site: Assistant, scan: Scan, path: str) -> None:
    page.goto(site.website + path)
    scan(page)
    page.emulate_media(color_scheme="dark")
    scan(page)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_first_states(chat: Chat, scan: Scan) -> None:
    """The later ones are scanned on the way to a booking: see test_journey."""
    page = chat.page
    scan(page)
    for view in ("Urgent help", "Text size and colours"):
        chat.panel.get_by_role("button", name=view).click()
        scan(page)
        chat.panel.get_by_role("button", name="Back to the chat").click()
    chat.say("how long is a session, and do I have to talk about my childhood?")
    scan(page)
    chat.say("Refer myself")
    for question in ("about.date_of_birth", "about.phone", "about.contact_by"):
        chat.answer_until(question)
        scan(page)
    chat.say("pause")
    scan(page)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_help_trouble_and_choices_in_every_aspect(
    site: Assistant, new_context: Callable[..., BrowserContext], scan: Scan, aspect: str
) -> None:
    page = new_context(**ASPECTS[aspect]).new_page()
    chat = Chat(page).visit(f"{site.website}/?service=berkshire")
    scan(page)
    chat.say("I want to die")
    scan(page)
    chat.tap("More ways to get help")
    scan(page)
    page.context.set_offline(True)
    chat.say("hello?")
    expect(chat.panel.locator(".banner")).to_be_visible()
    scan(page)
    assert chat.panel.evaluate("(e) => e.scrollWidth <= e.clientWidth"), "it scrolls sideways"


def test_the_scan_sees_faults_inside_the_widget(chat: Chat, scan: Scan) -> None:
    chat.last.locator(".bubble").evaluate("(e) => (e.style.color = '#cccccc')")
    with pytest.raises(AssertionError, match="color-contrast"):
        scan(chat.page)


def test_larger_text_fits_the_narrowest_screen(
    site: Assistant, new_context: Callable[..., BrowserContext], scan: Scan
) -> None:
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    chat = Chat(page).visit(f"{site.website}/?service=berkshire")
    letters = chat.last.locator("p").first
    before = letters.evaluate(SIZE)
    chat.panel.get_by_role("button", name="Text size and colours").click()
    chat.panel.get_by_label("Largest").check()
    chat.panel.get_by_role("button", name="Back to the chat").click()
    assert letters.evaluate(SIZE) >= 1.5 * before
    scan(page)
    assert chat.panel.evaluate("(e) => e.scrollWidth <= e.clientWidth"), "it scrolls sideways"
    expect(chat.panel.get_by_role("button", name="Send", exact=True)).to_be_in_viewport()


def test_a_reply_is_announced_once_with_its_choices(chat: Chat) -> None:
    chat.announced.evaluate(
        """(region) => {
            window.announcements = [];
            new MutationObserver(() => window.announcements.push(region.textContent))
                .observe(region, { childList: true, subtree: true, characterData: true });
        }"""
    )
    chat.say("Refer myself")
    announced = chat.page.evaluate("window.announcements")
    assert len(announced) == 1
    assert announced[0].startswith("Before we start")
    assert announced[0].endswith("Choices: I'm ready, I need help now.")
    assert chat.panel.locator(".log [aria-live], .log [role=log], .log [role=status]").count() == 0


def test_the_widget_names_its_language_and_its_parts(chat: Chat) -> None:
    expect(chat.page.locator("foyer-chat .root")).to_have_attribute("lang", "en-GB")
    expect(chat.page.get_by_role("dialog", name="Foyer")).to_be_visible()
    expect(chat.panel.get_by_role("region", name="Conversation")).to_be_visible()
    assert chat.field.get_attribute("id") == "message"


def test_a_question_fits_the_phone_keyboard_and_what_the_phone_knows(chat: Chat) -> None:
    chat.say("Refer myself")
    chat.answer_until("about.name")
    expect(chat.field).to_have_attribute("autocomplete", "name")
    chat.answer_until("about.phone")
    expect(chat.field).to_have_attribute("inputmode", "tel")
    chat.answer_until("about.email")
    expect(chat.field).to_have_attribute("autocomplete", "email")


def test_less_motion_means_none(
    site: Assistant, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(reduced_motion="reduce").new_page()
    chat = Chat(page).visit(site.website)
    names = chat.panel.locator(".dots i").first.evaluate("(e) => getComputedStyle(e).animationName")
    assert names == "none"
