#!/bin/sh
# Prints the path of a Python 3.10 that can make environments, fetching one with uv if need be.
# Every candidate is run: a shim of pyenv's may be on PATH and only print an error.
set -eu
cd "$(dirname "$0")/.."

for python in .venv/bin/python python3.10 python3 python \
    "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/3.10.*/bin/python \
    "${HOME:-}"/.pyenv/versions/3.10.*/bin/python; do
    if found=$("$python" -c '
import ensurepip, sys, venv
if sys.version_info[:2] == (3, 10) and sys.implementation.name == "cpython":
    print(sys.executable)' 2> /dev/null) && [ -n "$found" ]; then
        echo "$found"
        exit
    fi
done

uv=$(scripts/find_uv.sh)
if ! found=$("$uv" python find --managed-python 3.10 2> /dev/null); then
    echo "· No Python 3.10 here: fetching one (usually 30 seconds)" >&2
    if ! "$uv" python install 3.10 > /dev/null 2>&1; then
        echo "Python 3.10 was not found and could not be fetched: install it (for example with pyenv install 3.10), or check the connection to the internet, then try again." >&2
        exit 1
    fi
    found=$("$uv" python find --managed-python 3.10)
fi
echo "$found"
