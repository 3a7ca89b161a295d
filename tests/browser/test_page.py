"""The website's own page where the chat can't be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.chromium import DESKTOP
from tests.browser.edge import Edge


@pytest.mark.parametrize("scripts", [True, False])
def test_links_to_a_chat_that_did_not_load_lead_to_other_ways(
    edge: Edge, new_context: Callable[..., BrowserContext], scripts: bool
) -> None:
    page = new_context(java_script_enabled=scripts).new_page()
    page.route("**/widget.js", lambda route: route.abort())
    page.goto(f"{edge.website}/?service=berkshire")
    page.get_by_role("link", name="Start the chat").click()
    instead = page.get_by_role("region", name="If the chat doesn't open")
    expect(instead.get_by_role("link", name="0203 228 1350")).to_be_in_viewport()
    instead.get_by_role("link", name="urgent help").click()
    expect(page.get_by_role("link", name="116 123")).to_be_visible()


def test_closing_the_chat_leads_back_to_what_opened_it(
    edge: Edge, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(**DESKTOP).new_page()
    page.goto(f"{edge.website}/?service=berkshire")
    for opener in (
        page.get_by_role("link", name="Start the chat"),
        page.get_by_role("button", name="Open the chat"),
    ):
        opener.click()
        expect(page.locator("foyer-chat dialog .writing")).to_be_hidden()
        page.keyboard.press("Escape")
        expect(opener).to_be_focused()


def test_the_other_ways_go_once_the_chat_is_there(page: Page, edge: Edge) -> None:
    page.goto(f"{edge.website}/?service=berkshire")
    expect(page.get_by_role("button", name="Open the chat")).to_be_visible()
    expect(page.get_by_text("If the chat doesn't open")).to_be_hidden()
