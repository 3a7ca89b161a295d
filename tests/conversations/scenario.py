"""Scenarios as data: what a person says and what must come back.

A scenario file is a list of:

    - name: what it shows
      service: berkshire            # the page it starts on; none by default
      steps:
        - say: hi
          expect: [automated]       # each stands in the replies (any case)
          refuse: [diagnos]         # none of these does
          buttons: [Refer myself]   # among the choices offered
          crisis: alert             # a crisis reply of that tier; "none" for no crisis reply
          question: about.name      # the pre-screen's question that is open now
        - answer_until: phq-9.3     # answers as person.yml has it, up to that question
          with: {about.name: Sam}   # other answers for some questions
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.conversations.assistant import Talk

HERE = Path(__file__).parent
PERSON: dict[str, str] = yaml.safe_load((HERE / "person.yml").read_text())
_QUESTIONS_AT_MOST = 80


@dataclass(frozen=True)
class Scenario:
    """One scenario of a file."""

    name: str
    steps: list[dict[str, Any]]
    service: str | None = None
    file: str = field(default="", compare=False)


def scenarios() -> list[Scenario]:
    """All scenarios, by file and order."""
    return [
        Scenario(file=path.stem, **fields)
        for path in sorted((HERE / "scenarios").glob("*.yml"))
        for fields in yaml.safe_load(path.read_text())
    ]


def play(scenario: Scenario, talk: Talk) -> None:
    """Plays a scenario; an AssertionError shows the conversation so far."""
    said: list[str] = []
    for step in scenario.steps:
        if "answer_until" in step:
            answer_until(talk, step["answer_until"], step.get("with", {}))
            said.append(f"… up to {step['answer_until']}")
        else:
            talk.say(step["say"])
            said.append(f"> {step['say']}\n{talk.text}\n{talk.buttons}")
        _check(step, talk, "\n".join(said))


def answer_until(talk: Talk, question: str, answers: dict[str, str] | None = None) -> None:
    """Answers questions as PERSON does until `question` is open."""
    for _ in range(_QUESTIONS_AT_MOST):
        if talk.question == question:
            return
        assert talk.question, f"no question is open on the way to {question}:\n{talk.text}"
        answer = {**PERSON, **(answers or {})}.get(talk.question)
        assert answer is not None, f"person.yml has no answer to {talk.question}"
        talk.say(answer)
    raise AssertionError(f"{question} never came; last asked: {talk.question}")


def _check(step: dict[str, Any], talk: Talk, so_far: str) -> None:
    heard = talk.text.lower()
    for words in step.get("expect", ()):
        assert words.lower() in heard, f"“{words}” was not said:\n{so_far}"
    for words in step.get("refuse", ()):
        assert words.lower() not in heard, f"“{words}” was said:\n{so_far}"
    for title in step.get("buttons", ()):
        assert title in talk.buttons, f"“{title}” was not offered:\n{so_far}"
    if "question" in step:
        assert talk.question == step["question"], f"{talk.question} is asked:\n{so_far}"
    crisis = (talk.custom("crisis") or {}).get("tier", "none")
    assert crisis == step.get("crisis", "none"), f"crisis reply: {crisis}:\n{so_far}"
