from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scripts import progress
from scripts.plainly import Failure
from scripts.progress import run_quietly, why


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_output_goes_to_the_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log"
    run_quietly(python("print('noise')"), "Boiling water (usually 2 minutes)", log)
    assert capfd.readouterr().out == "· Boiling water (usually 2 minutes)\n"
    assert log.read_text() == "noise\n"


def test_it_says_that_it_goes_on(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "TICK_SECONDS", 0.05)
    run_quietly(python("import time; time.sleep(0.3)"), "Waiting", tmp_path / "log")
    assert "  … 0 seconds\n" in capfd.readouterr().out


def test_a_failure_shows_the_last_lines(tmp_path: Path) -> None:
    noisy = "import sys; print(*range(100), sep='\\n'); sys.exit('the reason')"
    with pytest.raises(Failure) as caught:
        run_quietly(python(noisy), "Failing", tmp_path / "log")
    lines = str(caught.value).splitlines()
    assert len(lines) == 1 + progress.LAST_LINES
    assert "the reason" in lines


@pytest.mark.parametrize(
    ("output", "mend"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("error: Failed to fetch: `https://pypi.org/simple/rasa/`", "check the connection"),
        ("NewConnectionError: Temporary failure in name resolution", "check the connection"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not the one that was locked"),
        ("error: Permission denied (os error 13)", "check who owns this folder"),
    ],
)
def test_known_failures_are_one_line_with_the_mend(output: str, mend: str) -> None:
    (line,) = why(f"Collecting rasa\n{output}\n").splitlines()
    assert mend in line
