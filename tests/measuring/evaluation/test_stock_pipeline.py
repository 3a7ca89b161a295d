from __future__ import annotations

from pathlib import Path

import yaml

from measuring.evaluation import stock_pipeline
from measuring.evaluation.pipelines import Read
from scripts.crisis_lines import Line


def test_crisis_lines_become_intents() -> None:
    lines = [
        Line("a", "direct", "fires", "suicidal-thoughts"),
        Line("b", "direct", "alert", "suicidal-thoughts"),
        Line("c", "grief", "none", None),
        Line("d", "denied", "quiet", "suicidal-thoughts"),
    ]
    assert stock_pipeline.crisis_examples(lines) == {
        "crisis_suicidal_thoughts": ["a", "b"],
        "harmless": ["c", "d"],
    }


def test_only_a_crisis_intent_fires() -> None:
    assert stock_pipeline.fires(Read("crisis_abuse"))
    assert not stock_pipeline.fires(Read("harmless"))
    assert not stock_pipeline.fires(Read("nlu_fallback"))


def test_examples_are_in_rasas_form() -> None:
    block = stock_pipeline._block("harmless", ["I [really] am {fine}", "two\nlines"])
    assert block == {"intent": "harmless", "examples": "- I (really) am (fine)\n- two lines\n"}


def test_the_domain_has_every_intent_and_topic(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    blocks = [{"intent": name, "examples": "- a\n"} for name in ("faq/cost", "greet")]
    (data / "a.yml").write_text(yaml.safe_dump({"nlu": blocks}))
    domain = stock_pipeline._domain(tmp_path)
    assert domain["intents"] == ["faq", "greet"]
    assert set(domain["responses"]) == {"utter_faq/cost"}


def test_the_starters_pipeline_is_spelt_out_at_our_epochs() -> None:
    commented = "pipeline:\n# # No configuration.\n#   - name: DIETClassifier\n#     epochs: 100\n"
    config = yaml.safe_load(stock_pipeline.spelt_out(commented))
    assert config == {"pipeline": [{"name": "DIETClassifier", "epochs": stock_pipeline.EPOCHS}]}
