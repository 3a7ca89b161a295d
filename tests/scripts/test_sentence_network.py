from __future__ import annotations

import random

from scripts import sentence_network


def test_a_text_is_varied_but_stays_readable() -> None:
    rng = random.Random(3)
    text = "I'm not sure, honestly. Something feels wrong today."
    varied = {sentence_network._varied(text, rng) for _ in range(60)}
    assert text in varied
    assert text.lower() in varied
    assert len(varied) > 5
    assert all(abs(len(other) - len(text)) <= 4 for other in varied)
