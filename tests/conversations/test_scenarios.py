"""Every scenario of scenarios/*.yml, played against the running assistant."""

from __future__ import annotations

import pytest

from tests.conversations.assistant import Assistant
from tests.conversations.scenario import Scenario, play, scenarios


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda s: f"{s.file}: {s.name}")
def test_scenario(assistant: Assistant, scenario: Scenario) -> None:
    play(scenario, assistant.talk(scenario.service))
