from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bot.settings import ROOT


def test_a_module_runs_with_its_arguments_and_without_deprecation_warnings(tmp_path: Path) -> None:
    (tmp_path / "noisy.py").write_text(
        "import sys, warnings\n"
        "warnings.warn('old', DeprecationWarning)\n"
        "warnings.warn('worth knowing', UserWarning)\n"
        "print(__name__, sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "scripts.quietly", "noisy", "--port", "5005"],
        cwd=ROOT,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "__main__ ['--port', '5005']\n"
    assert "worth knowing" in done.stderr
    assert "DeprecationWarning" not in done.stderr
