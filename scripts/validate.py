"""Checks the conversation data for what contradicts itself: `python -m scripts.validate`."""

from __future__ import annotations

import sys

from bot.settings import ROOT
from scripts.environment import checked_settings, environment
from scripts.plainly import run
from scripts.progress import run_quietly
from scripts.train import READS


def main() -> None:
    """Runs Rasa's own checks, warnings counting as errors."""
    (ROOT / "models").mkdir(exist_ok=True)
    run_quietly(
        [sys.executable, "-m", "rasa", "data", "validate", "--fail-on-warnings", *READS],
        "Checking the conversation data (usually 30 seconds)",
        ROOT / "models" / "validate.log",
        env=environment(checked_settings()),
        cwd=ROOT,
    )


if __name__ == "__main__":
    run(main)
