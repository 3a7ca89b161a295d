from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.crisis.help_lines import help_lines
from bot.knowledge.services import services
from web.app import create_app
from web.widget.script import SOURCE, WidgetError, data, joined, script


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two modules, of which the main one needs the other and the data."""
    (tmp_path / "main.js").write_text(
        'import { twice } from "./twice.js";\nimport { DATA } from "./data.js";\n'
        "console.log(twice(DATA.word));\n"
    )
    (tmp_path / "twice.js").write_text(
        "export function twice(word) {\n  return word + word;\n}\nexport const unused = 1;\n"
    )
    return tmp_path


def test_a_module_comes_after_those_it_imports(folder: Path) -> None:
    script = joined(folder, {"word": "hé"})
    assert "import" not in script
    assert "export" not in script
    assert script.index("function twice") < script.index("console.log")
    assert script.index('const DATA = {"word": "hé"};') < script.index("console.log")


def test_the_joined_script_runs(folder: Path) -> None:
    node = shutil.which("node")
    assert node, "this test needs Node: apt-get install nodejs"
    script = joined(folder, {"word": "la"})
    ran = subprocess.run([node, "-e", script], check=True, capture_output=True, text=True)
    assert ran.stdout == "lala\n"


def test_a_missing_module_is_named(folder: Path) -> None:
    (folder / "twice.js").unlink()
    with pytest.raises(WidgetError, match=r"twice\.js"):
        joined(folder, {})


def test_a_name_declared_twice_is_told(folder: Path) -> None:
    (folder / "twice.js").write_text("export const twice = 1;\nfunction unused() {}\n")
    main = folder / "main.js"
    main.write_text(main.read_text() + "const unused = 2;\n")
    with pytest.raises(WidgetError, match=r"main\.js declares unused, as twice\.js does"):
        joined(folder, {})


def test_every_source_file_is_in_the_script() -> None:
    body, _ = script()
    for path in SOURCE.glob("*.js"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("// "), f"{path.name} doesn't say what it is for"
        assert first in body, f"nothing imports {path.name}"


def test_no_markup_is_ever_made_of_text() -> None:
    body, _ = script()
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert way not in body
    assert not re.search(r'setAttribute\("style"', body)


def test_help_lines_and_services_are_inside() -> None:
    held = data(SOURCE)
    assert [line["name"] for line in held["helpLines"]] == [
        help_lines().lines[name].name for name in help_lines().order
    ]
    assert set(held["services"]) == set(services())
    assert all("source" not in line for line in held["helpLines"])


def test_nothing_is_fetched_from_elsewhere() -> None:
    addresses = set(re.findall(r"https?://[\w./-]+", script()[0]))
    assert addresses == {"http://www.w3.org/2000/svg", "https://www.bbc.co.uk/weather"}


def test_it_is_served_with_a_tag_and_not_twice() -> None:
    client = TestClient(create_app({}))
    first = client.get("/widget.js")
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    again = client.get("/widget.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
