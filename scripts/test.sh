#!/bin/sh
# Runs every test. Arguments go to pytest: `scripts/test.sh tests/bot -k crisis` runs only those.
set -eu
cd "$(dirname "$0")/.."
export FOYER_ENV_FILE=/dev/null  # no test depends on the settings of this copy

# Everything is shared out over two workers; what is asked for by name runs in one, with its output.
if [ $# -gt 0 ]; then
    exec .venv/bin/python -m pytest "$@"
fi
.venv/bin/python -m pytest --numprocesses 2 --dist loadgroup --durations 40

# Rasa's own tests: the dialogue, and understanding of held-out phrasing. Beside them, each on a core of
# its own, how much is understood, against the floors of measuring/evaluation/floor.yml.
.venv/bin/python -m scripts.rasa_test &
.venv/bin/python -m measuring.evaluation --check
wait $!
