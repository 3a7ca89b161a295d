"""The staff console in a real browser: signing in, a live flag, two people in one record, axe."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest
import uvicorn
from playwright.sync_api import BrowserContext, Page, Response, expect
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount, compile_path
from starlette.staticfiles import StaticFiles

from bot.booking import diary
from bot.knowledge import answers
from bot.records.database import Database
from bot.records.models import Base, Case, DiarySlot, Flag, StaffSession
from bot.review import requests
from bot.settings import Settings
from bot.staff import accounts
from bot.staff.rules import rules
from tests.browser.chromium import DESKTOP
from tests.browser.conftest import Scan
from tests.web.staff.console import PASSWORD, Console
from tests.web.staff.test_outbox import dead
from tests.web.staff.test_unanswered import SILENT, say
from web.security import SecurityHeaders
from web.staff.app import PAGES, create_staff
from web.staff.visit import templates

WEB = Path(__file__).resolve().parents[2] / "web"
STATIC, TEMPLATES = WEB / "static", WEB / "staff" / "templates"
WIDTHS = (320, 768, 1280)


class RealClock:
    """The clock of this machine, in the shape that `Console` takes."""

    @property
    def now(self) -> datetime:
        return datetime.now(timezone.utc)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    """A console that listens on a port of its own; `url` is its address."""
    quick = rules().copy(update={"poll_seconds": 1, "here_poll_seconds": 1})
    for module in ("people", "person"):
        monkeypatch.setattr(f"web.staff.{module}.rules", lambda: quick)
    database = Database(f"sqlite:///{tmp_path}/foyer.db")
    Base.metadata.create_all(database.engine)
    clock = RealClock()
    routes = [
        Mount("/staff", create_staff(lambda: database, clock)),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    app = Starlette(routes=routes)
    server = uvicorn.Server(uvicorn.Config(SecurityHeaders(app), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    console = Console(database, clock, app)  # type: ignore[arg-type]
    port = server.servers[0].sockets[0].getsockname()[1]
    console.url = f"http://127.0.0.1:{port}/staff"  # type: ignore[attr-defined]
    yield console
    server.should_exit = True
    thread.join()
    database.dispose()


@pytest.fixture
def sign_in(console: Console, new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Signs a new member of staff in with password and a real code; gives their tab."""

    def enter(role: str = "reviewer", name: str = "", **options: object) -> Page:
        browser = console.staff(role, name=name)
        secret = accounts.new_secret()
        with console.database.session() as session:
            accounts.by_email(session, browser.email).totp_secret = secret
        page = new_context(**{**DESKTOP, **options}).new_page()
        give_password(console, page, browser.email)
        page.get_by_label("Code from your authenticator app").fill(totp(secret))
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="People")).to_be_visible()
        return page

    return enter


def give_password(console: Console, page: Page, email: str, password: str = PASSWORD) -> None:
    """The first step of signing in."""
    page.goto(f"{console.url}/sign-in")  # type: ignore[attr-defined]
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Continue").click()


def totp(secret: str) -> str:
    """The code that an authenticator app shows now."""
    return pyotp.TOTP(secret).now()


