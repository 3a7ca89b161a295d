"""Another website that embeds the chat: with a strict policy, and styles that know no bounds."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

_PAGE = """<!doctype html>
<html lang="en-GB">
<head><meta charset="utf-8"><title>A practice</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/hostile.css"></head>
<body><h1>A practice</h1><script src="{script}" data-service="berkshire" defer></script></body>
</html>"""
_HOSTILE = """
* { all: unset !important; display: none !important; color: red !important;
    font: 40px/3 cursive !important; letter-spacing: 1em !important; opacity: .1 !important;
    transform: rotate(9deg) !important; position: static !important; }
html, body { display: block !important; font-size: 4px !important; direction: rtl !important; }
foyer-chat { display: none !important; visibility: hidden !important; zoom: 3 !important; }
button, textarea, dialog { width: 3px !important; }
"""


class Host:
    """The website. `script` is the address of the widget that its page embeds."""

    def __init__(self) -> None:
        self.script = ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                styles = self.path == "/hostile.css"
                body = _HOSTILE if styles else _PAGE.format(script=host.script)
                foyer = host.script.rpartition("/")[0]
                self.send_response(200)
                self.send_header("Content-Type", "text/css" if styles else "text/html")
                self.send_header(
                    "Content-Security-Policy",
                    f"default-src 'none'; script-src {foyer}; connect-src {foyer}; "
                    "style-src 'self'; require-trusted-types-for 'script'",
                )
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        return Handler
