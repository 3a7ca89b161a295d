"""The widget on another website, which has a strict policy and a hostile stylesheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.chat import Chat, said
from tests.browser.chromium import DESKTOP
from tests.browser.edge import Edge
from tests.browser.host import Host
from tests.conversations.assistant import Assistant
from tests.web.chat.test_downloads import send

LOOKS = [
    "display", "visibility", "color", "backgroundColor", "fontFamily", "fontSize", "letterSpacing",
    "lineHeight", "opacity", "transform", "direction", "width", "height",
]  # fmt: skip


@pytest.fixture
def embedded(page: Page, site: Assistant, host: Host) -> Chat:
    """A conversation on the other website."""
    host.script = f"{site.website}/widget.js"
    return Chat(page).visit(host.origin)


def test_a_conversation_on_another_website(embedded: Chat, page: Page) -> None:
    embedded.say("how long is a session?")
    expect(embedded.last).to_contain_text("30 to 50 minutes")
    page.reload()
    embedded.wait()
    expect(embedded.log).to_contain_text("how long is a session?")
    assert page.context.cookies() == [], "a cookie on another website would be blocked anyway"
    embedded.tap("Refer myself") if "Refer myself" in embedded.choices else embedded.say("refer me")
    expect(embedded.last).to_contain_text("Before we start")


def test_another_tab_of_the_website_has_the_same_conversation(
    host: Host, edge: Edge, page: Page
) -> None:
    host.script = f"{edge.website}/widget.js"
    chat = Chat(page).visit(host.origin)
    chat.say("something to go on with")
    other = Chat(page.context.new_page()).visit(host.origin)
    expect(other.log).to_contain_text("I heard: something to go on with")
    other.say("and more")
    expect(chat.log).to_contain_text("I heard: and more")


def test_it_looks_there_as_it_does_at_home(
    host: Host, site: Assistant, new_context: Callable[..., BrowserContext]
) -> None:
    host.script = f"{site.website}/widget.js"
    embedded = Chat(new_context(**DESKTOP).new_page()).visit(host.origin)
    home = Chat(new_context(**DESKTOP).new_page()).visit(f"{site.website}/?service=berkshire")
    for part in ("dialog", ".header", ".bubble p", ".choice", ".field textarea", ".send", ".icon"):
        assert _looks(embedded, part) == _looks(home, part), part
    assert embedded.panel.bounding_box() == home.panel.bounding_box()
    assert _colour_of_header(embedded) == _colour_of_header(home)


def test_the_summary_is_a_page_of_its_own_that_goes_when_the_chat_is_left(
    edge: Edge, host: Host, page: Page
) -> None:
    host.script = f"{edge.website}/widget.js"
    chat = Chat(page).visit(host.origin)
    send(edge.database, edge.rasa.heard[-1]["sender"], datetime.now(timezone.utc))
    reply = {**said("It is kept.", {"type": "summary"}), "id": "summary.1"}
    allowed = {"Access-Control-Allow-Origin": host.origin}
    page.route(
        "**/chat/messages",
        lambda route: route.fulfill(json={"messages": [reply]}, headers=allowed),
    )
    chat.say("my summary")
    with page.context.expect_page() as opened:
        chat.log.get_by_role("button", name="See a page to print or keep").click()
    summary = opened.value
    expect(summary.get_by_text("Robin")).to_be_visible()
    expect(summary.locator(".top")).to_have_css("background-color", "rgb(0, 94, 184)")
    refer = summary.get_by_role("link", name="How to refer").evaluate("(e) => e.href")
    assert refer == f"{edge.website}/refer"
    expect(summary.get_by_text("If the chat doesn't open")).to_have_count(0)
    with summary.expect_event("close"):
        chat.panel.get_by_role("button", name="Leave quickly").click()


def test_a_website_that_is_not_allowed_gets_urgent_help_and_no_chat(
    page: Page, site: Assistant
) -> None:
    stranger = Host()
    stranger.script = f"{site.website}/widget.js"
    try:
        chat = Chat(page).visit(stranger.origin)
        expect(chat.panel.locator(".notice")).to_contain_text("can't")
        expect(chat.panel.get_by_role("link", name="Phone 999")).to_be_visible()
    finally:
        stranger.stop()


def _colour_of_header(chat: Chat) -> Any:
    """As it comes out on the screen, whatever the page around it does."""
    box = chat.panel.locator(".header").bounding_box()
    assert box
    clip = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 6, "width": 4, "height": 4}
    with Image.open(BytesIO(chat.page.screenshot(clip=clip))) as seen:
        return seen.convert("RGB").getpixel((1, 1))


def _looks(chat: Chat, part: str) -> dict[str, str]:
    looks: dict[str, str] = chat.page.locator(f"foyer-chat {part}").first.evaluate(
        "(e, names) => Object.fromEntries(names.map((n) => [n, getComputedStyle(e)[n]]))", LOOKS
    )
    return looks
