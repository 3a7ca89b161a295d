"""What the operators' commands share: how what stops one is said."""

from __future__ import annotations

import sys
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from bot.datafile import DataError
from bot.records.encryption import DecryptionError
from bot.settings import SettingsError


def exit_status(run: Callable[[], int]) -> int:
    """What `run` gives; 1 where it can't be done, with the reason on standard error."""
    try:
        return run()
    except (SettingsError, DataError, DecryptionError) as error:
        print(error, file=sys.stderr)
    except SQLAlchemyError as error:
        print(
            f"DATABASE_URL: the database did not answer as it should ({type(error).__name__}): "
            "check that it runs, and that `python -m bot.records migrate` was done",
            file=sys.stderr,
        )
    return 1
