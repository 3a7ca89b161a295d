from __future__ import annotations

import re

import pytest

from bot.staff.rules import rules
from bot.staff.words import words
from web.staff.visit import HERE, SESSION_COOKIE


def test_the_first_sign_in_sets_the_second_factor_up(console) -> None:
    browser = console.staff()
    page = browser.password()
    assert "<svg" in page.text
    assert "Set up your second factor" in page.text
    secret = re.search(r'name="secret" value="([^"]+)"', page.text)[1]
    browser.secret = secret
    codes = browser.post(
        "/second-factor/set-up", secret=secret, code=browser.code(console.clock.now)
    )
    assert codes.text.count("<code>") == rules().sign_in.recovery_codes
    assert "People" in browser.get("/").text


def test_the_next_sign_in_asks_for_a_code(console) -> None:
    browser = console.staff().sign_in()
    browser.post("/sign-out")
    assert browser.client.get("/staff/", follow_redirects=False).status_code == 303
    page = browser.password()
    assert "Your code" in page.text
    assert browser.secret not in page.text
    browser.sign_in()


def test_a_recovery_code_gets_in_once(console) -> None:
    browser = console.staff()
    page = browser.password()
    browser.secret = re.search(r'name="secret" value="([^"]+)"', page.text)[1]
    page = browser.post(
        "/second-factor/set-up", secret=browser.secret, code=browser.code(console.clock.now)
    )
    code = re.findall(r"<code>([^<]+)</code>", page.text)[0]
    for right in (True, False):
        browser.client.cookies.clear()
        browser.password()
        browser.post("/second-factor", code=code)
        assert (browser.get("/").url.path == "/staff/") is right


@pytest.mark.parametrize("email", ["", "nobody@example.nhs.uk"])
def test_a_wrong_sign_in_says_the_same_whoever_it_is(console, email: str) -> None:
    browser = console.staff()
    browser.email = email or browser.email
    page = browser.password("not the password")
    assert page.status_code == 401
    said = re.search(r'role="alert".*?</div>', page.text, re.DOTALL)[0]
    assert "That didn't work" in said
    assert browser.email not in said


def test_too_many_tries_lock_the_account(console) -> None:
    browser = console.staff()
    for _ in range(rules().sign_in.tries):
        browser.password("not the password")
    assert browser.password().status_code == 401
    console.clock.forward(minutes=rules().sign_in.locked_minutes, seconds=1)
    assert browser.password().status_code == 200


def test_wrong_codes_end_half_a_sign_in(console) -> None:
    browser = console.staff().sign_in()
    browser.post("/sign-out")
    browser.password()
    for _ in range(rules().sign_in.tries):
        browser.post("/second-factor", code="000000")
    assert browser.get("/second-factor").url.path == "/staff/sign-in"


def test_a_second_factor_that_is_there_cant_be_set_up_over(console) -> None:
    browser = console.staff().sign_in()
    browser.post("/sign-out")
    browser.password()
    secret = "A" * 32
    assert browser.post("/second-factor/set-up", secret=secret, code="1").status_code == 403
    assert console.user(browser.email).totp_secret == browser.secret


def test_the_token_changes_with_the_second_factor(console) -> None:
    browser = console.staff()
    browser.password()
    before = browser.client.cookies.get(SESSION_COOKIE)
    browser.sign_in()
    assert browser.client.cookies.get(SESSION_COOKIE) != before


def test_the_cookie_is_out_of_reach_of_scripts(console) -> None:
    browser = console.staff()
    browser.get("/sign-in")
    form = {"csrf": browser.token(), "email": browser.email, "password": "correct horse battery"}
    response = browser.client.post("/staff/sign-in", data=form, follow_redirects=False)
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/staff" in cookie


def test_an_idle_browser_is_signed_out(console, reviewer) -> None:
    for _ in range(3):  # someone who is busy stays
        console.clock.forward(minutes=rules().sign_in.idle_minutes - 1)
        assert reviewer.get("/").url.path == "/staff/"
    console.clock.forward(minutes=rules().sign_in.idle_minutes)
    assert reviewer.get("/").url.path == "/staff/sign-in"


def test_a_script_that_asks_doesnt_keep_anybody_signed_in(console, reviewer) -> None:
    for _ in range(rules().sign_in.idle_minutes - 1):
        console.clock.forward(minutes=1)
        assert reviewer.get("/live").status_code == 200
    console.clock.forward(minutes=1)
    assert reviewer.get("/live").status_code == 401


def test_what_was_written_before_the_session_ended_is_given_back(console, reviewer) -> None:
    case_id = console.refer()
    reviewer.get(f"/people/{case_id}")
    console.clock.forward(hours=1)
    page = reviewer.post(f"/people/{case_id}/notes", note="Rang, <b>no</b> answer", version=12345)
    assert page.status_code == 401
    assert "Rang, &lt;b&gt;no&lt;/b&gt; answer" in page.text
    assert "Your note" in page.text
    assert "12345" not in page.text
    assert "Jo Smith" not in page.text


def test_every_text_that_can_be_written_is_given_back() -> None:
    pages = [path.read_text(encoding="utf-8") for path in (HERE / "templates").glob("*.html")]
    names = re.findall(r'<textarea[^>]* name="(\w+)"', "".join(pages))
    assert set(names) == set(words().written)


def test_a_script_can_warn_of_the_end_and_put_it_off(console, reviewer) -> None:
    limits = rules().sign_in
    console.clock.forward(minutes=limits.idle_minutes - 1)
    left = reviewer.client.get("/staff/session").json()
    assert left == {"seconds": 60, "last": False}
    assert reviewer.post("/session").status_code == 204
    left = reviewer.client.get("/staff/session").json()
    assert left == {"seconds": limits.idle_minutes * 60, "last": False}


def test_the_last_end_cant_be_put_off(console, reviewer) -> None:
    limits = rules().sign_in
    for _ in range(limits.hours * 60 // 20 - 1):
        console.clock.forward(minutes=20)
        reviewer.client.post("/staff/session", data={"csrf": reviewer.token()})
    assert reviewer.client.get("/staff/session").json() == {"seconds": 20 * 60, "last": True}


def test_someone_whose_account_is_shut_is_out_at_once(console, reviewer) -> None:
    with console.database.session() as session:
        session.merge(console.user(reviewer.email)).active = False
    assert reviewer.get("/").url.path == "/staff/sign-in"


def test_signing_in_and_failing_are_recorded(console) -> None:
    browser = console.staff()
    browser.password("not the password")
    browser.sign_in()
    browser.post("/sign-out")
    entries = console.audited()
    assert [entry.action for entry in entries] == [
        "sign-in-failed",
        "second-factor-set-up",
        "listed",
        "signed-out",
    ]
    account = console.user(browser.email).id
    assert entries[0].details == {"factor": "password", "account": account}


def test_a_failure_says_whose_account_it_was_and_that_it_is_locked_now(console) -> None:
    browser = console.staff(name="Sam Shut")
    for _ in range(rules().sign_in.tries):
        browser.password("not the password")
    last = console.audited()[-1].details
    assert (last["account"], last["locked"]) == (console.user(browser.email).id, True)
    browser.email = "nobody@example.nhs.uk"
    browser.password()
    assert console.audited()[-1].details == {"factor": "password"}
    page = console.staff("administrator").sign_in().get("/audit").text
    assert "account: Sam Shut" in page
