"""Every address against every role and service. A new address without a row here fails."""

from __future__ import annotations

import pytest

from bot.staff.accounts import ROLES
from web.staff.app import PAGES
from web.staff.gate import Page

# Who may use each address: "anyone", "password" (the first factor given), or the least role.
# `service` is whether it is about one person, and so closed to other services.
TABLE = {
    ("GET", "/sign-in"): ("anyone", False),
    ("POST", "/sign-in"): ("anyone", False),
    ("GET", "/organisation"): ("anyone", False),
    ("GET", "/organisation/return"): ("anyone", False),
    ("GET", "/second-factor"): ("password", False),
    ("POST", "/second-factor"): ("password", False),
    ("POST", "/second-factor/set-up"): ("password", False),
    ("GET", "/session"): ("reviewer", False),
    ("POST", "/session"): ("reviewer", False),
    ("POST", "/sign-out"): ("password", False),
    ("GET", "/"): ("reviewer", False),
    ("POST", "/search"): ("reviewer", False),
    ("GET", "/worker.js"): ("anyone", False),
    ("GET", "/live"): ("reviewer", False),
    ("GET", "/refresh"): ("reviewer", False),
    ("GET", "/people.csv"): ("lead", False),
    ("GET", "/people/{case_id:str}"): ("reviewer", True),
    ("GET", "/people/{case_id:str}/here"): ("reviewer", True),
    ("POST", "/people/{case_id:str}/step"): ("reviewer", True),
    ("POST", "/people/{case_id:str}/undo"): ("reviewer", True),
    ("POST", "/people/{case_id:str}/assign"): ("reviewer", True),
    ("POST", "/people/{case_id:str}/notes"): ("reviewer", True),
    ("POST", "/people/{case_id:str}/merge"): ("reviewer", True),
    ("POST", "/people/{case_id:str}/appointment/move"): ("reviewer", True),
    ("POST", "/people/{case_id:str}/appointment/cancel"): ("reviewer", True),
    ("POST", "/people/{case_id:str}/callbacks/{callback_id:str}/done"): ("reviewer", True),
    ("POST", "/people/{case_id:str}/flags/{flag_id:str}/acknowledge"): ("reviewer", True),
    ("POST", "/people/{case_id:str}/flags/{flag_id:str}/take-back"): ("reviewer", True),
    ("POST", "/people/{case_id:str}/flags/{flag_id:str}/resolve"): ("reviewer", True),
    ("POST", "/people/{case_id:str}/flags/{flag_id:str}/reopen"): ("reviewer", True),
    ("GET", "/people/{case_id:str}/print"): ("reviewer", True),
    ("GET", "/people/{case_id:str}/record.pdf"): ("reviewer", True),
    ("GET", "/people/{case_id:str}/transcript.txt"): ("reviewer", True),
    ("GET", "/people/{case_id:str}/referral.fhir.json"): ("reviewer", True),
    ("POST", "/people/{case_id:str}/erase"): ("lead", True),
    ("GET", "/diary"): ("reviewer", False),
    ("POST", "/diary"): ("lead", False),
    ("POST", "/diary/{slot_id:str}/close"): ("lead", False),
    ("POST", "/diary/{slot_id:str}/reopen"): ("lead", False),
    ("GET", "/numbers"): ("lead", False),
    ("GET", "/numbers/{table_id:str}.svg"): ("lead", False),
    ("GET", "/unanswered"): ("lead", False),
    ("GET", "/unanswered.svg"): ("lead", False),
    ("GET", "/outbox"): ("lead", False),
    ("POST", "/outbox/{message_id:str}/again"): ("lead", False),
    ("GET", "/requests"): ("lead", False),
    ("POST", "/requests/purge"): ("administrator", False),
    ("POST", "/requests/{request_id:str}"): ("lead", False),
    ("GET", "/audit"): ("administrator", False),
    ("POST", "/audit/verify"): ("administrator", False),
}


def named(page: Page) -> str:
    return f"{page.method} {page.path}"


def send(browser, page: Page, case_id: str, flag_id: str, token: str):
    path = page.path.replace("{case_id:str}", case_id).replace("{flag_id:str}", flag_id)
    path = path.replace("{slot_id:str}", "s").replace("{request_id:str}", "r")
    path = path.replace("{table_id:str}", "stops").replace("{message_id:str}", "1")
    address = f"/staff{path}"
    if page.method == "GET":
        return browser.client.get(address, follow_redirects=False)
    form = {"csrf": token, "version": "1"}
    return browser.client.post(address, data=form, follow_redirects=False)