def test_signing_in_for_the_first_time(
    console: Console, new_context: Callable[..., BrowserContext], scan: Scan
) -> None:
    staff = console.staff()
    page = new_context(**DESKTOP).new_page()
    page.goto(console.url)  # type: ignore[attr-defined]
    scan(page)
    page.get_by_label("Email address").fill(staff.email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_visible()
    scan(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    scan(page)
    key = page.locator(".code").inner_text().replace(" ", "")
    page.get_by_label("Code from the app").fill(totp(key))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator("code")).to_have_count(rules().sign_in.recovery_codes)
    scan(page)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", name="People")).to_be_visible()


def test_a_new_flag_appears_without_loading_again(
    console: Console, sign_in: Callable[..., Page]
) -> None:
    console.refer(conversation_id="a")
    page = sign_in()
    page.evaluate("window.same = true")
    expect(page.get_by_text("This list keeps itself up to date.")).to_be_visible()
    expect(page).to_have_title("People – Foyer for staff")
    console.flag("b")
    expect(page.get_by_role("link", name="Someone who gave no name")).to_be_visible()
    expect(page).to_have_title("(1) People – Foyer for staff")
    expect(page.locator("#news")).to_contain_text("someone needs human contact")
    assert page.evaluate("window.same"), "the page was loaded again"
    assert page.locator(".people tbody tr").first.get_attribute("class") == "contact unread"


def test_what_a_colleague_changes_appears_without_loading_again(
    console: Console, sign_in: Callable[..., Page]
) -> None:
    case_id = console.refer()
    first, second = sign_in(name="Al One"), sign_in(name="Bo Two")
    second.goto(f"{console.url}/people/{case_id}")  # type: ignore[attr-defined]
    expect(first.locator("#list .tag--new")).to_have_count(0)
    second.get_by_label("Who has it").select_option(label="Bo Two (me)")
    second.get_by_role("button", name="Save", exact=True).click()
    expect(first.locator("#list")).to_contain_text("Bo Two")


def test_waiting_times_are_shown_anew(sign_in: Callable[..., Page]) -> None:
    page = sign_in()
    expect(page.get_by_text("This list keeps itself up to date.")).to_be_visible()
    with page.expect_request("**/staff/refresh*"):
        page.evaluate("const now = Date.now; Date.now = () => now() + 61_000")


def test_a_flag_is_announced_even_if_the_list_cant_be_had(
    console: Console, sign_in: Callable[..., Page]
) -> None:
    page = sign_in()
    page.route("**/staff/refresh*", lambda route: route.abort())
    console.flag("b")
    expect(page.locator("#news")).to_contain_text("someone needs human contact")
    expect(page.get_by_text("can't be brought up to date")).to_be_visible()
    page.unroute("**/staff/refresh*")
    expect(page.get_by_role("link", name="Someone who gave no name")).to_be_visible()
    expect(page.get_by_text("This list keeps itself up to date.")).to_be_visible()


def test_a_flag_that_comes_late_is_announced(
    console: Console, sign_in: Callable[..., Page]
) -> None:
    console.flag("a")
    page = sign_in()
    expect(page.get_by_text("This list keeps itself up to date.")).to_be_visible()
    _, late = console.flag("b")
    expect(page.locator("#news")).to_contain_text("2 not acknowledged")
    with console.database.session() as session:
        session.get(Flag, late).acknowledged_at = console.clock.now  # and its place stays open
    _, later = console.flag("b", message="m3")
    with console.database.session() as session:
        session.get(Flag, later).at -= timedelta(hours=1)
    expect(page.locator("#news")).to_contain_text("2 not acknowledged")


def test_a_list_that_is_held_still_stays_as_it_is_and_flags_are_announced(
    console: Console, sign_in: Callable[..., Page]
) -> None:
    page = sign_in()
    page.get_by_role("button", name="Hold the list still").click()
    console.flag("b")
    expect(page.locator("#news")).to_contain_text("someone needs human contact")
    expect(page).to_have_title("(1) People – Foyer for staff")
    expect(page.get_by_role("link", name="Someone who gave no name")).to_have_count(0)
    page.get_by_role("button", name="Let the list move again").click()
    expect(page.get_by_role("link", name="Someone who gave no name")).to_be_visible()


def test_flags_are_announced_beside_the_results_of_a_search(
    console: Console, sign_in: Callable[..., Page]
) -> None:
    console.refer()
    page = sign_in()
    page.get_by_label("For", exact=True).fill("Smith")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("The search isn't repeated by itself.")).to_be_visible()
    console.flag("b")
    expect(page.locator("#news")).to_contain_text("someone needs human contact")
    expect(page.get_by_text("1 person needs human contact")).to_be_visible()
    expect(page.get_by_role("link", name="Jo Smith")).to_be_visible()


