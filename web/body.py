"""Bounds what a request may send, before anyone is asked who they are."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BYTES = 64 * 1024  # far more than any form or message of ours


class BoundedBody:
    """Middleware that lets nobody read more of a body: who tries raises HTTPException 413."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        taken = 0

        async def receive_so_much() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > BYTES:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_so_much, send)
