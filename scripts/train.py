"""Trains the model when what it is made from has changed: `python -m scripts.train`."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.settings import ROOT
from scripts.environment import checked_settings, environment
from scripts.plainly import run
from scripts.progress import run_quietly

MODEL = ROOT / "models" / "foyer.tar.gz"

# What Rasa reads: `data` also holds files that aren't for it.
DATA = ("data/nlu", "data/rules")
READS = ["--domain", "domain.yml", "--data", *DATA]

# What the model is made from: change any of these and it is trained anew.
INPUTS = (
    "config.yml",
    "domain.yml",
    *DATA,
    "bot/components",
    "bot/nlu",
    "bot/embedding.py",
    "bot/minilm.py",
    "bot/minilm_graph.py",
    "data/questions.safetensors",
    "requirements.txt",
)
KINDS = {".yml", ".py", ".txt", ".safetensors"}


def main() -> None:
    """Trains, unless the model there was made from the same."""
    made_from = fingerprint(ROOT)
    mark = MODEL.with_suffix(".inputs")
    if MODEL.exists() and mark.exists() and mark.read_text() == made_from:
        return
    MODEL.parent.mkdir(exist_ok=True)
    mark.unlink(missing_ok=True)
    # --force: Rasa's cache of trained parts doesn't see that our code has changed.
    train = ["rasa", "train", "--force", *READS, "--fixed-model-name", "foyer", "--out", "models"]
    run_quietly(
        [sys.executable, "-m", *train],
        "Training the assistant (usually 1 to 3 minutes)",
        MODEL.parent / "train.log",
        env=environment(checked_settings()),
        cwd=ROOT,
    )
    mark.write_text(made_from)


def fingerprint(root: Path) -> str:
    """A hash of the names and the content of all the inputs."""
    digest = hashlib.sha256()
    for path in input_files(root):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root)} {content}\n".encode())
    return digest.hexdigest()


def input_files(root: Path) -> Iterator[Path]:
    """The files that INPUTS names, in a fixed order."""
    for name in INPUTS:
        path = root / name
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (file for file in files if file.suffix in KINDS)


if __name__ == "__main__":
    run(main)
