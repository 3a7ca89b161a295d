#!/bin/sh
# Runs every test. Arguments go to pytest: `scripts/test.sh tests/bot -k crisis` runs only those.
set -eu
cd "$(dirname "$0")/.."
export FOYER_ENV_FILE=/dev/null  # no test depends on the settings of this copy

.venv/bin/python -m pytest "$@"

# Rasa's own tests: the dialogue, and understanding of held-out phrasing. Then how much is understood,
# against the floors of measuring/evaluation/floor.yml.
if [ $# -eq 0 ]; then
    .venv/bin/python -m scripts.rasa_test
    .venv/bin/python -m measuring.evaluation --check
fi
