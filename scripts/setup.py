"""Makes .venv with exactly what the lock files pin: `python -m scripts.setup [dev]`.

Needs nothing but Python 3.10, and does nothing when nothing has changed.
"""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from scripts.plainly import Failure, run
from scripts.progress import DISK_FULL, run_quietly

ROOT = Path(__file__).resolve().parents[1]
NEEDED_BYTES = 4 * 10**9


def main() -> None:
    """Installs what is needed to run, and with `dev` what is needed to test."""
    folder = ROOT / ".venv"
    lists = [ROOT / "requirements.txt"]
    if "dev" in sys.argv[1:]:
        lists.append(ROOT / "requirements-dev.txt")
    wanted = [path for path in lists if not is_installed(path, folder)]
    if not wanted:
        return
    check_room(ROOT)
    if not is_usable(folder):
        print(f"· Making .venv with {sys.executable}", flush=True)
        venv.create(folder, clear=True, with_pip=True, symlinks=True)
    for path in wanted:
        install(path, folder)


def is_installed(path: Path, folder: Path) -> bool:
    """Whether the environment in `folder` holds what the lock file `path` pins."""
    mark = folder / path.name
    return is_usable(folder) and mark.exists() and filecmp.cmp(path, mark, shallow=False)


def is_usable(folder: Path) -> bool:
    """Whether `folder` holds an environment that still runs: its Python may have gone."""
    python = folder / "bin" / "python"
    try:
        return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def check_room(folder: Path, needed: int = NEEDED_BYTES) -> None:
    """Raises Failure when the disk that holds `folder` has too little space."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Failure(
            f"Not enough space on the disk: {needed / 10**9:.0f} GB is needed and "
            f"{free / 10**9:.1f} GB is free. Free some, then try again."
        )


def install(path: Path, folder: Path) -> None:
    """Installs a lock file with uv, or with pip, which is slower, where there is no uv."""
    python, log, mark = folder / "bin" / "python", folder / "install.log", folder / path.name
    mark.unlink(missing_ok=True)
    what = f"Installing the {count(path)} packages of {path.name}"
    options: list[str | Path] = ["--no-deps", "--require-hashes", "-r", path]
    uv = find_uv()
    if uv:
        try:
            # Compiled once, here: else each process compiles for itself where Python may not write.
            run_quietly(
                [uv, "pip", "install", "--compile-bytecode", "--python", python, *options],
                f"{what} (usually 1 minute)",
                log,
            )
        except Failure as failure:
            if str(failure) == DISK_FULL:
                raise
            print("· uv could not: going on with pip, which has settings of its own", flush=True)
            uv = None
    if not uv:
        pip: list[str | Path] = [python, "-m", "pip", "install", "--retries", "2", *options]
        run_quietly(pip, f"{what} with pip (usually 3 to 5 minutes)", log)
    shutil.copy(path, mark)


def find_uv() -> str | None:
    """The path of uv, or None where it can't be had."""
    found = subprocess.run(
        [ROOT / "scripts" / "find_uv.sh"], stdout=subprocess.PIPE, text=True, check=False
    )
    return found.stdout.strip() if found.returncode == 0 else None


def count(path: Path) -> int:
    """How many packages a lock file pins."""
    return sum("==" in line for line in path.read_text().splitlines())


if __name__ == "__main__":
    run(main)
