"""Chromium, and the screens it is tried on."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Any

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 900},
    "is_mobile": False,
    "has_touch": False,
}
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str:
    """Where Chromium is; root installs Debian's where there is none.

    Raises:
        LookupError: there is none, and it can't be installed.
    """
    found = _found()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in ("update -qq", "install -y -qq chromium"):
            subprocess.run(["apt-get", *command.split()], check=True, capture_output=True)
        found = _found()
    if found is None:
        raise LookupError("Chromium is needed, and it isn't here: apt-get install chromium")
    return found


def sandbox() -> list[str]:
    """Chromium's arguments: as root it runs only without its sandbox."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []


def _found() -> str | None:
    return next((path for name in _NAMES if (path := shutil.which(name))), None)
