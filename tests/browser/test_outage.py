"""What a person sees while what stands behind the website is away: nothing is lost or doubled."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from bot.crisis.help_replies import failure
from tests.browser.chat import Chat
from tests.browser.edge import Edge

FOCUS = "dispatchEvent(new Event('focus'))"
# Every pause of a second or more is over at once, but for the time that an answer may take.
HASTE = """
window.pauses = [];
const real = setTimeout;
window.setTimeout = (then, ms, ...more) => {
  const pause = ms >= 1000 && ms !== 25000;
  if (pause) pauses.push(ms);
  return real(then, pause ? 50 : ms, ...more);
};
"""


@pytest.fixture
def visit(page: Page, edge: Edge) -> Chat:
    """A conversation over the stand-in."""
    return Chat(page).visit(edge.website)


def test_rasa_goes_away_under_the_open_chat_and_comes_back(visit: Chat, edge: Edge) -> None:
    edge.rasa.down()
    visit.say("What is DIT?")
    expect(visit.panel.locator(".banner")).to_contain_text("I'm sorry")
    expect(visit.panel.locator(".notice").get_by_role("link", name="Phone 999")).to_be_visible()
    visit.say("I took 30 paracetamol")
    care = visit.log.locator(".care-now")
    expect(care.get_by_role("link", name="Phone 999")).to_be_visible()
    assert visit.choices[0] == "I need help now"
    expect(visit.last).to_contain_text("What is DIT?")
    expect(visit.last).to_contain_text("Not sent yet")
    edge.rasa.back()
    expect(visit.last).to_contain_text("I heard: What is DIT?")
    assert visit.text.count("I heard: What is DIT?") == 1
    assert care.count() == 1
    assert visit.choices == ["Refer myself"]
    expect(visit.panel.locator(".banner")).to_be_empty()


def test_danger_is_heard_behind_a_message_that_takes_long(visit: Chat, edge: Edge) -> None:
    edge.rasa.slow()
    for text in ("What is DIT?", "I took 30 paracetamol"):
        visit.field.fill(text)
        visit.field.press("Enter")
    expect(visit.log.locator(".care-now")).to_be_visible()
    expect(visit.log.locator(".state-sending")).to_have_count(1)


@pytest.mark.parametrize("way", ["focus", "reload"])
def test_a_look_elsewhere_in_an_outage_does_not_lose_the_message(
    visit: Chat, edge: Edge, page: Page, way: str
) -> None:
    edge.rasa.failing = True
    visit.say("my precious answer")
    with page.expect_response("**/chat/messages"):
        page.evaluate(FOCUS) if way == "focus" else page.reload()
    visit.wait()
    expect(visit.last).to_contain_text("Not sent yet")
    assert failure().text[:40] not in visit.text
    edge.rasa.back()
    expect(visit.last).to_contain_text("I heard: my precious")
    assert visit.text.count("I heard: my precious answer") == 1
    assert visit.choices == ["Refer myself"]


def test_a_chat_opened_in_an_outage_has_its_greeting_at_the_next_look(
    page: Page, edge: Edge
) -> None:
    edge.rasa.down()
    chat = Chat(page).visit(edge.website)
    expect(chat.last).to_contain_text("999")
    page.evaluate(FOCUS)
    page.wait_for_load_state("networkidle")
    expect(chat.last).to_contain_text("999")
    edge.rasa.back()
    page.evaluate(FOCUS)
    expect(chat.last).to_contain_text("I heard: hi")
    assert chat.choices == ["Refer myself"]


def test_the_choices_of_a_chat_that_has_ended_are_gone(visit: Chat, edge: Edge, page: Page) -> None:
    page.context.clear_cookies()
    visit.tap("Refer myself")
    expect(visit.panel.locator(".notice")).to_contain_text("This chat has ended")
    assert visit.choices == []
    visit.panel.get_by_role("button", name="Start a new chat").click()
    expect(visit.last).to_contain_text("I heard: hi")
    assert "refer myself" not in visit.text
    assert edge.rasa.texts == []


def test_it_is_tried_again_more_and_more_rarely(page: Page, edge: Edge) -> None:
    page.add_init_script(HASTE)
    chat = Chat(page).visit(edge.website)
    edge.rasa.down()
    chat.field.fill("hello")
    chat.field.press("Enter")
    page.wait_for_function("() => pauses.filter((ms) => ms >= 30000).length >= 2")
    pauses = [ms for ms in page.evaluate("pauses") if ms != 5000]
    assert pauses[0] >= 2000, "as the server says"
    assert pauses[2:5] >= [4000, 8000, 15000]


def test_what_another_tab_said_meanwhile_is_there_after_the_answer(visit: Chat, edge: Edge) -> None:
    other = Chat(visit.page.context.new_page()).visit(edge.website)
    edge.rasa.slow(1.0)
    visit.field.fill("from the first")
    visit.field.press("Enter")
    other.field.fill("from the second")
    other.field.press("Enter")
    for chat in (visit, other):
        expect(chat.log).to_contain_text("I heard: from the first")
        expect(chat.log).to_contain_text("I heard: from the second")
