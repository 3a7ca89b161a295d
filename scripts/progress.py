"""Runs a long, noisy command quietly: says what is being done, and if it fails, why."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.plainly import Failure

TICK_SECONDS = 15
LAST_LINES = 15

DISK_FULL = "The disk is full: free some space (about 4 GB is needed), then try again."

MENDS = {
    r"no space left on device|disk quota exceeded": DISK_FULL,
    r"name resolution|dns error|resolve host|name or service not known|network is unreachable"
    r"|connection (refused|reset|timed out)|connecttimeout|newconnectionerror|failed to fetch"
    r"|error sending request|no matching distribution found": (
        "Packages could not be fetched: check the connection to the internet "
        "(behind a proxy, set HTTPS_PROXY), then try again."
    ),
    r"hash mismatch|do not match the hashes": (
        "A package is not the one that was locked: try again, and if it stays so, don't use it."
    ),
    r"permission denied": "A file may not be written: check who owns this folder, then try again.",
}


def run_quietly(
    command: Sequence[str | Path],
    what: str,
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> None:
    """Runs `command` with its output in `log`, printing that it goes on.

    Args:
        what: what is being done and how long it usually takes.

    Raises:
        Failure: it failed; with the mend where that is known, else the end of its output.
    """
    print(f"· {what}", flush=True)
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
        )
        try:
            while True:
                try:
                    code = process.wait(TICK_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    print(f"  … {time.monotonic() - began:.0f} seconds", flush=True)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if code:
        raise Failure(why(log.read_text(encoding="utf-8", errors="replace")))


def why(output: str) -> str:
    """What to tell a person about a command that failed with this output."""
    for pattern, mend in MENDS.items():
        if re.search(pattern, output, re.IGNORECASE):
            return mend
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    return "\n".join(["It failed. Its last lines:", *plain.splitlines()[-LAST_LINES:]])
