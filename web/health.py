"""Says whether every part of the assistant answers, for `/healthz`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timezone
from time import monotonic
from typing import Literal, TypedDict

import httpx

from bot.crisis.meaning import meaning
from bot.crisis.rules import rulebook
from bot.crisis.screen import screen
from bot.outbox.queue import late
from bot.records.database import get_database
from bot.settings import Settings
from web.threads import Threads

TIMEOUT_SECONDS = 2.0
SHARED_SECONDS = 1.0
PHRASES_ONLY = "answers by its phrases only: the layer of meaning can't be loaded"

logger = logging.getLogger(__name__)

Check = Callable[[], Awaitable[str | None]]  # what it gives is the detail: there is more to say


class Part(TypedDict):
    """The state of one part. `detail` is for anyone to read: no address, no message."""

    state: Literal["up", "down"]
    detail: str


class Health(TypedDict):
    """The state of the whole: ready when every part is up."""

    status: Literal["ready", "degraded"]
    parts: dict[str, Part]


def part_checks(settings: Settings) -> dict[str, Check]:
    """What is checked, by part. A check that raises means that the part is down."""
    asking = Threads("health database", 2, TIMEOUT_SECONDS)
    screening = Threads("health crisis", 1, TIMEOUT_SECONDS)

    async def rasa() -> None:
        await _get(f"{settings.rasa_url}/webhooks/rest/ready")

    async def actions() -> None:
        await _get(f"{settings.actions_url}/health")

    async def database() -> None:
        await asking.run(lambda: get_database().check())

    async def outbox() -> None:
        await asking.run(check_outbox)

    async def crisis() -> str | None:
        return await screening.run(check_crisis)

    return {
        "rasa": rasa,
        "actions": actions,
        "database": database,
        "crisis": crisis,
        "outbox": outbox,
    }


class SharedHealth:
    """The state of the whole, asked once for all who want it: anyone may, and it has a cost."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._asked: asyncio.Task[Health] | None = None
        self._known_at = 0.0

    async def now(self) -> Health:
        """The state as it was known at most `SHARED_SECONDS` ago."""
        old = monotonic() - self._known_at > SHARED_SECONDS
        if self._asked is None or (self._asked.done() and old):
            self._asked = asyncio.create_task(self._ask())
        return await asyncio.shield(self._asked)  # one who goes away takes it from nobody

    async def _ask(self) -> Health:
        state = await health(self._checks)
        self._known_at = monotonic()
        return state


async def health(checks: Mapping[str, Check], timeout: float = TIMEOUT_SECONDS) -> Health:
    """Every part's state, all asked at once, known after at most `timeout` seconds."""
    parts = await asyncio.gather(*(_part(*named, timeout) for named in checks.items()))
    return {
        "status": "ready" if all(part["state"] == "up" for part in parts) else "degraded",
        "parts": dict(zip(checks, parts, strict=True)),
    }


async def _part(name: str, check: Check, timeout: float) -> Part:
    try:
        detail = await asyncio.wait_for(check(), timeout)
    except (asyncio.TimeoutError, httpx.TimeoutException):
        return {"state": "down", "detail": f"no answer within {timeout:g} seconds"}
    except httpx.ConnectError:
        return {"state": "down", "detail": "not running"}
    except Exception as error:
        # An error's message may hold an address with a password in it, so only its kind is kept.
        logger.warning("The health check of %s failed (%s).", name, type(error).__name__)
        return {"state": "down", "detail": "answers wrongly"}
    return {"state": "up", "detail": detail or "answers"}


async def _get(url: str) -> None:
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        (await client.get(url)).raise_for_status()


def check_outbox() -> None:
    """Raises when messages lie there for so long that no worker can be running."""
    with get_database().reading() as session:
        if late(session, datetime.now(timezone.utc)):
            raise RuntimeError("the outbox is not emptied")


def check_crisis() -> str | None:
    """What to say of the crisis screen when it works, but a layer of it is missing.

    Raises when it fails people. Slow only the first time.
    """
    rulebook()  # screen() itself makes do without the rules
    if screen("I want to kill myself").tier != "alert":
        raise RuntimeError("the crisis screen is blind")
    return None if meaning() else PHRASES_ONLY
