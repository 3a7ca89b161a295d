"""A real browser, and the whole of Foyer for it to talk to: shared by the tests of this folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from tests.browser.chat import Chat
from tests.browser.chromium import PHONE, find_chromium, sandbox
from tests.browser.edge import Edge
from tests.browser.host import Host
from tests.conversations.assistant import Assistant
from tests.npm import from_npm

AXE = "4.10.3"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CALM: dict[str, Any] = {"reduced_motion": "reduce"}  # nothing to wait for
PATIENCE = 30_000  # milliseconds: the machine may be busy, and no test is about speed
ELSEWHERE = "<!doctype html><html lang='en'><title>Weather</title><h1>Elsewhere</h1>"

Scan = Callable[[Page], None]

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def axe_source() -> str:
    """axe-core's script."""
    return (from_npm("axe-core", AXE) / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="package")
def host() -> Iterator[Host]:
    """Another website, which may embed the chat."""
    host = Host()
    yield host
    host.stop()


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory, host: Host) -> Iterator[Assistant]:
    """Everything that `make run` starts, over a database of its own."""
    var = tmp_path_factory.mktemp("site")
    settings = {"CHAT_ORIGINS": host.origin}
    site = Assistant(var, f"sqlite:///{var}/foyer.db", settings=settings)
    site.start("actions", "rasa", "web")
    yield site
    site.stop()
    site.close()


@pytest.fixture
def edge(tmp_path: Path, host: Host) -> Iterator[Edge]:
    """The website over a stand-in for Rasa."""
    edge = Edge(tmp_path, host.origin)
    yield edge
    edge.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser, closed before tests of other folders run: its event loop bars theirs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=sandbox())
        yield browser
        browser.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts that reach only this machine; a script's error fails the test."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def new(**options: Any) -> BrowserContext:
        context = browser.new_context(locale="en-GB", **{**PHONE, **CALM, **options})
        context.set_default_timeout(PATIENCE)
        context.route(lambda url: "//127.0.0.1:" not in url, _elsewhere)
        context.on("weberror", lambda error: problems.append(str(error.error)))
        context.on("console", lambda said: problems.append(said.text) if _bad(said.text) else None)
        contexts.append(context)
        return context

    yield new
    for context in contexts:
        context.close()
    assert not problems, problems


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """A tab on a phone."""
    return new_context().new_page()


@pytest.fixture
def chat(page: Page, site: Assistant) -> Chat:
    """A new conversation on a phone, on Berkshire's page."""
    return Chat(page).visit(f"{site.website}/?service=berkshire")


@pytest.fixture
def scan(axe_source: str) -> Scan:
    """Fails on anything axe finds against WCAG 2.2 AA on a page as it is now."""

    def run(page: Page) -> None:
        page.wait_for_load_state()  # a page without its style sheet would be judged
        page.evaluate(axe_source)
        options = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}
        found = page.evaluate(f"axe.run(document, {json.dumps(options)})")
        faults = [
            f"{fault['id']}: {node['target']} {node['failureSummary']}"
            for fault in found["violations"]
            for node in fault["nodes"]
        ]
        assert not faults, "\n".join(faults)

    return run


def _elsewhere(route: Route) -> None:
    route.fulfill(body=ELSEWHERE, content_type="text/html")


def _bad(said: str) -> bool:
    """Whether the console tells of more than a request that failed, as some tests want it to."""
    wanted = ("Failed to load resource", "net::ERR", "blocked by CORS policy")
    return not any(words in said for words in wanted)
