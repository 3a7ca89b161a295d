from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import ROOT
from scripts import train
from scripts.plainly import Failure
from scripts.train import DATA, INPUTS, fingerprint, input_files


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one file to every input, and training that only makes the model file."""
    for name in INPUTS:
        path = tmp_path / name if "." in name else tmp_path / name / "deeper" / "one.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("content")
    monkeypatch.setattr(train, "ROOT", tmp_path)
    monkeypatch.setattr(train, "MODEL", tmp_path / "models" / "foyer.tar.gz")
    return tmp_path


@pytest.fixture
def trainings(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was said at each training."""
    said: list[str] = []

    def pretend(_command: object, what: str, *_: object, **__: object) -> None:
        said.append(what)
        train.MODEL.write_text("model")

    monkeypatch.setattr(train, "run_quietly", pretend)
    return said


def test_a_model_is_trained_once(trainings: list[str]) -> None:
    train.main()
    train.main()
    assert len(trainings) == 1


@pytest.mark.parametrize("name", INPUTS)
def test_any_change_to_what_it_is_made_from_trains_anew(
    project: Path, trainings: list[str], name: str
) -> None:
    train.main()
    next(file for file in input_files(project) if name in str(file)).write_text("changed")
    train.main()
    assert len(trainings) == 2


def test_new_renamed_and_missing_files_train_anew(project: Path) -> None:
    prints = [fingerprint(project)]
    file = project / "data" / "nlu" / "new.yml"
    file.write_text("content")
    prints.append(fingerprint(project))
    file.rename(file.with_name("renamed.yml"))
    prints.append(fingerprint(project))
    file.with_name("renamed.yml").unlink()
    assert len(set(prints)) == 3
    assert fingerprint(project) == prints[0]


def test_what_it_is_not_made_from_does_not_matter(project: Path) -> None:
    before = fingerprint(project)
    (project / "README.md").write_text("new")
    (project / "bot" / "components" / "__pycache__").mkdir()
    (project / "bot" / "components" / "__pycache__" / "one.pyc").write_bytes(b"\0")
    assert fingerprint(project) == before


def test_a_model_that_has_gone_is_trained_anew(trainings: list[str]) -> None:
    train.main()
    train.MODEL.unlink()
    train.main()
    assert len(trainings) == 2


def test_a_failed_training_is_tried_again(
    trainings: list[str], monkeypatch: pytest.MonkeyPatch, project: Path
) -> None:
    train.main()
    (project / "config.yml").write_text("changed")

    def fail(*_: object, **__: object) -> None:
        raise Failure("no")

    with monkeypatch.context() as patch:
        patch.setattr(train, "run_quietly", fail)
        with pytest.raises(Failure):
            train.main()
    (project / "config.yml").write_text("content")
    train.main()
    assert len(trainings) == 2


def test_every_input_is_in_the_project() -> None:
    assert [name for name in INPUTS if not (ROOT / name).exists()] == []


def test_rasa_is_given_all_that_is_written_for_it() -> None:
    written_for_rasa = {
        str(path.parent.relative_to(ROOT))
        for path in (ROOT / "data").rglob("*.yml")
        if re.search(r"^(nlu|stories):|^ *- rule: ", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert written_for_rasa
    assert all(folder.startswith(DATA) for folder in written_for_rasa)
