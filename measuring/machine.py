"""What the figures were measured on."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil


def machine() -> dict[str, Any]:
    """Its processor, memory and system, the versions, and the date (UTC)."""
    return {
        "date": datetime.now(timezone.utc).strftime("%d %B %Y"),
        "processor": _processor(),
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "rasa": version("rasa"),
    }


@contextmanager
def watched(into: dict[str, Any]) -> Iterator[None]:
    """Notes how busy the machine was with other things: the load average before and after."""
    into["load"] = [round(psutil.getloadavg()[0], 1)]
    yield
    into["load"].append(round(psutil.getloadavg()[0], 1))


def described(known: dict[str, Any]) -> str:
    """One sentence about it."""
    return (
        f"{known['processor']}, {known['cores']} cores, {known['memory_gb']} GB; "
        f"{known['system']}, Python {known['python']}, Rasa {known['rasa']}; {known['date']}."
    )


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return " ".join(line.split(":", 1)[1].split())
    except OSError:
        pass
    return platform.processor() or platform.machine()
