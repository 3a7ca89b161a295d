"""Nothing that a person or a server says becomes markup."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.chat import Chat, said, show
from tests.conversations.assistant import Assistant

EVIL = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>\'"</p><b>bold</b>'


def test_what_a_person_writes_stays_text(chat: Chat, page: Page) -> None:
    chat.say(EVIL)
    expect(chat.log.locator(".person").last).to_contain_text(EVIL)
    page.reload()
    chat.wait()
    expect(chat.log.locator(".person").last).to_contain_text(EVIL)
    assert chat.panel.locator("img, script, b").count() == 0
    assert page.evaluate("window.broken") is None


def test_what_a_server_says_stays_text_in_every_kind_of_card(page: Page, site: Assistant) -> None:
    customs = _customs()
    show(page, *(said(EVIL, custom, EVIL) for custom in customs))
    chat = Chat(page).visit(site.website)
    expect(chat.log.locator("> .assistant")).to_have_count(len(customs))
    assert chat.panel.locator("img, script, b").count() == 0
    links = chat.panel.locator("a").evaluate_all("(all) => all.map((each) => each.protocol)")
    assert set(links) <= {"http:", "tel:", "sms:"}
    assert page.evaluate("window.broken") is None


def _customs() -> list[dict[str, Any]]:
    line = {"name": EVIL, "number": "116 123", "tel": EVIL, "hours": EVIL, "who": EVIL}
    row = {"label": EVIL, "answer": EVIL, "change": EVIL, "question": EVIL}
    return [
        {"type": "constructor"},
        {"type": "crisis", "tier": "alert", "category": EVIL, "help_lines": [line]},
        {"type": "help-lines", "help_lines": [line]},
        {"type": "answer", "sources": [{"service": "javascript:alert(1)", "line": EVIL}]},
        {"type": "paused", "code": EVIL},
        {"type": "phone", "phone": f"javascript:{EVIL}"},
        {"type": "sent", "reference": EVIL},
        {"type": "summary", "reference": EVIL},
        {"type": "appointment", "state": "booked", "appointment": EVIL, "when": EVIL, "way": EVIL},
        {"type": "check", "lead": EVIL, "groups": [{"title": EVIL, "rows": [row]}]},
        {"type": "slots", "slots": [{"title": EVIL, "day": EVIL, "time": EVIL, "way": EVIL}]},
    ]
