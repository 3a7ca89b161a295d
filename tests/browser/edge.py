"""The website over a stand-in for Rasa, which goes away and comes back at a word."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import uvicorn

from bot.records.database import Database
from bot.records.models import Base
from bot.settings import Settings
from tests.conversations.assistant import free_port
from tests.web.chat.conftest import RasaStandIn, eventually
from web.app import create_app
from web.chat.site import chat_site


class _OneReply(RasaStandIn):
    """With the choices under what it says last, and unlike the page's own words."""

    def _replies(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        first = super()._replies(body)[0]
        return [{**first, "text": first["text"].replace("You said", "I heard")}]


class Edge:
    """The web process, in a thread. `rasa` is the stand-in."""

    def __init__(self, var: Path, origin: str) -> None:
        self.database = Database(f"sqlite:///{var}/foyer.db")
        Base.metadata.create_all(self.database.engine)
        self.rasa = _OneReply(self.database)
        own = {"FOYER_VAR": str(var), "CHAT_ORIGINS": origin}
        own["CHAT_GREETING_SECONDS"] = "6"  # tests share their machine
        settings = Settings.read(own)
        app = create_app({}, chat_site(settings, self.database, httpx.MockTransport(self.rasa)))
        port = free_port()
        self.website = f"http://127.0.0.1:{port}"
        config = uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run)
        self._thread.start()
        eventually(lambda: self._server.started)

    def stop(self) -> None:
        """Ends it."""
        self._server.should_exit = True
        self._thread.join()
        self.database.dispose()
