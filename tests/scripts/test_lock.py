from __future__ import annotations

import re

import pytest

from bot.settings import ROOT


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in"])
def test_every_direct_dependency_says_why_it_is_there(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    direct = [line for line in lines if line and not line.startswith(("#", "-c"))]
    assert [line for line in direct if not re.search(r"  # \w.+", line)] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_with_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    packages = re.findall(r"^(\S+?)(?:\[.+\])?==\S+ (.*)$", text, re.MULTILINE)
    assert len(packages) > 10
    assert [package for package, rest in packages if not rest.endswith("\\")] == []
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_no_second_machine_learning_stack_comes_in() -> None:
    pinned = re.findall(r"^(\S+?)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert not {"torch", "sentence-transformers", "transformers"} & set(pinned)
