"""`python -m measuring.bench`: measures, and writes docs/benchmarks.md.

With `--rounds N` in so many rounds; with `--report` it writes the page anew from the figures of the
last run.
"""

from __future__ import annotations

import argparse
import json

from bot.settings import ROOT
from measuring.bench import report
from measuring.bench.rounds import measure
from scripts.plainly import run

DOCS = ROOT / "docs"
FIGURES = DOCS / "benchmarks" / "figures.json"


def main() -> None:
    """Measures unless told not to, then writes the report and prints it."""
    parser = argparse.ArgumentParser(prog="measuring.bench")
    parser.add_argument("--rounds", type=int, default=3, help="how often all is measured")
    parser.add_argument("--report", action="store_true", help="only write the report anew")
    given = parser.parse_args()
    if not given.report:
        figures = measure(given.rounds)
        FIGURES.parent.mkdir(parents=True, exist_ok=True)
        FIGURES.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    report.write(json.loads(FIGURES.read_text(encoding="utf-8")), DOCS)
    print((DOCS / "benchmarks.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    run(main)