def test_every_address_has_a_row() -> None:
    assert {(page.method, page.path) for page in PAGES} == set(TABLE)
    for page in PAGES:
        assert TABLE[page.method, page.path][0] == page.needs, named(page)


def test_nobody_gets_in_without_signing_in(console) -> None:
    case_id, flag_id = console.flag()
    browser = console.staff()
    for page in PAGES:
        if page.needs == "anyone":
            continue
        response = send(browser, page, case_id, flag_id, "")
        if response.status_code == 303:
            assert response.headers["location"] == "/staff/sign-in", named(page)
        else:
            assert response.status_code == 401, named(page)
            assert "END it all" not in response.text


def test_a_password_alone_opens_nothing(console) -> None:
    case_id, flag_id = console.flag()
    browser = console.staff()
    browser.password()
    token = browser.token()
    for page in PAGES:
        if page.needs in ("anyone", "password"):
            continue
        response = send(browser, page, case_id, flag_id, token)
        assert response.status_code == 303, named(page)
        assert response.headers["location"] == "/staff/second-factor", named(page)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_is_its_own(console, role: str) -> None:
    case_id = console.refer()
    _, flag_id = console.flag()
    browser = console.staff(role).sign_in()
    token = browser.token()
    for page in PAGES:
        if page.needs in ("anyone", "password"):
            continue
        response = send(browser, page, case_id, flag_id, token)
        allowed = ROLES.index(role) >= ROLES.index(page.needs)  # type: ignore[arg-type]
        assert (response.status_code != 403) is allowed, (named(page), response.status_code)
        assert response.status_code < 500, named(page)


def test_another_services_people_are_not_there(console) -> None:
    case_id = console.refer()
    _, flag_id = console.flag()
    browser = console.staff("administrator", ("lewisham",)).sign_in()
    token = browser.token()
    for page in PAGES:
        if TABLE[page.method, page.path][1]:
            response = send(browser, page, case_id, flag_id, token)
            assert response.status_code == 404, named(page)
            assert "Jo Smith" not in response.text


def test_lists_searches_and_numbers_hold_ones_own_services_only(console) -> None:
    case_id = console.refer()
    console.flag()
    browser = console.staff("lead", ("lewisham",)).sign_in()
    for path in ("/?state=all", "/?service=berkshire", "/people.csv?state=all"):
        page = browser.get(path).text
        assert case_id not in page
        assert "Jo Smith" not in page
    browser.get("/")
    assert case_id not in browser.post("/search", find="name", text="Jo Smith").text
    assert browser.get("/live").json()["unacknowledged"] == 0


def test_a_flag_without_a_service_is_shown_to_everyone(console) -> None:
    case_id, _ = console.flag(service_id=None)
    browser = console.staff("reviewer", ("lewisham",)).sign_in()
    assert case_id in browser.get("/").text
    assert browser.get(f"/people/{case_id}").status_code == 200


def test_no_form_works_without_its_token(console) -> None:
    case_id = console.refer()
    _, flag_id = console.flag()
    browser = console.staff("administrator").sign_in()
    for page in PAGES:
        if page.method == "POST":
            for token in ("", "x" * 43, "é"):
                response = send(browser, page, case_id, flag_id, token)
                assert response.status_code == 403, named(page)
    assert console.flagged(flag_id).acknowledged_at is None


def test_a_form_sent_by_another_site_is_refused(console) -> None:
    case_id, flag_id = console.flag()
    browser = console.staff().sign_in()
    response = browser.client.post(
        f"/staff/people/{case_id}/flags/{flag_id}/acknowledge",
        data={"csrf": browser.token()},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert response.status_code == 403


def test_every_answer_is_kept_out_of_caches_and_has_its_policy(console) -> None:
    case_id, flag_id = console.flag()
    browser = console.staff("administrator").sign_in()
    token = browser.token()
    for page in PAGES:
        response = send(browser, page, case_id, flag_id, token)
        assert response.headers["cache-control"] == "no-store", named(page)
        assert "default-src 'none'" in response.headers["content-security-policy"], named(page)
