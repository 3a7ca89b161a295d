"""Servers on this machine that take what is sent to them, for tests: SMTP and HTTP."""

from __future__ import annotations

import json
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic, sleep
from typing import Any


@dataclass
class Mailbox:
    """A mail server: what it got and was told, what it says to a recipient and to a message."""

    url: str = ""
    got: list[EmailMessage] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    to_recipient: str = "250 OK"
    to_message: str = "250 OK"


@dataclass
class Request:
    """One request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """A web server: what it got, the status it answers with, and how long its answers go on."""

    url: str = ""
    got: list[Request] = field(default_factory=list)
    status: int = 204
    goes_on_seconds: float = 0


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A mail server that accepts everything unless told otherwise."""
    box = Mailbox()

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here")
            for line in self.rfile:
                command = line.decode().strip().upper()
                box.commands.append(command.partition(" ")[0])
                if command.startswith("RCPT"):
                    self._say(box.to_recipient)
                elif command == "DATA":
                    self._take()
                elif command == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 OK")

        def _take(self) -> None:
            self._say("354 go on")
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line[1:] if line.startswith(b"..") else line)
            if box.to_message.startswith("2"):
                box.got.append(message_from_bytes(b"".join(lines), policy=policy.default))
            self._say(box.to_message)

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with _running(Server(("127.0.0.1", 0), Conversation)) as port:
        box.url = f"smtp://127.0.0.1:{port}"
        yield box


@contextmanager
def web_server() -> Iterator[Receiver]:
    """A web server that keeps what is posted to it."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.got.append(Request(self.path, headers, body))
            self.send_response(receiver.status)
            self.end_headers()
            ends = monotonic() + receiver.goes_on_seconds
            with suppress(OSError):  # whoever asked has left
                while monotonic() < ends:
                    self.wfile.write(b" ")
                    sleep(0.05)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with _running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        receiver.url = f"http://127.0.0.1:{port}"
        yield receiver


@contextmanager
def _running(server: socketserver.TCPServer) -> Iterator[int]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
