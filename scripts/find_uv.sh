#!/bin/sh
# Prints the path of uv: the one on PATH, or one put in .uv with any Python from 3.8 on.
set -eu
cd "$(dirname "$0")/.."
VERSION=0.13.9

if uv=$(command -v uv) && "$uv" --version > /dev/null 2>&1; then
    echo "$uv"
    exit
fi
if .uv/bin/uv --version > /dev/null 2>&1; then
    echo "$PWD/.uv/bin/uv"
    exit
fi
for python in python3 python3.13 python3.12 python3.11 python3.10 python3.9 python3.8 \
    "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/3.*/bin/python; do
    "$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 8))' 2> /dev/null ||
        continue
    echo "· Getting uv, which fetches Pythons and packages (usually 10 seconds)" >&2
    if "$python" -m venv --clear .uv > /dev/null 2>&1 &&
        .uv/bin/python -m pip install --quiet --retries 2 "uv==$VERSION" > /dev/null 2>&1; then
        echo "$PWD/.uv/bin/uv"
        exit
    fi
    rm -rf .uv
    echo "uv could not be installed: check the connection to the internet and the space on the disk, then try again." >&2
    exit 1
done
echo "No Python from 3.8 on that can make environments was found: install one (on Debian: apt install python3-venv), then try again." >&2
exit 1
