from __future__ import annotations

from scripts.nlu_lines import TRAINING, nlu_lines


def test_every_example_has_its_label() -> None:
    found = {text: label for label, text in nlu_lines(*TRAINING)}
    assert len(found) > 10_000
    assert {"faq/cost", "greet", "out_of_scope"} <= set(found.values())
    assert not any(text.startswith("- ") for text in found)
