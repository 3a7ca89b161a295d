"""Runs Rasa's own tests of the trained model: `python -m scripts.rasa_test`."""

from __future__ import annotations

import sys

from bot.settings import ROOT
from scripts.environment import checked_settings, environment
from scripts.plainly import run
from scripts.progress import run_quietly
from scripts.train import MODEL

RESULTS = ROOT / "models" / "results"

TESTS = {
    "core": ["--stories", "tests/test_stories.yml", "--fail-on-prediction-errors"],
    "nlu": ["--nlu", "tests/nlu/held_out.yml", "--no-plot", "--no-errors"],
}


def main() -> None:
    """Runs both; the first that fails ends it."""
    for kind, arguments in TESTS.items():
        out = RESULTS / kind
        out.mkdir(parents=True, exist_ok=True)
        command = ["rasa", "test", kind, "--model", str(MODEL), "--out", str(out), *arguments]
        command += (
            ["--endpoints", "endpoints.yml"] if kind == "core" else ["--domain", "domain.yml"]
        )
        run_quietly(
            [sys.executable, "-m", *command],
            f"rasa test {kind} (usually 30 seconds)",
            out / "rasa.log",
            env=environment(checked_settings()),
            cwd=ROOT,
        )


if __name__ == "__main__":
    run(main)
