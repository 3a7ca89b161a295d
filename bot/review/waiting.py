"""How long someone has waited, against the service's own target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.knowledge.services import Targets, services
from bot.records.cases import NO_FLAG
from bot.records.models import Case
from bot.settings import settings
from bot.staff.rules import rules

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Waiting:
    """How long, and the target it is held to; `target` None where the service has set none.

    `contacted_at` is when someone was contacted who waits for nothing more.
    """

    passed: timedelta
    target: timedelta | None
    demonstration: bool
    contacted_at: datetime | None = None

    @property
    def late(self) -> bool:
        """Whether it is longer than the service means it to be."""
        return self.target is not None and self.passed > self.target

    @property
    def words(self) -> str:
        """Such as "5 minutes", "3 hours" or "12 days"."""
        return in_words(self.passed)

    @property
    def target_words(self) -> str:
        """The target in the same words, with no hour of it left out."""
        if self.target is None:
            return ""
        days, rest = divmod(self.target, _DAY)
        return f"{self.target // _HOUR} hours" if days and rest else in_words(self.target)


def waiting(case: Case, now: datetime) -> Waiting:
    """How long a case waits: for a flag to be resolved, else for the first contact."""
    targets, demonstration = targets_of(case.service_id)
    contacted_at = case.contacted_at if case.rank == NO_FLAG else None
    if case.rank != NO_FLAG:
        hours = targets.flag_hours
        target = None if hours is None else timedelta(hours=hours)
    else:
        days = None if contacted_at else targets.contact_days
        target = None if days is None else timedelta(days=days)
    passed = max(now - case.waiting_since, timedelta())
    return Waiting(passed, target, demonstration, contacted_at)


def targets_of(service_id: str | None) -> tuple[Targets, bool]:
    """A service's targets, and whether they are made up for a demonstration."""
    service = services().get(service_id or "")
    own = service.targets if service else Targets()
    if own == Targets() and settings().demo:
        return rules().demonstration_targets, True
    return own, False


def in_words(length: timedelta) -> str:
    """A length of time, as exact as anybody needs it."""
    minutes = int(length.total_seconds() // 60)
    if minutes >= 2 * 24 * 60:
        return f"{minutes // (24 * 60)} days"
    if minutes >= 2 * 60:
        return f"{minutes // 60} hours"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