def test_a_new_flag_is_heard(console: Console, sign_in: Callable[..., Page]) -> None:
    page = sign_in()
    expect(page.get_by_role("button", name="Sound is on")).to_be_visible()
    page.evaluate(
        """() => {
            const start = OscillatorNode.prototype.start;
            OscillatorNode.prototype.start = function (...when) {
                if (this.context.state === "running") document.body.dataset.heard = "yes";
                start.apply(this, when);
            };
        }"""
    )
    console.flag("b")
    expect(page.locator("body")).to_have_attribute("data-heard", "yes")


def test_a_page_that_may_not_sound_yet_says_so(
    console: Console, sign_in: Callable[..., Page]
) -> None:
    context = sign_in().context
    page = context.new_page()  # nobody has touched it, as after the browser's own start
    page.goto(f"{console.url}/")  # type: ignore[attr-defined]
    page.get_by_role("button", name="Silent: turn the sound on").click()
    expect(page.get_by_role("button", name="Sound is on")).to_be_visible()


def test_the_sound_stays_off_once_turned_off(sign_in: Callable[..., Page]) -> None:
    page = sign_in()
    page.get_by_role("button", name="Sound is on").click()
    page.reload()
    expect(page.get_by_role("button", name="Sound is off")).to_be_visible()


def test_what_was_done_is_said_once(console: Console, sign_in: Callable[..., Page]) -> None:
    case_id, _ = console.flag()
    page = sign_in()
    page.goto(f"{console.url}/people/{case_id}")  # type: ignore[attr-defined]
    page.get_by_role("button", name="Acknowledge").click()
    said = page.get_by_text("Acknowledged. Your name and the time are with the flag.")
    expect(said).to_be_visible()
    page.wait_for_url(lambda address: "done=" not in address)
    page.reload()
    expect(page.get_by_text("Acknowledged by")).to_be_visible()
    expect(said).to_have_count(0)


def idle(console: Console, page: Page, minutes: int) -> None:
    """Has the person open nothing for so long; the tab looks as if someone came back to it."""
    with console.database.session() as session:
        for each in session.execute(select(StaffSession)).scalars():
            each.seen_at = console.clock.now - timedelta(minutes=minutes)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_someone_is_warned_before_they_are_signed_out(
    console: Console, sign_in: Callable[..., Page], scan: Scan
) -> None:
    console.refer()
    limits = rules().sign_in
    page = sign_in()
    idle(console, page, limits.idle_minutes - 2)
    expect(page.get_by_role("alert")).to_have_text("You will be signed out in 2 minutes.")
    scan(page)
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    idle(console, page, limits.idle_minutes)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_text("New flags are not announced here")).to_be_visible()


def test_who_is_signed_out_while_writing_keeps_what_they_wrote(
    console: Console, sign_in: Callable[..., Page]
) -> None:
    case_id = console.refer()
    page = sign_in()
    page.goto(f"{console.url}/people/{case_id}")  # type: ignore[attr-defined]
    page.get_by_label("Add a note").fill("Rang, no answer")
    idle(console, page, rules().sign_in.idle_minutes)
    expect(page.get_by_role("alert")).to_contain_text("copy it before you sign in again")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_label("Your note")).to_have_value("Rang, no answer")


def test_two_people_in_one_record(console: Console, sign_in: Callable[..., Page]) -> None:
    case_id = console.refer()
    first, second = sign_in(name="Al One"), sign_in(name="Bo Two")
    address = f"{console.url}/people/{case_id}"  # type: ignore[attr-defined]
    first.goto(address)
    first.get_by_label("Add a note").fill("Half a thought")
    second.goto(address)
    expect(second.get_by_text("Al One has this record open now")).to_be_visible()
    expect(first.get_by_text("Bo Two has this record open now")).to_be_visible()
    second.get_by_role("button", name="Accept").click()
    expect(first.get_by_text("This record has changed since you opened it")).to_be_visible()
    first.get_by_role("button", name="Mark as contacted").click()
    expect(first.get_by_role("alert")).to_contain_text("Bo Two changed this record")
    assert console.case(case_id).state == "accepted"


