"""The environment that every process of the assistant is started in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bot.settings import ROOT, Settings, SettingsError, settings
from scripts.plainly import Failure


def checked_settings() -> Settings:
    """The settings.

    Raises:
        Failure: some can't be used.
    """
    try:
        return settings()
    except SettingsError as error:
        raise Failure(str(error)) from None


def environment(current: Settings) -> dict[str, str]:
    """This process's environment, with what endpoints.yml and the libraries read in it."""
    programs = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "ACTIONS_URL": current.actions_url,
        "LOG_LEVEL": current.log_level,
        "LOG_LEVEL_LIBRARIES": "ERROR",
        "SANIC_HOST": "127.0.0.1",  # where the action server listens
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",  # Rasa holds SQLAlchemy below 2
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",  # Rasa loads TensorFlow, and nothing here needs a GPU
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PATH": os.pathsep.join([programs, os.environ.get("PATH", os.defpath)]),
    }
