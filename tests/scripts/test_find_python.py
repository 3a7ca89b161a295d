from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import ROOT

SHIM = "#!/bin/sh\necho 'pyenv: python3.10: command not found' >&2\nexit 127\n"
OLDER = "#!/bin/sh\nexit 0\n"  # runs, and doesn't say that it is 3.10


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with the scripts only, and a home and a path of its own."""
    for folder in ("clone/scripts", "home", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("find_python.sh", "find_uv.sh"):
        shutil.copy(ROOT / "scripts" / name, tmp_path / "clone" / "scripts")
    for name in ("dirname", "rm"):
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    return tmp_path / "clone"


def program(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(0o755)


def real(path: Path) -> None:
    program(path, f'#!/bin/sh\nexec {sys.executable} "$@"\n')


def find(clone: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [clone / "scripts" / "find_python.sh"],
        env={"PATH": str(clone.parent / "bin"), "HOME": str(clone.parent / "home"), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_shim_that_only_prints_an_error_is_passed_over(clone: Path) -> None:
    program(clone.parent / "bin" / "python3.10", SHIM)
    program(clone.parent / "bin" / "python3", OLDER)
    real(clone.parent / "home" / ".pyenv" / "versions" / "3.10.13" / "bin" / "python")
    found = find(clone)
    assert (found.returncode, found.stderr) == (0, "")
    assert os.path.samefile(found.stdout.strip(), sys.executable)


def test_pyenv_may_live_elsewhere(clone: Path, tmp_path: Path) -> None:
    real(tmp_path / "elsewhere" / "versions" / "3.10.2" / "bin" / "python")
    found = find(clone, PYENV_ROOT=str(tmp_path / "elsewhere"))
    assert os.path.samefile(found.stdout.strip(), sys.executable)


def test_the_environment_that_is_there_comes_first(clone: Path) -> None:
    program(clone / ".venv" / "bin" / "python", "#!/bin/sh\necho the-one-there\n")
    real(clone.parent / "bin" / "python3.10")
    assert find(clone).stdout == "the-one-there\n"


def test_uv_fetches_one_where_there_is_none(clone: Path) -> None:
    program(
        clone.parent / "bin" / "uv",
        "#!/bin/sh\n"
        'case "$*" in\n'
        '  "python find"*) [ -e "$HOME/fetched" ] && echo /fetched/python || exit 2 ;;\n'
        '  "python install 3.10") : > "$HOME/fetched" ;;\n'
        "esac\n",
    )
    found = find(clone)
    assert found.stdout == "/fetched/python\n"
    assert "fetching one (usually 30 seconds)" in found.stderr


def test_a_failed_fetch_is_one_line_with_the_mend(clone: Path) -> None:
    program(
        clone.parent / "bin" / "uv",
        '#!/bin/sh\n[ "$1" = --version ] || { echo dns >&2; exit 2; }\n',
    )
    found = find(clone)
    assert found.returncode == 1
    assert found.stdout == ""
    assert found.stderr.splitlines()[-1].startswith("Python 3.10 was not found and could not be")
    assert "dns" not in found.stderr


def test_no_python_at_all_is_one_line_with_the_mend(clone: Path) -> None:
    found = find(clone)
    assert found.returncode == 1
    (line,) = found.stderr.splitlines()
    assert "apt install python3-venv" in line
