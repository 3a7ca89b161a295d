#!/bin/sh
# Pins requirements.in and requirements-dev.in, with hashes, for Linux on x86-64.
#   scripts/lock.sh            keeps what is pinned already wherever it still fits
#   scripts/lock.sh --upgrade  takes the newest of everything that fits
set -eu
cd "$(dirname "$0")/.."
uv=$(scripts/find_uv.sh)

lock() {
    name=$1
    shift
    "$uv" pip compile "$name.in" --output-file "$name.txt" --generate-hashes --no-header --quiet \
        --no-emit-index-url --no-emit-find-links \
        --python-version 3.10 --python-platform x86_64-unknown-linux-gnu "$@"
    draft=$(mktemp)
    { echo "# Made by \`make lock\` from $name.in: change that, not this."; cat "$name.txt"; } > "$draft"
    cat "$draft" > "$name.txt"
    rm "$draft"
    echo "· $name.txt: $(grep -c '==' "$name.txt") packages pinned"
}

lock requirements --override requirements-overrides.txt "$@"
lock requirements-dev "$@"
