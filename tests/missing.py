"""What to do about a program that tests need and this machine doesn't have."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(tested: str, packages: str) -> NoReturn:
    """Skips what can't be tested here, and says so; in CI, where all must run, it fails.

    Args:
        tested: what goes untested.
        packages: the Debian packages that it needs.
    """
    said = f"NOT TESTED: {tested}. Install {packages}."
    if os.environ.get("CI"):
        pytest.fail(said)
    pytest.skip(said)
