from __future__ import annotations

import pytest

from scripts.plainly import Failure, run


def fail() -> None:
    raise Failure("The kettle is empty: fill it.")


def interrupt() -> None:
    raise KeyboardInterrupt


def test_a_failure_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        run(fail)
    assert exit_.value.code == 1
    assert capsys.readouterr().err == "The kettle is empty: fill it.\n"


def test_ctrl_c_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        run(interrupt)
    assert exit_.value.code == 130
    assert capsys.readouterr().err.strip() == ""


def test_success_is_zero() -> None:
    with pytest.raises(SystemExit) as exit_:
        run(lambda: None)
    assert exit_.value.code == 0