def test_everything_works_without_script(console: Console, sign_in: Callable[..., Page]) -> None:
    case_id = console.refer()
    _, flag_id = console.flag()
    page = sign_in(java_script_enabled=False)
    page.get_by_role("link", name="Jo Smith").click()
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("Acknowledged by Reviewer of berkshire")).to_be_visible()
    page.get_by_text("Resolve: write what was done").click()
    page.get_by_label("What was done").fill("Phoned. Safe, with her sister.")
    page.get_by_role("button", name="Save as resolved").click()
    page.get_by_label("Who has it").select_option(label="Reviewer of berkshire (me)")
    page.get_by_role("button", name="Save", exact=True).click()
    assert console.flagged(flag_id).resolved_at is not None
    assert console.case(case_id).assigned_to is not None


def test_a_record_can_be_worked_by_keyboard(console: Console, sign_in: Callable[..., Page]) -> None:
    console.flag()
    page = sign_in()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.get_by_role("link", name="Someone who gave no name").press("Enter")
    page.get_by_role("button", name="Acknowledge").press("Enter")
    expect(page.get_by_text("Acknowledged by")).to_be_visible()


def book(console: Console, case_id: str) -> None:
    """Gives someone an appointment, with another time to move it to."""
    begins = console.clock.now.replace(minute=0, second=0, microsecond=0)
    with console.database.session() as session:
        slots = [
            DiarySlot(
                service_id="berkshire",
                starts_at=begins + timedelta(days=days),
                ends_at=begins + timedelta(days=days, minutes=45),
                mode="video",
            )
            for days in (3, 4)
        ]
        session.add_all(slots)
        session.flush()
        diary.book(session, slots[0].id, console.case(case_id).referral_id, console.clock.now)


def test_an_appointment_is_moved_then_cancelled_without_script(
    console: Console, sign_in: Callable[..., Page]
) -> None:
    case_id = console.refer()
    book(console, case_id)
    page = sign_in(java_script_enabled=False)
    page.goto(f"{console.url}/diary?week={console.clock.now + timedelta(days=3):%Y-%m-%d}")  # type: ignore[attr-defined]
    page.get_by_role("link", name="Move or cancel").click()
    page.get_by_text("Move the appointment").click()
    expect(page.get_by_text("Phone them on 07700 900123").first).to_be_visible()
    page.get_by_label("To", exact=True).select_option(index=1)
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_role("status").first).to_contain_text("Phone them to tell them")
    page.get_by_text("Cancel the appointment").click()
    page.get_by_label("Why, for colleagues").fill("The therapist is ill")
    page.get_by_label("Close the time they had").last.check()
    page.get_by_role("button", name="Cancel it").click()
    expect(page.get_by_text("Why: The therapist is ill")).to_be_visible()
    expect(page.get_by_role("heading", name="Appointment")).to_have_count(0)


# What is asked for and isn't a page: files, pictures, ways elsewhere, and what a script asks for.
NO_PAGES = {
    "/session",
    "/worker.js",
    "/live",
    "/refresh",
    "/people.csv",
    "/people/{case_id:str}/here",
    "/people/{case_id:str}/record.pdf",
    "/people/{case_id:str}/transcript.txt",
    "/people/{case_id:str}/referral.fhir.json",
    "/numbers/{table_id:str}.svg",
    "/unanswered.svg",
}
NO_TEMPLATES = {"base.html", "person_parts.html"}  # parts of the others


