"""Medplum's FHIR engine as a process of its own, and a proxy before it that makes faults."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import httpx

from bot.settings import ROOT
from tests.npm import from_lock_file

HERE = Path(__file__).parent
_CACHE = ROOT / "var" / "fhir-engine"  # what npm brings; kept from run to run


def installed() -> Path | None:
    """The folder with the engine's packages, as the lock file has them; None without npm."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return None
    return from_lock_file(HERE, _CACHE)


@contextmanager
def running(packages: Path) -> Iterator[str]:
    """The engine, empty; gives its address."""
    process = subprocess.Popen(
        ["node", HERE / "server.mjs", packages], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


@dataclass
class Line:
    """The line to the engine: what goes over it, and which fault it has.

    `fault` is given the number of the request, from 1, and its method, and says what happens to
    it: None, "slow" (no answer in time), "endless" (one that goes on and on), "down" (503),
    "garbage", "wrong" (another resource), "lost" (it arrives, its answer doesn't).
    """

    engine: str
    url: str = ""
    fault: Callable[[int, str], str | None] = lambda _number, _method: None
    seen: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    slow_seconds: float = 1.0

    def heal(self) -> None:
        self.fault = lambda _number, _method: None

    def always(self, fault: str) -> None:
        self.fault = lambda _number, _method: fault

    def methods(self) -> list[str]:
        return [method for method, _, _, _ in self.seen]


@contextmanager
def line_to(engine: str) -> Iterator[Line]:
    """A proxy before the engine."""
    line = Line(engine)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            parsed = json.loads(body) if body[:1] in b"{[" and body else body
            line.seen.append((self.command, self.path, headers, parsed))
            fault = line.fault(len(line.seen), self.command)
            if fault == "slow":
                sleep(line.slow_seconds)
                return
            if fault == "endless":
                return self._go_on()
            if fault == "down":
                return self._answer(503, b"", {})
            if fault == "garbage":
                return self._answer(200, b"<html>Welcome!</html>", {})
            if fault == "wrong":
                return self._answer(200, b'{"resourceType": "Basic"}', {})
            kept = {k: v for k, v in headers.items() if k not in {"host", "connection"}}
            url = f"{line.engine}{self.path}"
            with httpx.Client(trust_env=False, timeout=20) as client:
                answer = client.request(self.command, url, content=body, headers=kept)
            if fault != "lost":
                etag = answer.headers.get("etag")
                self._answer(answer.status_code, answer.content, {"etag": etag} if etag else {})

        do_POST = do_PUT = do_GET

        def _go_on(self) -> None:
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):  # whoever asked has left
                for _ in range(round(line.slow_seconds / 0.05)):
                    self.wfile.write(b" ")
                    sleep(0.05)

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"content-type": "application/fhir+json", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    line.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield line
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
