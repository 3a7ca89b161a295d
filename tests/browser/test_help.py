"""Urgent help and leaving are always there, whatever else is."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.chat import Chat
from tests.browser.edge import Edge
from tests.browser.host import Host
from tests.conversations.assistant import Assistant
from tests.web.chat.conftest import eventually

DIALOG = "document.querySelector('foyer-chat').shadowRoot.querySelector('dialog')"


def test_urgent_help_needs_one_tap_and_no_server(page: Page, site: Assistant) -> None:
    page.goto(f"{site.website}/?service=berkshire")
    page.context.set_offline(True)
    page.locator("foyer-chat").get_by_role("button", name="Urgent help").click()
    for number, tel in (("999", "999"), ("0800 129 9999", "08001299999"), ("116 123", "116123")):
        link = page.locator("foyer-chat").get_by_role("link", name=f"Phone {number}", exact=True)
        expect(link).to_have_attribute("href", f"tel:{tel}")


def test_a_crisis_line_of_one_service_is_not_shown_for_others(page: Page, site: Assistant) -> None:
    page.goto(f"{site.website}/?service=lewisham")
    page.locator("foyer-chat").get_by_role("button", name="Urgent help").click()
    expect(page.locator("foyer-chat").get_by_role("link", name="Phone 999")).to_be_visible()
    expect(page.locator("foyer-chat")).not_to_contain_text("Berkshire")


def test_a_crisis_reply_is_a_care_card_with_numbers_to_tap(chat: Chat) -> None:
    chat.say("I took 30 paracetamol")
    card = chat.last.locator(".care-now")
    expect(card.get_by_role("link", name="Phone 999")).to_have_attribute("href", "tel:999")
    assert chat.choices[0] == "I need help now"


def test_the_crisis_reply_comes_while_the_engine_hangs(chat: Chat, site: Assistant) -> None:
    site.freeze("rasa")
    try:
        chat.field.fill("I took 30 paracetamol")
        chat.field.press("Enter")
        expect(chat.last.locator(".care-now")).to_be_visible()
    finally:
        site.thaw("rasa")


@pytest.mark.parametrize("way", ["button", "escape"])
def test_leaving_quickly_leaves_nothing_behind(chat: Chat, site: Assistant, way: str) -> None:
    other = Chat(chat.page.context.new_page()).visit(f"{site.website}/?service=berkshire")
    chat.say("What is DIT?")
    chat.field.fill("half a sentence")
    kept = "() => Object.keys(sessionStorage).filter((name) => name.startsWith('foyer.'))"
    assert chat.page.evaluate(kept)
    if way == "button":
        chat.panel.get_by_role("button", name="Leave quickly").click()
    else:
        for _ in range(3):
            chat.page.keyboard.press("Escape")
    for page in (chat.page, other.page):
        expect(page.get_by_role("heading", name="Elsewhere")).to_be_visible()
    assert not [each for each in chat.page.context.cookies() if each["name"] == "foyer_chat"]
    chat.page.goto(f"{site.website}/")
    assert chat.page.evaluate(kept) == []
    again = Chat(chat.page).visit(f"{site.website}/?service=berkshire")
    assert "What is DIT?" not in again.log.inner_text()


def test_what_still_happens_while_leaving_is_not_kept(page: Page, edge: Edge) -> None:
    """The browser says that the dialog was closed only after the third Escape."""
    Chat(page).visit(edge.website)
    press = "dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));"
    page.evaluate(f"() => {{ {press} {DIALOG}.close(); {press} {press} }}")
    expect(page.get_by_role("heading", name="Elsewhere")).to_be_visible()
    page.goto(f"{edge.website}/chat/summary")
    assert page.evaluate("Object.keys(sessionStorage)") == []


@pytest.mark.parametrize("trouble", ["offline", "lost"])
def test_leaving_quickly_holds_though_the_server_does_not_hear_of_it(
    page: Page, edge: Edge, trouble: str
) -> None:
    chat = Chat(page).visit(edge.website)
    chat.say("Something that nobody else should read")
    if trouble == "offline":
        page.context.set_offline(True)
    else:
        page.route("**/chat/leave", lambda route: route.abort())
    chat.panel.get_by_role("button", name="Leave quickly").click()
    expect(page.get_by_role("heading", name="Elsewhere")).to_be_visible()
    page.context.set_offline(False)
    page.goto(f"{edge.website}/chat/summary")
    expect(page.locator("body")).to_contain_text("This chat has ended")
    again = Chat(page).visit(edge.website)
    expect(again.log).to_contain_text("I heard: hi")
    assert "nobody else" not in again.text
    again.say("hello")
    expect(again.last).to_contain_text("I heard: hello")
    assert [each["name"] for each in page.context.cookies()] == ["foyer_chat"]


def test_leaving_quickly_on_another_website_shuts_the_chat(
    page: Page, edge: Edge, host: Host
) -> None:
    host.script = f"{edge.website}/widget.js"
    chat = Chat(page).visit(host.origin)
    token = page.evaluate("JSON.parse(sessionStorage.getItem('foyer.token'))")
    chat.panel.get_by_role("button", name="Leave quickly").click()
    expect(page.get_by_role("heading", name="Elsewhere")).to_be_visible()
    sent = {"Authorization": f"Bearer {token}"}
    eventually(lambda: httpx.get(f"{edge.website}/chat/messages", headers=sent).status_code == 401)


def test_escape_on_a_page_without_an_open_chat_leaves_nothing(page: Page, site: Assistant) -> None:
    page.goto(f"{site.website}/about-dit")
    for _ in range(4):
        page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_have_text("What DIT is")


def test_a_chat_that_the_browser_itself_closes_can_be_opened_again(page: Page, edge: Edge) -> None:
    """As Android does at the second "back"."""
    chat = Chat(page).visit(edge.website)
    page.evaluate(f"{DIALOG}.close()")
    widget = page.locator("foyer-chat")
    expect(widget.get_by_role("button", name="Urgent help")).to_be_visible()
    widget.get_by_role("button", name="Open the chat").click()
    expect(chat.field).to_be_visible()
    page.evaluate(f"{DIALOG}.dispatchEvent(new Event('cancel', {{ cancelable: true }}))")
    expect(chat.panel).to_be_hidden()
    expect(widget.get_by_role("button", name="Urgent help")).to_be_visible()


def test_urgent_help_stays_however_often_it_is_tapped(page: Page, edge: Edge) -> None:
    chat = Chat(page).visit(edge.website)
    chat.panel.get_by_role("button", name="Urgent help").dblclick()
    expect(chat.panel.get_by_role("link", name="Phone 999")).to_be_visible()


def test_a_chat_that_is_closed_can_still_be_left_quickly(page: Page, edge: Edge) -> None:
    page.goto(edge.website)
    leave = page.locator("foyer-chat .launcher").get_by_role("button", name="Leave quickly")
    expect(leave).to_be_hidden()
    chat = Chat(page).visit(edge.website)
    chat.panel.get_by_role("button", name="Close the chat").click()
    leave.click()
    expect(page.get_by_role("heading", name="Elsewhere")).to_be_visible()
    assert page.context.cookies() == []


def test_a_page_that_back_brings_up_again_shows_nothing_of_a_chat_that_was_left(
    page: Page, edge: Edge
) -> None:
    chat = Chat(page).visit(edge.website)
    chat.say("Something that nobody else should read")
    other = page.context.new_page()
    other.goto(edge.website)
    page.evaluate("BroadcastChannel.prototype.postMessage = () => {}")
    page.request.post(f"{edge.website}/chat/leave", data={})
    page.evaluate("sessionStorage.clear()")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(chat.panel).to_be_hidden()
    page.locator("foyer-chat").get_by_role("button", name="Open the chat").click()
    expect(chat.log).to_contain_text("I heard: hi")
    assert "nobody else" not in page.locator("foyer-chat .messages").inner_text()
