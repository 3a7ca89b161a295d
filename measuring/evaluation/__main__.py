"""`python -m measuring.evaluation`: measures, and writes docs/evaluation.md.

With `--check` only ours is measured, in less than a minute, and nothing is written. Either way a
figure below its floor (floor.yml) ends it with an error.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from bot.settings import ROOT
from measuring import machine
from measuring.evaluation import crisis, questions, report, stock_pipeline
from measuring.evaluation.crisis import Screened
from measuring.evaluation.floor import goals, problems
from measuring.evaluation.pipelines import Ours
from measuring.evaluation.report import Measured
from scripts.crisis_lines import Line
from scripts.environment import checked_settings, environment
from scripts.plainly import Failure, run

DOCS = ROOT / "docs"


def main() -> None:
    """Measures, writes, prints.

    Raises:
        Failure: a figure is worse than its floor.
    """
    parser = argparse.ArgumentParser(prog="measuring.evaluation")
    parser.add_argument("--check", action="store_true", help="only compare ours with the floors")
    check = parser.parse_args().check
    os.environ.update(environment(checked_settings()))  # before anything loads TensorFlow
    lines = crisis.unseen()
    ours = Measured(crisis.by_ours(lines), questions.result(Ours()), questions.answers())
    if not check:
        report.write(ours, _stock(lines), goals(), machine.machine(), DOCS)
        print(f"Written: {(DOCS / 'evaluation.md').relative_to(ROOT)}")
    print(report.summary(ours.shares, goals()))
    worse = problems(ours.shares, goals())
    if worse:
        raise Failure("\n".join(["Worse than the floor:", *worse]))


def _stock(lines: list[Line]) -> Measured:
    with tempfile.TemporaryDirectory() as name:
        stock = stock_pipeline.Stock(stock_pipeline.train(Path(name) / "stock"))
        read = stock.read([line.text for line in lines])
        screened = [
            Screened(line, "alert", _category(each.intent))
            if stock_pipeline.fires(each)
            else Screened(line, None)
            for line, each in zip(lines, read, strict=True)
        ]
        return Measured(screened, questions.result(stock), [])


def _category(intent: str) -> str:
    return intent.removeprefix(stock_pipeline.CRISIS).replace("_", "-")


if __name__ == "__main__":
    run(main)
