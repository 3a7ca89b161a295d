"""A folder of services that a test may change, in place of the project's own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.datafile import DATA
from bot.knowledge import services as service_files

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The three services of the source documents, whatever others the project has."""
    copy = tmp_path / "services"
    copy.mkdir()
    for name in ("berkshire", "lewisham", "xyla"):
        shutil.copy(DATA / "services" / f"{name}.yml", copy)
    return copy


@pytest.fixture
def edited(folder: Path) -> Callable[[Edit], Path]:
    """Changes berkshire.yml in the folder and gives the folder."""

    def edit(change: Edit) -> Path:
        path = folder / "berkshire.yml"
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return folder

    return edit


@pytest.fixture
def with_new_service(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The three services and a fourth, made up, which is one new file and nothing else."""
    content = yaml.safe_load((folder / "xyla.yml").read_text(encoding="utf-8"))
    content |= {
        "id": "harbour",
        "name": "Harbour Talking Therapies",
        "short_name": "Harbour",
        "aliases": ["harbour", "harbourside"],
        "choose_if": "you live by the harbour.",
        "document": {"title": "DIT by the sea", "file": "harbour.txt", "published": None},
    }
    content["answers"]["session_length"] = {"text": "A session lasts 45 minutes.", "short": "45"}
    content["answers"]["cost"] = {"text": "It is free.", "short": "free"}
    content["not_said"].remove("cost")
    (folder / "harbour.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    monkeypatch.setattr(service_files, "DIRECTORY", folder)
    return folder
