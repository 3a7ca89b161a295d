"""axe against WCAG 2.2 AA, in every state of the widget and on every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.booking.own_page import OwnPage
from bot.knowledge.services import services
from bot.records.database import Database
from bot.records.models import Base
from tests.browser.chat import Chat, said, show
from tests.browser.chromium import DESKTOP
from tests.browser.conftest import Scan
from tests.browser.edge import Edge
from tests.conversations.assistant import Assistant
from tests.web.chat.test_downloads import send
from tests.web.test_visit import add_slot, path
from web import pages, visit

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
ITEM = {
    "type": "question",
    "question": "phq-9.3",
    "kind": "item",
    "step": "How you have been",
    "progress": {"step": 4, "steps": 6, "item": 3, "items": 9},
    "commands": ["Go back", "Pause"],
}


# How much the ring around what has the focus stands out from what is behind it: WCAG's contrast.
RING = """() => {
    let at = document.activeElement;
    while (at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
    const light = (colour) => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map((each) => each / 255)
            .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const clear = "rgba(0, 0, 0, 0)";
    let behind = at.parentNode;
    while (getComputedStyle(behind).backgroundColor === clear) behind = behind.parentNode;
    const { outlineColor, outlineStyle } = getComputedStyle(at);
    const ring = light(outlineColor), ground = light(getComputedStyle(behind).backgroundColor);
    if (outlineStyle === "none") return 0;
    return (Math.max(ring, ground) + 0.05) / (Math.min(ring, ground) + 0.05);
}"""


@pytest.fixture
def visits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A person's own page in each of its states, as markup."""
    monkeypatch.setattr("bot.booking.rules.is_bank_holiday", lambda _day: False)
    database = Database(f"sqlite:///{tmp_path}/visits.db")
    Base.metadata.create_all(database.engine)
    client = TestClient(Starlette(routes=visit.routes(OwnPage(database, services()))))
    day = datetime.now(timezone.utc).replace(hour=10, minute=0, second=0, microsecond=0)
    slot, _ = (add_slot(database, day + timedelta(days=ahead)) for ahead in (4, 5))
    link = path(database)
    seen = {
        "summary": client.get(path(database, "xyla")),
        "times to choose": client.get(link),
        "time is gone": client.post(link, data={"slot": "0" * 32}),
        "booked": (booked := client.post(link, data={"slot": slot})),
        "cancelled": client.post(booked.url.path, data={"act": "cancel"}),
        "over": client.get(link),
    }
    database.dispose()
    return {state: response.text for state, response in seen.items()}


def _open(page: Page, edge: Edge, markup: str) -> None:
    """Opens a page of the website as it was made elsewhere."""
    address = f"{edge.website}/made"
    page.route(address, lambda route: route.fulfill(body=markup, content_type="text/html"))
    page.goto(address)
    page.unroute(address)


@pytest.mark.parametrize("path", PAGES)
def test_every_page(page: Page, site: Assistant, scan: Scan, path: str) -> None:
    page.goto(site.website + path)
    scan(page)
    page.emulate_media(color_scheme="dark")
    scan(page)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


BORN = {**ITEM, "question": "about.date_of_birth", "kind": "date_of_birth"}
CARDS = {
    "phone": {"type": "phone", "phone": "0203 228 1350"},
    "cancelled": {"type": "appointment", "state": "cancelled", "appointment": "a"},
    "summary": {"type": "summary"},
}
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")


def _scan_both(page: Page, scan: Scan) -> None:
    """In light and in dark colours."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        scan(page)


def test_a_persons_own_page_in_every_state(
    page: Page, edge: Edge, visits: dict[str, str], scan: Scan
) -> None:
    for state, markup in visits.items():
        _open(page, edge, markup)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        _scan_both(page, scan)
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, state


def test_the_pages_that_tell_of_a_fault(page: Page, edge: Edge, scan: Scan) -> None:
    page.goto(f"{edge.website}/chat/summary")
    expect(page.get_by_text("This chat has ended")).to_be_visible()
    _scan_both(page, scan)
    _open(page, edge, pages.bare.get_template("broken.html").render())
    expect(page.get_by_text("This is our fault")).to_be_visible()
    _scan_both(page, scan)


def test_the_summary_to_print(page: Page, edge: Edge, scan: Scan) -> None:
    Chat(page).visit(edge.website)
    send(edge.database, edge.rasa.heard[-1]["sender"], datetime.now(timezone.utc))
    page.goto(f"{edge.website}/chat/summary")
    expect(page.get_by_text("Robin")).to_be_visible()
    _scan_both(page, scan)


@pytest.mark.parametrize("card", CARDS)
def test_cards_that_no_journey_comes_to(page: Page, edge: Edge, scan: Scan, card: str) -> None:
    show(page, said("Here it is.", CARDS[card], "Something else"))
    chat = Chat(page).visit(edge.website)
    expect(chat.last).to_contain_text("Here it is.")
    _scan_both(page, scan)


def test_a_date_with_a_part_missing(page: Page, edge: Edge, scan: Scan) -> None:
    show(page, said("When were you born?", BORN))
    chat = Chat(page).visit(edge.website)
    chat.panel.get_by_role("button", name="Continue").click()
    expect(chat.panel.get_by_role("alert")).to_be_visible()
    _scan_both(page, scan)


def test_a_chat_that_is_refused_that_ends_or_cannot_begin(
    page: Page, edge: Edge, scan: Scan
) -> None:
    chat = Chat(page).visit(edge.website)
    no = {"error": {"code": "bad-request", "text": "That didn't come through."}}
    page.route("**/chat/messages", lambda route: route.fulfill(status=400, json=no))
    chat.say("hello")
    expect(chat.last).to_contain_text("That didn't come through.")
    _scan_both(page, scan)
    page.unroute("**/chat/messages")
    page.context.clear_cookies()
    chat.say("hello?")
    expect(chat.panel.locator(".notice")).to_contain_text("This chat has ended")
    _scan_both(page, scan)
    page.route("**/chat/start", lambda route: route.abort())
    chat.panel.get_by_role("button", name="Start a new chat").click()
    expect(chat.panel.locator(".notice")).to_contain_text("can't be reached")
    _scan_both(page, scan)


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_has_the_focus_stands_out(
    edge: Edge, new_context: Callable[..., BrowserContext], visits: dict[str, str], scheme: str
) -> None:
    page = new_context(**DESKTOP, color_scheme=scheme).new_page()
    chat = Chat(page).visit(edge.website)
    chat.panel.get_by_role("button", name="Text size and colours").click()
    page.keyboard.press("Tab")
    expect(chat.panel.get_by_label("Normal")).to_be_focused()
    assert page.evaluate(RING) >= 3
    _open(page, edge, visits["times to choose"])
    for key in ("select", "button"):
        page.locator(f"main {key}").focus()
        assert page.evaluate(RING) >= 3, key


@pytest.mark.parametrize("size", [(683, 330), (320, 256)])
def test_how_far_one_is_shows_on_the_lowest_screen(
    edge: Edge, new_context: Callable[..., BrowserContext], size: tuple[int, int]
) -> None:
    page = new_context(viewport={"width": size[0], "height": size[1]}).new_page()
    show(page, said("How often?", ITEM))
    chat = Chat(page).visit(edge.website)
    told = chat.panel.get_by_text("Step 4 of 6: How you have been. Question 3 of 9")
    expect(told).to_be_in_viewport(ratio=1)
    bar = chat.panel.get_by_role("progressbar", name="How far you are")
    expect(bar).to_have_attribute("aria-valuenow", "54")
    expect(bar).to_be_in_viewport(ratio=1)
    expect(chat.field).to_be_in_viewport(ratio=1)


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
    assert announced[0].startswith("This will go to NHS Berkshire Talking Therapies.")
    assert "\nBefore we start" in announced[0]
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
    expect(chat.field).to_have_attribute("autocomplete", "tel")
    assert chat.field.get_attribute("inputmode") is None, (
        "there must be letters to ask for help with"
    )
    chat.answer_until("about.email")
    expect(chat.field).to_have_attribute("autocomplete", "email")


def test_less_motion_means_none(
    site: Assistant, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(reduced_motion="reduce").new_page()
    chat = Chat(page).visit(site.website)
    names = chat.panel.locator(".dots i").first.evaluate("(e) => getComputedStyle(e).animationName")
    assert names == "none"
