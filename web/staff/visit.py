"""One request by a member of staff: who they are, what they sent, and how to answer."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from bot.records.database import Database
from bot.records.models import Case, StaffSession, StaffUser
from bot.settings import settings
from bot.staff import audit
from bot.staff.accounts import may
from bot.staff.rules import rules
from bot.staff.words import words
from web.staff import wording

HERE = Path(__file__).parent
ROOT = "/staff"
SESSION_COOKIE = "foyer_staff"
FORM_COOKIE = "foyer_staff_form"  # binds a sign-in form to the browser it was shown in

_YEARS = range(2000, 3000)  # at the ends of the calendar there is no week before or after
_DIGITS = 10  # as many make a number that PostgreSQL can't take

PICTURE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Content-Disposition": "inline",
}

templates = Jinja2Templates(directory=HERE / "templates")
templates.env.filters.update(wording.FILTERS)
templates.env.globals.update({"may": may, "words": words(), "said": words().said, "root": ROOT})
templates.env.trim_blocks = templates.env.lstrip_blocks = True


class Refused(Exception):
    """The request can't be done. The argument is the status: 400, 403 or 404."""

    def __init__(self, status: Literal[400, 403, 404]) -> None:
        super().__init__(status)
        self.status = status


@dataclass
class Visit:
    """A request. `user` and `current` are there from the first factor on."""

    request: Request
    database: Database
    now: datetime
    form: FormData = field(default_factory=FormData)
    user: StaffUser | None = None
    current: StaffSession | None = None

    @property
    def me(self) -> StaffUser:
        """The person; only where the route asks for one."""
        assert self.user is not None
        return self.user

    def text(self, name: str) -> str:
        """A field of the form, as text."""
        value = self.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """A field of the form, as a number.

        Raises:
            Refused: it is none, which no form of ours sends.
        """
        try:
            return int(self.text(name))
        except ValueError:
            raise Refused(400) from None

    def path(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    def reading(self) -> AbstractContextManager[Session]:
        """A session to read in."""
        return self.database.reading()

    def writing(self) -> AbstractContextManager[Session]:
        """A session to write in; it commits at its end."""
        return self.database.session()

    def audit(
        self, session: Session, action: str, case: Case | None = None, **details: Any
    ) -> None:
        """Adds to the audit log, as the last step of a transaction."""
        audit.record(
            session,
            action=action,
            user_id=self.user.id if self.user else None,
            now=self.now,
            case_id=case.id if case else None,
            service_id=case.service_id if case else None,
            details=details,
        )

    def render(self, template: str, context: Mapping[str, Any], status: int = 200) -> Response:
        """A page."""
        message = self.request.query_params.get("done", "")
        shown = {
            "user": self.user if self.current and self.current.complete else None,
            "csrf": self.current.csrf if self.current else "",
            "now": self.now,
            "warn_minutes": rules().sign_in.warn_minutes,
            "done": words().done.get(message),
            **context,
        }
        return templates.TemplateResponse(self.request, template, shown, status_code=status)

    @property
    def written(self) -> dict[str, str]:
        """What was typed, by field, to be put back into the form."""
        return {name: str(value) for name, value in self.form.items() if name != "csrf"}

    def go(self, path: str, **query: str) -> Response:
        """Sends the browser to another page of the console after a change."""
        where = f"{ROOT}{path}" + (f"?{urlencode(query)}" if query else "")
        return RedirectResponse(where, status_code=303)

    def form_token(self) -> str:
        """The token of a form that is shown before signing in."""
        return self.request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)

    def set_cookie(self, response: Response, name: str, value: str) -> None:
        """A cookie that no script can read and that ends with the browser."""
        response.set_cookie(
            name,
            value,
            path=ROOT,
            httponly=True,
            secure=settings().env == "production",
            samesite="lax",
        )

    def delete_cookie(self, response: Response, name: str) -> None:
        """Takes a cookie away."""
        response.delete_cookie(name, path=ROOT)


def number(text: str) -> int | None:
    """A number from an address; None for what can't be one."""
    return int(text) if text.isdecimal() and len(text) < _DIGITS else None


def record_id(text: str) -> str | None:
    """A record's id from an address; None for what can't be one."""
    return text if re.fullmatch("[0-9a-f]{32}", text) else None


def day(text: str) -> date | None:
    """A day from an address or a form; None for what can't be one."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in _YEARS else None


Handler = Callable[[Visit], Response]
