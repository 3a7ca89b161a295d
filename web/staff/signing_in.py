"""Signing in: password, then the second factor, set up at the first time."""

from __future__ import annotations

from typing import Any

import segno
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response

from bot.records.models import StaffUser
from bot.settings import settings
from bot.staff import accounts, sessions
from bot.staff.rules import rules
from web.staff.visit import FORM_COOKIE, SESSION_COOKIE, Refused, Visit


def form(visit: Visit) -> Response:
    """The form for address and password."""
    return _form(visit)


def password(visit: Visit) -> Response:
    """Takes address and password."""
    with visit.writing() as session:
        user = accounts.check_password(
            session, visit.text("email"), str(visit.form.get("password") or ""), visit.now
        )
        if user is not None:
            sessions.tidy(session, visit.now)
            token = sessions.begin(session, user, visit.now, complete=False)
        else:
            known = accounts.by_email(session, visit.text("email"))
            _note_failure(visit, session, "password", known)
    if user is None:
        return _form(visit, wrong=True)
    response = visit.go("/second-factor")
    visit.set_cookie(response, SESSION_COOKIE, token)
    return response


def second_factor(visit: Visit) -> Response:
    """Asks for the code, or shows how to set the second factor up."""
    if visit.me.totp_secret is None:
        return _set_up(visit, accounts.new_secret())
    return visit.render("second_factor.html", {})


def code(visit: Visit) -> Response:
    """Takes the code of the second factor, or a recovery code."""
    with visit.writing() as session:
        user = session.get(StaffUser, visit.me.id)
        right = accounts.check_second_factor(session, user, visit.text("code"), visit.now)
        if right:
            token = _complete(visit, session, user)
        else:
            _note_failure(visit, session, "code", user)
            if accounts.locked(user, visit.now):
                accounts.sign_out_everywhere(session, user)
    if not right:
        return visit.render("second_factor.html", {"wrong": True}, 401)
    return _in(visit, visit.go("/"), token)


def set_up(visit: Visit) -> Response:
    """Takes the first code from a newly set up app, and shows the recovery codes once."""
    if visit.me.totp_secret is not None:
        raise Refused(403)
    secret = visit.text("secret")
    if len(secret) != len(accounts.new_secret()) or not secret.isalnum():
        raise Refused(400)
    with visit.writing() as session:
        user = session.get(StaffUser, visit.me.id)
        codes = accounts.begin_second_factor(session, user, secret, visit.text("code"), visit.now)
        if codes is not None:
            token = _complete(visit, session, user, action="second-factor-set-up")
    if codes is None:
        return _set_up(visit, secret, wrong=True)
    return _in(visit, visit.render("recovery_codes.html", {"codes": codes}), token)


def time_left(visit: Visit) -> Response:
    """How long the session still lasts, for the script that warns of its end."""
    assert visit.current is not None
    left, last = sessions.left(visit.current, visit.now)
    return JSONResponse({"seconds": left.total_seconds(), "last": last})


def stay(_visit: Visit) -> Response:
    """Says that the person is still there: the gate has noted it."""
    return Response(status_code=204)


def sign_out(visit: Visit) -> Response:
    """Signs out."""
    token = visit.request.cookies.get(SESSION_COOKIE, "")
    with visit.writing() as session:
        sessions.end(session, token)
        visit.audit(session, "signed-out")
    response = visit.go("/sign-in", done="signed_out")
    visit.delete_cookie(response, SESSION_COOKIE)
    return response


def _form(visit: Visit, *, wrong: bool = False) -> Response:
    token = visit.form_token()
    response = visit.render(
        "sign_in.html",
        {
            "csrf": token,
            "user": None,
            "wrong": wrong,
            "email": visit.text("email"),
            "limits": rules().sign_in,
            "oidc": bool(settings().staff_oidc_issuer),
        },
        401 if wrong else 200,
    )
    visit.set_cookie(response, FORM_COOKIE, token)
    return response


def _set_up(visit: Visit, secret: str, *, wrong: bool = False) -> Response:
    uri = accounts.provisioning_uri(visit.me, secret)
    picture = segno.make(uri, error="m").svg_inline(
        scale=5, border=2, light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    groups = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    context = {"secret": secret, "groups": groups, "picture": Markup(picture), "wrong": wrong}
    return visit.render("set_up_second_factor.html", context, 401 if wrong else 200)


def _complete(visit: Visit, session: Session, user: StaffUser, action: str = "signed-in") -> str:
    # A new token, so that one seen before the second factor is worth nothing.
    sessions.end(session, visit.request.cookies.get(SESSION_COOKIE, ""))
    token = sessions.begin(session, user, visit.now, complete=True)
    visit.audit(session, action)
    return token


def _note_failure(visit: Visit, session: Session, factor: str, user: StaffUser | None) -> None:
    """Notes whose account it was, where there is one; never what was typed as an address."""
    details: dict[str, Any] = {"account": user.id} if user else {}
    if user and accounts.locked(user, visit.now):
        details["locked"] = True
    visit.audit(session, "sign-in-failed", factor=factor, **details)


def _in(visit: Visit, response: Response, token: str) -> Response:
    visit.set_cookie(response, SESSION_COOKIE, token)
    visit.delete_cookie(response, FORM_COOKIE)
    return response
