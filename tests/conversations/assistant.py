"""Starts the real assistant for tests, and talks to it: over Rasa's REST channel, or the edge."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from cryptography.fernet import Fernet

from bot.records.migrate import migrate

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 180


def free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class Assistant:
    """The assistant's processes, over a database of their own."""

    var: Path
    database_url: str
    key: str = field(default_factory=lambda: Fernet.generate_key().decode())
    rasa_port: int = field(default_factory=free_port)
    actions_port: int = field(default_factory=free_port)
    web_port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    root: Path = ROOT  # where the program is

    def __post_init__(self) -> None:
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._browsers: list[httpx.Client] = []
        self.client = self.browser()

    @property
    def environment(self) -> dict[str, str]:
        """The settings its processes run under."""
        return {
            **os.environ,
            "FOYER_VAR": str(self.var),
            "DATABASE_URL": self.database_url,
            "FOYER_ENCRYPTION_KEYS": self.key,
            "FOYER_DEMO": "true",
            "RASA_PORT": str(self.rasa_port),
            "ACTIONS_PORT": str(self.actions_port),
            "WEB_PORT": str(self.web_port),
            "CHAT_MESSAGES_A_MINUTE": "1000",  # tests type fast
            "CHAT_GREETING_SECONDS": "6",  # and share their machine
            "RASA_URL": f"http://127.0.0.1:{self.rasa_port}",
            "ACTIONS_URL": f"http://127.0.0.1:{self.actions_port}",
            "FOYER_ENV_FILE": os.devnull,
            **self.settings,
        }

    def start(self, *parts: str) -> None:
        """Starts the given parts ("rasa", "actions", "web") and waits; without web by default."""
        migrate(self.database_url)
        self.command("bot.booking")
        for part in parts or ("actions", "rasa"):
            with (self.var / f"{part}.log").open("ab") as log:
                self._processes[part] = subprocess.Popen(
                    [sys.executable, "-m", "scripts.serve", part],
                    cwd=self.root,
                    env=self.environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        for part in parts or ("actions", "rasa"):
            self._wait(part)

    def stop(self, *parts: str, kill: bool = False) -> None:
        """Stops the given parts (all when none is named), as a crash would if `kill`."""
        for part in parts or tuple(self._processes):
            process = self._processes.pop(part)
            os.killpg(process.pid, signal.SIGKILL if kill else signal.SIGTERM)
            process.wait(30)

    def freeze(self, part: str) -> None:
        """Makes a part hang, until `thaw`."""
        os.killpg(self._processes[part].pid, signal.SIGSTOP)

    def thaw(self, part: str) -> None:
        """Lets a part go on."""
        os.killpg(self._processes[part].pid, signal.SIGCONT)

    def browser(self, address: str = "") -> httpx.Client:
        """An HTTP client with cookies of its own."""
        self._browsers.append(httpx.Client(base_url=address, timeout=60, trust_env=False))
        return self._browsers[-1]

    def close(self) -> None:
        """Closes every connection to it."""
        for browser in self._browsers:
            browser.close()

    def log(self) -> str:
        """All that its processes have logged."""
        return "".join(path.read_text() for path in self.var.glob("*.log"))

    @property
    def website(self) -> str:
        """The address of the web process."""
        return f"http://127.0.0.1:{self.web_port}"

    def talk(self, service: str | None = None) -> Talk:
        """A new conversation, as from a page of `service`."""
        return Talk(self, service=service)

    def command(self, *arguments: str) -> str:
        """The output of `python -m …` over its database."""
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.root,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def _wait(self, part: str) -> None:
        url = {
            "rasa": f"http://127.0.0.1:{self.rasa_port}/webhooks/rest/ready",
            "actions": f"http://127.0.0.1:{self.actions_port}/health",
            "web": f"{self.website}/static/page.css",
        }.get(part)
        if url is None:
            return  # the outbox listens to nobody
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            if self._processes[part].poll() is not None:
                break
            try:
                if self.client.get(url).is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.3)
        raise AssertionError(f"{part} did not start:\n{self.log()[-3000:]}")


@dataclass
class Talk:
    """One conversation."""

    assistant: Assistant
    service: str | None = None
    sender: str = field(default_factory=lambda: uuid4().hex)
    last: list[dict[str, Any]] = field(default_factory=list)

    def say(self, text: str, **metadata: Any) -> list[dict[str, Any]]:
        """Sends a message; gives the replies."""
        if self.service:
            metadata["service"] = self.service
        body = {"sender": self.sender, "message": text, "metadata": metadata}
        url = f"http://127.0.0.1:{self.assistant.rasa_port}/webhooks/rest/webhook"
        response = self.assistant.client.post(url, json=body)
        response.raise_for_status()
        self.last = response.json()
        return self.last

    @property
    def text(self) -> str:
        """All that the last replies said."""
        return "\n".join(message.get("text") or "" for message in self.last)

    @property
    def buttons(self) -> list[str]:
        """The titles of all buttons in the last replies."""
        return [b["title"] for message in self.last for b in message.get("buttons") or ()]

    def custom(self, kind: str) -> dict[str, Any] | None:
        """The custom data of that type in the last replies, if any."""
        for message in self.last:
            if (message.get("custom") or {}).get("type") == kind:
                found: dict[str, Any] = message["custom"]
                return found
        return None

    @property
    def question(self) -> str | None:
        """The id of the question that is open in the pre-screen."""
        asked = ((message.get("custom") or {}).get("question") for message in self.last)
        return next((question for question in asked if question), None)


@dataclass
class EdgeTalk(Talk):
    """One conversation through the edge, as the widget holds it; buttons are tapped."""

    def __post_init__(self) -> None:
        self.browser = self.assistant.browser(self.assistant.website)
        self.last = self.start()

    def start(self) -> list[dict[str, Any]]:
        """Opens the page; gives all that was said so far."""
        response = self.browser.post("/chat/start", json={"service": self.service})
        response.raise_for_status()
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages

    def say(self, text: str, **metadata: Any) -> list[dict[str, Any]]:
        """Sends a message; gives the replies."""
        response = self.send(text, metadata.get("message_id"))
        response.raise_for_status()
        self.last = response.json()["messages"]
        return self.last

    def send(self, text: str, message_id: str | None = None) -> httpx.Response:
        """Sends a message; gives the response as it is."""
        offered = [b["payload"] for message in self.last for b in message["buttons"]]
        body = {"id": message_id or str(uuid4()), "text": text, "tapped": text in offered}
        return self.browser.post("/chat/messages", json=body)

    def history(self) -> list[dict[str, Any]]:
        """What a reload shows."""
        response = self.browser.get("/chat/messages")
        response.raise_for_status()
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages
