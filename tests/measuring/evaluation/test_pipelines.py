from __future__ import annotations

import pytest

from measuring.evaluation.pipelines import Ours, Read, is_declined


@pytest.fixture(scope="module")
def ours() -> Ours:
    return Ours()


def test_questions_and_services_are_read(ours: Ours) -> None:
    (read,) = ours.read(["how long is a session at Xyla, and is there homework?"])
    assert read.labels == {"faq/session_length", "faq/homework"}
    assert read.services == ("xyla",)


def test_it_reads_as_the_running_assistant_does(ours: Ours) -> None:
    assert ours.read(["/hello"])[0].intent == "greet"  # a typed slash is taken away
    assert ours.read(["What is DIT?"])[0].topics == ("what_is_dit",)  # as its button says it
    assert ours.read(["hello"])[0].first == "greet"


def test_declined_is_what_gets_no_answer() -> None:
    assert is_declined(Read("out_of_scope"))
    assert is_declined(Read("nlu_fallback", ("cost",)))
    assert not is_declined(Read("faq", ("cost",)))
