"""Runs a module without the deprecation warnings of Rasa's libraries: `-m scripts.quietly NAME …`.

They are from 2021 and warn dozens of times at every start. Sanic turns such warnings on when it
is imported, so that leaving them out takes more than an option of Python's.
"""

from __future__ import annotations

import runpy
import sys
import warnings

import sanic.app  # noqa: F401  (its filter is set first, so that ours goes before it)


def main() -> None:
    """Runs the module that the first argument names, with the arguments after it."""
    warnings.simplefilter("ignore", DeprecationWarning)
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
