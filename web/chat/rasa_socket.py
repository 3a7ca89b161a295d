"""Rasa's Socket.IO protocol, for widgets that speak it: same events, but safe.

Where Rasa lets a client name any session and join it, here the session id that a client gets, and
gives back to go on later, is a signed ticket; anything else begins a new conversation. Replies go
to the socket that asked. Limits and the crisis screen are those of every message.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import socketio
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from web.chat.chat import Chat
from web.chat.limits import Buckets, network
from web.chat.metrics import Metrics
from web.chat.refusals import Refused, refusal, response
from web.chat.visitor import Origins, address_of, embedded
from web.chat.wire import MessageJSON, read_said

logger = logging.getLogger(__name__)

_PACKET_BYTES = 64 * 1024
_SOCKETS = 500
_SOCKETS_OF_AN_ADDRESS = 50  # a whole surgery may share one
_BEGUN_A_MINUTE = 2 * _SOCKETS_OF_AN_ADDRESS  # all of them, twice
PATH = "/socket.io"


class RasaSocket(socketio.AsyncNamespace):
    """The events `session_request` and `user_uttered`."""

    def __init__(self, chat: Chat, origins: Origins, metrics: Metrics) -> None:
        super().__init__("/")
        self._chat = chat
        self._origins = origins
        self._metrics = metrics
        self._addresses: dict[str, str] = {}

    async def on_connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        """Lets a page of the own site, or of an allowed one, connect."""
        connection = HTTPConnection(environ["asgi.scope"])
        address = address_of(connection)
        try:
            embedded(connection, self._origins)
            self._check_room(address)
        except Refused as refused:
            self._metrics.refused(refused.code)
            raise socketio.exceptions.ConnectionRefusedError(refused.code) from None
        self._addresses[sid] = address

    async def on_disconnect(self, sid: str, reason: Any = None) -> None:
        """Forgets the socket."""
        self._addresses.pop(sid, None)

    async def on_session_request(self, sid: str, data: Any = None) -> None:
        """Confirms the session asked for, if it is the client's own, or else a new one."""
        await self._guarded(sid, self._open(sid, _field(data, "session_id"), _service(data)))

    async def on_user_uttered(self, sid: str, data: Any = None) -> None:
        """Answers a message in the session of this socket."""
        await self._guarded(sid, self._answer(sid, data))

    def _check_room(self, address: str) -> None:
        """Raises Refused when there are too many sockets, of all or of this address."""
        of_it = [network(each) for each in self._addresses.values()].count(network(address))
        if len(self._addresses) >= _SOCKETS or of_it >= _SOCKETS_OF_AN_ADDRESS:
            raise Refused("busy")

    async def _open(self, sid: str, ticket: str | None, service_id: str | None) -> None:
        opened = await self._chat.open(ticket, service_id, self._addresses.get(sid, ""))
        await self.save_session(sid, {"ticket": opened.ticket})
        await self.emit("session_confirm", opened.ticket, to=sid)
        if opened.is_new:  # what was said before, the widget shows itself
            for message in opened.messages:
                await self.emit("bot_uttered", uttered(message), to=sid)

    async def _answer(self, sid: str, data: Any) -> None:
        ticket = (await self.get_session(sid)).get("ticket") or _field(data, "session_id")
        said = read_said({"id": uuid4().hex, "text": _field(data, "message")})
        if said is None:
            raise Refused("bad-request")
        address = self._addresses.get(sid, "")
        try:
            known = self._chat.signed(ticket)
        except Refused:
            raise await self._chat.refuse_stranger(ticket, said, address) from None
        for message in await self._chat.say(known, said, address):
            await self.emit("bot_uttered", uttered(message), to=sid)

    async def _guarded(self, sid: str, work: Any) -> None:
        """Does it; a refusal is said as the assistant says things, with urgent help after it."""
        try:
            await work
        except Refused as refused:
            self._metrics.refused(refused.code)
            await self._turn_away(sid, refused)
        except Exception as error:  # its message may hold what the person wrote
            self._metrics.failed()
            logger.error("A socket's message failed (%s).", type(error).__name__)
            await self._turn_away(sid, Refused("unavailable"))

    async def _turn_away(self, sid: str, refused: Refused) -> None:
        told = refusal(refused)
        await self.emit("bot_uttered", {"text": told["error"]["text"]}, to=sid)
        await self.emit("bot_uttered", uttered(told["urgent"]), to=sid)


class Handshakes:
    """Middleware that bounds how many sockets an address begins.

    One that is begun is kept and pinged for most of a minute, though nothing ever connects by it.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._begun = Buckets(_BEGUN_A_MINUTE, 60.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wait = 0.0
        if _begins(scope):
            wait = self._begun.take(network(address_of(HTTPConnection(scope))))
        if not wait:
            await self._app(scope, receive, send)
            return
        self._metrics.refused("too-fast")
        if scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
        else:
            await response(Refused("too-fast", wait))(scope, receive, send)


def socket_mount(chat: Chat, origins: Origins, metrics: Metrics) -> BaseRoute:
    """The route of the protocol."""
    server = socketio.AsyncServer(
        async_mode="asgi",
        cors_allowed_origins=lambda origin, environ: _allowed(environ, origins),
        cors_credentials=False,
        max_http_buffer_size=_PACKET_BYTES,
        logger=False,
        engineio_logger=False,
    )
    server.register_namespace(RasaSocket(chat, origins, metrics))
    app = socketio.ASGIApp(server, socketio_path=PATH)
    return Mount(PATH, app=Handshakes(app, metrics))


def uttered(message: MessageJSON) -> dict[str, Any]:
    """A message as Rasa's channel emits it, with the custom data beside it."""
    emitted: dict[str, Any] = {"text": message["text"]}
    if message["buttons"]:
        emitted["quick_replies"] = [
            {"content_type": "text", "title": each["title"], "payload": each["payload"]}
            for each in message["buttons"]
        ]
    if message["custom"]:
        emitted["custom"] = message["custom"]
    return emitted


def _begins(scope: Scope) -> bool:
    return "sid" not in parse_qs(scope["query_string"].decode("latin-1"))


def _allowed(environ: dict[str, Any], origins: Origins) -> bool:
    try:
        embedded(HTTPConnection(environ["asgi.scope"]), origins)
    except Refused:
        return False
    return True


def _field(data: Any, name: str) -> str | None:
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, str) else None


def _service(data: Any) -> str | None:
    custom = data.get("customData") or data.get("metadata") if isinstance(data, dict) else None
    return _field(custom, "service")
