from __future__ import annotations

from pathlib import Path

import yaml

from measuring import stock


def test_the_starter_is_the_one_of_rasa_init(tmp_path: Path) -> None:
    folder = tmp_path / "starter"
    stock.make(folder)
    domain = yaml.safe_load((folder / "domain.yml").read_text())
    assert "bot_challenge" in domain["intents"]
    assert yaml.safe_load((folder / "config.yml").read_text())["pipeline"] is None  # Rasa's default
