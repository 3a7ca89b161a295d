"""Counts for Prometheus. Nothing here says who, or what was said."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from web.chat.wire import MessageJSON, is_crisis

_SECONDS = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 12)


class Metrics:
    """The measures of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._turns = Counter("foyer_turns", "Messages answered", registry=self.registry)
        self._seconds = Histogram(
            "foyer_turn_seconds",
            "From a message to its answer",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._refused = Counter(
            "foyer_refused",
            "What was refused or failed, by code; `failed` is a fault of ours",
            ["code"],
            registry=self.registry,
        )
        self._crisis = Counter(
            "foyer_crisis_replies",
            "Crisis replies given, by tier",
            ["tier"],
            registry=self.registry,
        )
        self._by_edge = Counter(
            "foyer_crisis_replies_without_rasa",
            "Those of them that the web process gave itself",
            registry=self.registry,
        )
        self._waiting = Gauge(
            "foyer_flags_on_disk", "Flags that wait for the database", registry=self.registry
        )
        self._flags = Gauge(
            "foyer_flags_not_acknowledged",
            "Flags that nobody has acknowledged, by tier; none while the database is down",
            ["tier"],
            registry=self.registry,
        )

    def answered(self, messages: Iterable[MessageJSON], seconds: float) -> None:
        """A message was answered."""
        self._turns.inc()
        self._seconds.observe(seconds)
        for message in filter(is_crisis, messages):
            self._crisis.labels(message["custom"]["tier"]).inc()

    def crisis_by_edge(self) -> None:
        """A crisis reply was given without Rasa."""
        self._by_edge.inc()

    def refused(self, code: str) -> None:
        """A message, or whatever else was asked for, was refused."""
        self._refused.labels(code).inc()

    def failed(self) -> None:
        """Something failed in a way that nobody had thought of."""
        self._refused.labels("failed").inc()

    def text(self, waiting: int, flags: dict[str, int]) -> bytes:
        """All measures in Prometheus's form.

        Args:
            waiting: flags on disk.
            flags: flags not acknowledged, by tier.
        """
        self._waiting.set(waiting)
        self._flags.clear()
        for tier, count in flags.items():
            self._flags.labels(tier).set(count)
        return generate_latest(self.registry)
