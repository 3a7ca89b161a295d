from __future__ import annotations

import html
import re

import pytest
from starlette.testclient import TestClient

from bot.knowledge.services import Service, services
from bot.knowledge.sources import source_line
from bot.records.retention import retention
from bot.settings import settings
from web import pages
from web.app import create_app
from web.security import HEADERS


@pytest.fixture
def client() -> TestClient:
    return TestClient(create_app({}), raise_server_exceptions=False)


@pytest.fixture
def broken_client(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A client of a website whose data can't be read."""

    def fail() -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(pages, "services", fail)  # which the page that tells of it can't use either
    return TestClient(create_app({}), raise_server_exceptions=False)


PAGES = (
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
)


def test_the_front_page_says_what_this_is(client: TestClient) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert "Dynamic Interpersonal Therapy" in response.text


def test_an_unknown_address_is_a_page(client: TestClient) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert "could not find" in response.text


def test_a_wrong_method_is_a_page(client: TestClient) -> None:
    assert client.post("/").status_code == 405


def test_a_failure_is_a_page_that_gives_nothing_away(broken_client: TestClient) -> None:
    response = broken_client.get("/")
    assert response.status_code == 500
    assert "gone wrong" in response.text
    assert "secret" not in response.text
    assert response.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_shows_urgent_help(client: TestClient, path: str) -> None:
    page = client.get(path).text
    for number in ("999", "111", "116 123"):
        assert number in page


def test_the_failure_page_shows_urgent_help(broken_client: TestClient) -> None:
    page = broken_client.get("/").text
    assert all(number in page for number in ("999", "111", "116 123"))


@pytest.mark.parametrize("path", PAGES)
def test_pages_have_what_a_screen_reader_needs(client: TestClient, path: str) -> None:
    page = client.get(path).text
    assert '<html lang="en-GB">' in page
    assert re.search(r"<title>[^<]+ – Foyer</title>", page)
    assert page.count("<h1>") == page.count('<main id="main">') == 1
    assert 'name="viewport" content="width=device-width, initial-scale=1"' in page


@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_their_content_security_policy(client: TestClient, path: str) -> None:
    page = client.get(path).text
    assert not re.search(r"<style|\sstyle=|\son\w+=|src=\"(?!/)|<link[^>]*href=\"(?!/)", page)
    assert page.count("<script") == 1
    assert re.search(r'<script src="/widget.js"( data-service="\w+")? defer></script>', page)


def test_a_page_for_a_service_gives_it_to_the_widget(client: TestClient) -> None:
    for path in ("/?service=berkshire", "/services/berkshire"):
        page = client.get(path).text
        assert 'data-service="berkshire"' in page
        assert "0800 129 9999" in page, "its own crisis line is missing"
    for path in ("/", "/?service=nowhere", "/services/nowhere"):
        page = client.get(path).text
        assert "data-service" not in page
        assert "0800 129 9999" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/?service=berkshire",
        "/services/berkshire",
        "/about-dit?service=berkshire",
        "/accessibility?service=berkshire",
        "/privacy?service=berkshire",
        "/nowhere?service=berkshire",
    ],
)
def test_the_service_stays_from_page_to_page(client: TestClient, path: str) -> None:
    links = set(re.findall(r'href="(/[^"]*)"', client.get(path).text))
    ours = {link for link in links if not link.startswith(("/static/", "/services/"))}
    if path.startswith("/?"):
        ours.remove("/")  # to see all services
    assert len(ours) >= 7
    for link in ours:
        assert link.endswith("?service=berkshire"), link
        assert 'data-service="berkshire"' in client.get(link).text, link


def test_a_service_that_there_is_not_is_carried_nowhere(client: TestClient) -> None:
    for path in ("/?service=nowhere", "/about-dit?service=%22%3E", "/services/nowhere"):
        assert "?service=" not in client.get(path).text


@pytest.mark.parametrize("service", services().values(), ids=lambda service: service.id)
def test_a_service_page_says_what_the_service_says_and_where_from(
    client: TestClient, service: Service
) -> None:
    page = html.unescape(client.get(f"/services/{service.id}").text)
    assert source_line(service) in page
    assert service.answers["how_to_refer"].text in page
    assert service.contact.who_to_ask in page


@pytest.mark.parametrize("path", PAGES)
def test_without_the_chat_every_page_says_what_to_do_instead(client: TestClient, path: str) -> None:
    page = client.get(path).text
    begins = page.index('id="foyer"')  # where the links to the chat lead
    without = page[begins : page.index("</section>", begins)]
    assert "noscript" not in page, "the script may be blocked where scripts are on"
    assert "0203 228 1350" in without
    assert 'href="/urgent-help' in without
    for service in services().values():
        assert service.name in html.unescape(without)


def test_how_long_things_are_kept_is_told_as_it_is(client: TestClient) -> None:
    page = client.get("/privacy").text
    for days in retention().dict().values():
        assert f"{days} day" in page


def test_a_demonstration_says_so_and_a_real_service_does_not(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Demonstration" in client.get("/").text
    real = settings().copy(update={"demo": False})
    monkeypatch.setattr(pages, "settings", lambda: real)
    assert "Demonstration" not in client.get("/").text
