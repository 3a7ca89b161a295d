"""Packages of npm that tests need, kept in a cache folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


def from_npm(name: str, version: str) -> Path:
    """The folder of a package in that version; fetched once.

    Raises:
        LookupError: npm isn't there.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "foyer-tests" / f"{name}-{version}"
    package = folder / "node_modules" / name
    if not (package / "package.json").exists():
        npm = shutil.which("npm")
        if npm is None:
            raise LookupError(f"{name} is fetched with npm, and it isn't here: apt-get install npm")
        folder.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--prefix", str(folder), "--no-save", f"{name}@{version}"]
        subprocess.run(command, check=True, capture_output=True)
    return package
