from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from scripts import setup
from scripts.plainly import Failure
from scripts.setup import check_room, count, install, is_installed, is_usable


@pytest.fixture
def lock_file(tmp_path: Path) -> Path:
    file = tmp_path / "requirements.txt"
    file.write_text("# made\nsix==1.17.0 \\\n    --hash=sha256:00\n")
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What looks like an environment whose Python runs."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    return tmp_path / ".venv"


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have been run, instead of running them."""
    ran: list[list[str]] = []
    monkeypatch.setattr(
        setup, "run_quietly", lambda command, *_, **__: ran.append([str(part) for part in command])
    )
    return ran


def test_an_environment_whose_python_has_gone_is_not_usable(tmp_path: Path, folder: Path) -> None:
    assert is_usable(folder)
    (folder / "bin" / "python").unlink()
    (folder / "bin" / "python").symlink_to(tmp_path / "gone")
    assert not is_usable(folder)
    assert not is_usable(tmp_path / "nothing")


def test_installing_is_done_once(
    lock_file: Path, folder: Path, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "find_uv", lambda: "/bin/uv")
    assert not is_installed(lock_file, folder)
    install(lock_file, folder)
    assert commands[0][:3] == ["/bin/uv", "pip", "install"]
    assert {"--no-deps", "--require-hashes", "--compile-bytecode"} <= set(commands[0])
    assert is_installed(lock_file, folder)
    lock_file.write_text(lock_file.read_text().replace("1.17.0", "1.17.1"))
    assert not is_installed(lock_file, folder)


def test_pip_installs_where_there_is_no_uv(
    lock_file: Path, folder: Path, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "find_uv", lambda: None)
    install(lock_file, folder)
    assert commands[0][1:4] == ["-m", "pip", "install"]
    assert {"--no-deps", "--require-hashes"} <= set(commands[0])


def test_pip_is_tried_where_uv_fails(
    lock_file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def fail_first(command: list[object], *_: object) -> None:
        tried.append(command)
        if len(tried) == 1:
            raise Failure("uv does not know that mirror")

    monkeypatch.setattr(setup, "find_uv", lambda: "/bin/uv")
    monkeypatch.setattr(setup, "run_quietly", fail_first)
    install(lock_file, folder)
    assert "pip" in tried[1]
    assert is_installed(lock_file, folder)


def test_a_full_disk_is_not_tried_twice_and_leaves_no_mark(
    lock_file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def fail(command: list[object], *_: object) -> None:
        tried.append(command)
        raise Failure(setup.DISK_FULL)

    monkeypatch.setattr(setup, "find_uv", lambda: "/bin/uv")
    monkeypatch.setattr(setup, "run_quietly", fail)
    with pytest.raises(Failure, match="disk is full"):
        install(lock_file, folder)
    assert len(tried) == 1
    assert not is_installed(lock_file, folder)


def test_too_little_room_is_said_before_anything_is_fetched(tmp_path: Path) -> None:
    check_room(tmp_path, needed=1)
    with pytest.raises(Failure, match=r"^Not enough space on the disk: 1000000 GB is needed"):
        check_room(tmp_path, needed=10**15)


def test_packages_are_counted(lock_file: Path) -> None:
    assert count(lock_file) == 1


def test_the_scripts_can_be_run() -> None:
    for script in (setup.ROOT / "scripts").glob("*.sh"):
        assert os.access(script, os.X_OK), script
