"""Packages of npm that tests need, kept in folders of their own from run to run."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_QUIETLY = ("--no-audit", "--no-fund", "--ignore-scripts")


def from_npm(name: str, version: str) -> Path:
    """The folder of a package in that version; fetched once.

    Raises:
        LookupError: npm isn't there.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "foyer-tests" / f"{name}-{version}"
    package = folder / "node_modules" / name
    with _alone_in(folder):
        if not (package / "package.json").exists():
            _npm("install", "--no-save", f"{name}@{version}", folder=folder)
    return package


def from_lock_file(source: Path, folder: Path) -> Path:
    """`folder`, with the packages that the lock file in `source` has; fetched when that changes.

    Raises:
        LookupError: npm isn't there.
    """
    lock = (source / "package-lock.json").read_bytes()
    mark = folder / "installed.json"
    with _alone_in(folder):
        if not mark.exists() or mark.read_bytes() != lock:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(source / name, folder)
            _npm("ci", folder=folder)
            mark.write_bytes(lock)
    return folder


def _npm(*arguments: str, folder: Path) -> None:
    if shutil.which("npm") is None:
        raise LookupError("npm is needed to fetch what tests use: apt-get install npm")
    subprocess.run(["npm", *arguments, *_QUIETLY], cwd=folder, check=True, capture_output=True)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Makes the folder, and keeps the other workers of a run out of it meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
