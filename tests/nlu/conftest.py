from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from bot.nlu.classifier import LABELS_FILE, WEIGHTS_FILE, Classifier
from scripts.train import MODEL


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    """The classifier of the model that `make train` made."""
    folder: Path = tmp_path_factory.mktemp("classifier")
    with tarfile.open(MODEL) as archive:
        for member in archive.getmembers():
            name = Path(member.name).name
            if name in (LABELS_FILE, WEIGHTS_FILE):
                content = archive.extractfile(member)
                assert content
                (folder / name).write_bytes(content.read())
    return Classifier.load(folder)
