"""What a visitor is told when something can't be done: kindly, and with urgent help beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from math import ceil
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.crisis.help_replies import more_help
from bot.messages import message
from bot.reply import Reply
from web.chat.wire import said_by_assistant
from web.pages import templates

STATUS: Mapping[str, int] = {
    "bad-request": 400,
    "gone": 401,
    "forbidden": 403,
    "missing": 404,
    "too-long": 413,
    "not-offered": 422,
    "too-fast": 429,
    "busy": 503,
    "unavailable": 503,
}


class Refused(Exception):
    """Something can't be done, by its code. `wait` is for how many seconds not to try again."""

    def __init__(self, code: str, wait: float = 0, urgent: Reply | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.wait = wait
        self.urgent = urgent


def refusal(refused: Refused, service_id: str | None = None) -> dict[str, Any]:
    """What the page gets: the code, a sentence to show, and a message with urgent help."""
    urgent = refused.urgent or more_help(service_id, None)
    return {
        "error": {"code": refused.code, "text": message(f"chat_{refused.code}").text},
        "urgent": said_by_assistant(urgent, "urgent", datetime.now(timezone.utc)),
    }


def response(refused: Refused, service_id: str | None = None) -> JSONResponse:
    """The refusal as an HTTP response."""
    return JSONResponse(
        refusal(refused, service_id),
        status_code=STATUS[refused.code],
        headers=_waiting(refused),
    )


def turned_away(request: Request, refused: Refused) -> Response:
    """The refusal: as a page, where a person opened one."""
    if "text/html" not in request.headers.get("accept", ""):
        return response(refused)
    told = {"text": refusal(refused)["error"]["text"]}
    return templates.TemplateResponse(
        request, "refused.html", told, status_code=STATUS[refused.code], headers=_waiting(refused)
    )


def _waiting(refused: Refused) -> dict[str, str]:
    return {"Retry-After": str(ceil(refused.wait))} if refused.wait else {}
