from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil
import pytest

from bot.settings import Settings
from measuring.bench.assistants import Assistant, free_ports, ours, starter
from scripts.plainly import Failure

ANSWERS = """
import http.server, json, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer({})
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer([{"text": "well"}])
    def answer(self, content):
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def assistant(folder: Path, program: str) -> Assistant:
    (port,) = free_ports(1)
    command = (sys.executable, "-c", program, str(port))
    return Assistant("A small one", command, folder, os.environ, folder / "log", port, port)


def test_it_is_started_asked_once_and_stopped(tmp_path: Path) -> None:
    with assistant(tmp_path, ANSWERS).running() as running:
        assert running.start > 0
        assert running.cold > 0
        assert running.processor_seconds() > 0
        assert running.memory()["supervisor"] > 1
        process = psutil.Process(running.process.pid)
    assert not process.is_running()


def test_one_that_ends_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(Failure, match=r"(?s)A small one did not start.*no such thing"),
        assistant(tmp_path, "raise SystemExit('no such thing')").running(),
    ):
        raise AssertionError("it runs")


def test_ours_has_data_keys_and_ports_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://someone/elses")
    made = ours(tmp_path)
    read = Settings.read(made.env)
    assert read.database_url == f"sqlite:///{tmp_path}/foyer.db"
    assert read.rasa_port == made.rasa_port
    assert read.actions_url == f"http://127.0.0.1:{read.actions_port}"
    assert len(read.encryption_keys) == 1


def test_the_starter_listens_on_this_machine_only(tmp_path: Path) -> None:
    made = starter(tmp_path)
    assert made.command[made.command.index("--interface") + 1] == "127.0.0.1"
    assert made.folder == tmp_path
