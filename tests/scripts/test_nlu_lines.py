from __future__ import annotations

from scripts.nlu_lines import nlu_lines


def test_every_example_has_its_label() -> None:
    found = dict(nlu_lines())
    assert len(found) > 10_000
    assert {"faq/cost", "greet", "out_of_scope"} <= set(found.values())
    assert not any(text.startswith("- ") for text in found)
