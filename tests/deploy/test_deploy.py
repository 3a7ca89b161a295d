from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml

from bot.settings import ROOT, Settings
from scripts.serve import commands
from scripts.train import INPUTS

DEPLOY = ROOT / "deploy"
SETTINGS = {field.alias for field in Settings.__fields__.values()}
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def unit(path: Path) -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(path)
    return parser


def test_every_setting_named_in_these_files_exists() -> None:
    files = [*(path for path in DEPLOY.rglob("*") if path.is_file()), ROOT / "docs/production.md"]
    named = {
        name
        for file in files
        for name in re.findall(
            r"\b((?:FOYER|WEB|RASA|ACTIONS|DATABASE)_[A-Z_]+)\b", file.read_text()
        )
    }
    assert named
    assert named <= SETTINGS


def test_the_target_starts_every_process() -> None:
    wanted = unit(DEPLOY / "systemd/foyer.target")["Unit"]["Wants"].split()
    assert {f"foyer@{name}.service" for name in commands(Settings.read({}))} < set(wanted)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_run_modules_that_exist_as_a_user_without_rights(path: Path) -> None:
    service = unit(path)["Service"]
    module = service["ExecStart"].split()[2].replace(".", "/")
    assert (ROOT / f"{module}.py").exists() or (ROOT / module / "__main__.py").exists()
    assert service["User"] == "foyer"
    assert service["NoNewPrivileges"] == "true"
    assert "FOYER_ENV=production" in service["Environment"].split()


def test_compose_publishes_one_port_to_this_machine_only() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8000:8000"]


def test_the_image_holds_what_runs_and_nothing_else() -> None:
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert {name.split("/")[0] for name in INPUTS} <= allowed
    assert {"Procfile", "migrations", "scripts", "web"} <= allowed
    assert not {"var", ".env", "tests", ".git"} & allowed
    assert "*" in lines
