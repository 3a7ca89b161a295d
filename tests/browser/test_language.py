"""The script is in the language that browsers of 2020 understand."""

from __future__ import annotations

import shutil
import subprocess

from tests.npm import from_npm
from web.widget.script import script

ACORN = "8.14.0"


def test_the_script_is_es2020() -> None:
    node = shutil.which("node")
    assert node, "this test needs Node: apt-get install nodejs"
    acorn = from_npm("acorn", ACORN) / "bin" / "acorn"
    body, _ = script()
    command = [node, str(acorn), "--ecma2020", "--silent"]
    parsed = subprocess.run(command, input=body, capture_output=True, text=True)
    assert parsed.returncode == 0, parsed.stderr