class Look:
    """Scans pages, and keeps which addresses and templates they were."""

    def __init__(self, console: Console, scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
        self.url: str = console.url  # type: ignore[attr-defined]
        self.paths: set[str] = set()
        self.templates: set[str] = set()
        self._scan = scan
        self._shown: Response | None = None
        render = templates.TemplateResponse

        def named(request: Request, name: str, *more: Any, **others: Any) -> Any:
            response = render(request, name, *more, **others)
            response.headers["X-Template"] = name
            return response

        monkeypatch.setattr(templates, "TemplateResponse", named)

    def watch(self, page: Page) -> Page:
        """Has what the tab is sent noted from now on."""
        page.on("response", self._keep)
        return page

    def to(
        self,
        page: Page,
        path: str,
        said: str = "",
        status: int = 200,
        widths: Sequence[int] = WIDTHS[:1],
    ) -> None:
        """Goes there and scans what there is."""
        page.goto(f"{self.url}{path}")
        self.at(page, said, status, widths)

    def at(
        self, page: Page, said: str = "", status: int = 200, widths: Sequence[int] = WIDTHS[:1]
    ) -> None:
        """Scans the page as it is, with everything on it unfolded.

        Args:
            said: words that are on the page that is meant.
        """
        expect(page.locator("body")).to_contain_text(said)
        assert self._shown is not None
        if said:
            assert self._shown.status == status, said
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate(
                "document.querySelectorAll('details').forEach((each) => each.open = true)"
            )
            self._scan(page)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (page.url, width)
        self.paths.add(urlsplit(self._shown.url).path.removeprefix("/staff") or "/")
        self.templates.add(self._shown.headers["x-template"])

    def _keep(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self._shown = response


def test_every_page_against_axe(
    console: Console,
    sign_in: Callable[..., Page],
    new_context: Callable[..., BrowserContext],
    scan: Scan,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    look = Look(console, scan, monkeypatch)
    page = look.watch(sign_in("administrator"))
    every_address(console, look, page)
    what_a_record_answers(console, look, page)
    what_the_others_answer(console, look, page)
    refusals(console, look, page, monkeypatch)
    page = look.watch(sign_in())
    look.to(page, "/numbers", "You can't open this", 403)
    signing_in_and_out(console, look, page, new_context, monkeypatch)
    left = {
        each.path
        for each in PAGES
        if each.method == "GET" and each.path not in NO_PAGES
        if not any(compile_path(each.path)[0].match(path) for path in look.paths)
    }
    assert not left, "no scan of these pages"
    known = {file.name for file in TEMPLATES.glob("*.html")} - NO_TEMPLATES
    assert look.templates == known, "no scan of these templates"


def every_address(console: Console, look: Look, page: Page) -> None:
    first = console.refer(conversation_id="a")
    console.flag("a")
    console.refer(conversation_id="b")
    book(console, first)
    dead(console, "appointment:0a:1:moved:email", first)
    say(console, "c", ("Is there a lift? " * 30, answers.answer(SILENT, "berkshire")))
    week = f"{console.clock.now + timedelta(days=3):%Y-%m-%d}"
    for path in (
        "/",
        "/?state=all&flag=any&since=2026-01-01",
        "/?mine=1",
        f"/people/{first}",
        f"/people/{first}/print",
        "/diary",
        f"/diary?week={week}",
        "/numbers",
        "/unanswered",
        "/outbox",
        "/requests",
        "/audit",
        f"/audit?case={first}",
        "/nowhere",
    ):
        look.to(page, path, widths=WIDTHS)
    page.goto(f"{look.url}/")
    page.get_by_label("For", exact=True).fill("soon")
    page.get_by_label("Search by").select_option("born")
    page.get_by_role("button", name="Search").click()
    look.at(page, "Write a date of birth", 422)


def what_a_record_answers(console: Console, look: Look, page: Page) -> None:
    booked = console.refer(conversation_id="d", about__name="Al Ames", about__phone="+447700900001")
    book(console, booked)
    for path in ("merge", "conflict"):
        console.refer(conversation_id=path, about__name="Al Ames", about__phone="+447700900001")
    with console.database.reading() as session:
        twin = session.execute(select(Case).where(Case.conversation_id == "merge")).scalar_one().id
    page.goto(f"{look.url}/people/{booked}")
    page.get_by_role("button", name="Mark as contacted").click()
    look.at(page, "Undo the last step")
    with console.database.session() as session:
        session.get(Case, booked).version += 1
    page.get_by_role("button", name="Undo the last step").click()
    look.at(page, "Look at what is here now", 409)
    page.get_by_label("Why, for colleagues").fill(" ")
    page.get_by_role("button", name="Cancel it").click()
    look.at(page, "Not saved", 422)
    look.to(page, f"/people/{twin}")
    page.get_by_role("button", name="Yes, merge this into it").first.click()
    look.at(page, "The records are merged")
    look.to(page, f"/people/{twin}")
    page.get_by_label("Why", exact=True).last.fill("They asked for it")
    page.get_by_role("button", name="Ask for it").click()
    look.at(page, "Asked for. A second person has to confirm it")


def what_the_others_answer(console: Console, look: Look, page: Page) -> None:
    page.goto(f"{look.url}/diary")
    day = f"{console.clock.now + timedelta(days=9):%Y-%m-%d}"
    for said in ("Open for booking now", "Not opened"):
        page.get_by_label("Day", exact=True).fill(day)
        page.get_by_label("From", exact=True).fill("10:00")
        page.get_by_label("To", exact=True).fill("10:45")
        page.get_by_role("button", name="Open", exact=True).click()
        look.at(page, said)
    page.get_by_label("To", exact=True).fill("09:00")
    page.get_by_label("Day", exact=True).fill(day)
    page.get_by_label("From", exact=True).fill("10:00")
    page.get_by_role("button", name="Open", exact=True).click()
    look.at(page, "an end that is later than its start", 409)
    page.get_by_role("button", name="Close").first.click()
    look.at(page, "Open again")
    page.goto(f"{look.url}/audit")
    page.get_by_role("button", name="Check that nothing was changed").click()
    look.at(page, "entries fit together")
    page.goto(f"{look.url}/outbox")
    page.get_by_role("button", name="Send again").first.click()
    look.at(page, "tried again now")


def refusals(console: Console, look: Look, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    page.goto(f"{look.url}/requests")
    for _ in range(2):
        page.get_by_role("button", name="Ask to remove what is past its time").click()
    look.at(page, "That wasn't possible", 409)
    look.to(page, "/?after=nothing", "That can't be read", 400)
    look.to(page, "/people/nobody", "There is nothing here", 404)

    def broken(*_: object) -> None:
        raise RuntimeError("as a fault of ours would")

    with monkeypatch.context() as patch:
        patch.setattr(requests, "open_requests", broken)
        look.to(page, "/requests")
    assert "broken.html" in look.templates


def signing_in_and_out(
    console: Console,
    look: Look,
    signed_in: Page,
    new_context: Callable[..., BrowserContext],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signed_in.goto(f"{look.url}/people/{console.refer(conversation_id='e')}")
    signed_in.get_by_label("Add a note").fill("Rang, no answer")
    signed_in.context.clear_cookies()
    signed_in.get_by_role("button", name="Add", exact=True).click()
    look.at(signed_in, "You were signed out", 401)

    nowhere = {
        "STAFF_OIDC_ISSUER": "http://127.0.0.1:9",  # nobody answers
        "STAFF_OIDC_CLIENT": "foyer",
        "STAFF_OIDC_SECRET": "secret",
    }
    for module in ("organisation", "signing_in"):
        monkeypatch.setattr(f"web.staff.{module}.settings", lambda: Settings.read(nowhere))
    browser = console.staff("lead", name="Lee Lead")
    page = look.watch(new_context(**DESKTOP).new_page())
    for path, said, status in (
        ("/organisation", "can't be reached", 502),
        ("/organisation/return", "can't be relied on", 401),
    ):
        look.to(page, path, said, status)
    look.to(page, "/sign-in", widths=WIDTHS)
    give_password(console, page, browser.email, "not the password")
    look.at(page, "That didn't work", 401)
    give_password(console, page, browser.email)
    look.at(page, "second factor", widths=WIDTHS)
    key = page.locator(".code").inner_text().replace(" ", "")
    for code, said, status in (("000000", "isn't right", 401), (totp(key), "recovery codes", 200)):
        page.get_by_label("Code from the app").fill(code)
        page.get_by_role("button", name="Turn it on").click()
        look.at(page, said, status)
    page.goto(f"{look.url}/")
    page.get_by_role("button", name="Sign out").click()
    look.at(page, "You are signed out")
    give_password(console, page, browser.email)
    look.at(page, "Your code", widths=WIDTHS)
    page.get_by_label("Code from your authenticator app").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    look.at(page, "That code isn't right", 401)
