"""Ends a script that can't go on with one plain line instead of a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NoReturn


class Failure(Exception):
    """Something the person can mend. The message is for them: what is wrong, what to do."""


def run(main: Callable[[], None]) -> NoReturn:
    """Runs `main` and exits: 0, 1 with a Failure's message, or 130 on Ctrl-C."""
    try:
        main()
    except Failure as failure:
        print(failure, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        sys.exit(130)
    sys.exit(0)
