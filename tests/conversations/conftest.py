"""The running assistant, shared by all conversation tests; each has its own conversation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conversations.assistant import Assistant


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Rasa and the action server, started once."""
    var: Path = tmp_path_factory.mktemp("assistant")
    assistant = Assistant(var, f"sqlite:///{var}/foyer.db")
    assistant.start()
    yield assistant
    assistant.stop()
    assistant.close()
