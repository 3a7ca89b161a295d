"""Where the time of a turn goes: the parts of a turn timed from within, in a process of its own.

`python -m measuring.bench.parts` has the assistant's model answer messages without its server, over
the database and the action server that its environment names, with a clock at each part's door.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

from bot.settings import ROOT
from measuring.bench.assistants import Assistant

TURNS, WARMING = 60, 15
KINDS = ("small_talk", "question", "danger")
_MARK = "parts: "

Parts = dict[str, dict[str, float]]


def parts(assistant: Assistant) -> Parts:
    """The median milliseconds of each part, by kind of message; "whole" is all of them.

    "meaning" is a part of "screening"; "phrases" is a screening without it, after the turn.
    """
    said = subprocess.run(
        [sys.executable, "-m", "measuring.bench.parts"],
        cwd=ROOT,
        env=dict(assistant.env),
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ).stdout
    line = next(line for line in said.splitlines() if line.startswith(_MARK))
    found: Parts = json.loads(line.removeprefix(_MARK))
    return found


class Clock:
    """Adds up how long the functions take that it was put on."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)

    def on(self, owner: Any, name: str, part: str) -> None:
        """Times a function or coroutine function of a module, class or object."""
        timed: Callable[..., Any] = getattr(owner, name)
        if iscoroutinefunction(timed):

            @wraps(timed)
            async def run_soon(*args: Any, **kwargs: Any) -> Any:
                began = perf_counter()
                try:
                    return await timed(*args, **kwargs)
                finally:
                    self.spent[part] += 1000 * (perf_counter() - began)

            setattr(owner, name, run_soon)
            return

        @wraps(timed)
        def run(*args: Any, **kwargs: Any) -> Any:
            began = perf_counter()
            try:
                return timed(*args, **kwargs)
            finally:
                self.spent[part] += 1000 * (perf_counter() - began)

        setattr(owner, name, run)

    def take(self) -> dict[str, float]:
        """What has been added up since it was last taken."""
        taken = dict(self.spent)
        self.spent.clear()
        return taken


async def _measured() -> Parts:
    from rasa.core.actions.action import RemoteAction
    from rasa.core.agent import load_agent
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
    from rasa.core.utils import AvailableEndpoints

    from bot.components import action_replies, crisis_policy
    from bot.components.topic_classifier import TopicClassifier
    from bot.crisis.meaning import Meaning
    from bot.crisis.screen import by_phrases
    from measuring.bench.people import MESSAGES
    from scripts.train import MODEL

    action_replies.install()
    clock = Clock()
    clock.on(TopicClassifier, "process", "understanding")
    clock.on(crisis_policy, "screen", "screening")
    clock.on(Meaning, "senses", "meaning")
    clock.on(RemoteAction, "run", "actions")
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    agent = await load_agent(model_path=str(MODEL), endpoints=endpoints)
    clock.on(agent.processor.tracker_store, "retrieve", "reading")
    clock.on(agent.processor.tracker_store, "save", "writing")
    found: Parts = {}
    for kind in KINDS:
        turns: list[dict[str, float]] = []
        for turn in range(WARMING + TURNS):
            if turn % 10 == 0:
                sender = uuid4().hex
            text = MESSAGES[kind][turn % len(MESSAGES[kind])]
            message = UserMessage(text, CollectingOutputChannel(), sender)
            clock.take()
            began = perf_counter()
            await agent.handle_message(message)
            whole = 1000 * (perf_counter() - began)
            spent = clock.take()
            began = perf_counter()
            by_phrases(text)
            phrases = 1000 * (perf_counter() - began)
            turns.append({**spent, "phrases": phrases, "whole": whole})
        names = {name for turn in turns for name in turn}
        found[kind] = {
            name: median(turn.get(name, 0.0) for turn in turns[WARMING:]) for name in names
        }
    return found


if __name__ == "__main__":
    print(_MARK + json.dumps(asyncio.run(_measured())))
