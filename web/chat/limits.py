"""How much may come, and how fast."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from time import monotonic


class Bucket:
    """Lets `capacity` through at once, and then that many in each `seconds`."""

    def __init__(self, capacity: int, seconds: float) -> None:
        self._capacity = float(capacity)
        self._rate = capacity / seconds
        self._level = self._capacity
        self._at = monotonic()

    def take(self, amount: float = 1) -> float:
        """Takes so much: 0, or how many seconds to wait until there is that much to take."""
        now = monotonic()
        self._level = min(self._capacity, self._level + (now - self._at) * self._rate)
        self._at = now
        if self._level < amount:
            return (amount - self._level) / self._rate
        self._level -= amount
        return 0.0


class Buckets:
    """A bucket for each key, the latest used ones only."""

    def __init__(self, capacity: int, seconds: float, *, kept: int = 10_000) -> None:
        self._measure = (capacity, seconds)
        self._kept = kept
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, key: str, amount: float = 1) -> float:
        """Takes from the bucket of `key`; see `Bucket.take`."""
        bucket = self._buckets.setdefault(key, Bucket(*self._measure))
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._kept:
            self._buckets.popitem(last=False)
        return bucket.take(amount)


def network(address: str) -> str:
    """Whom an address counts as: itself, or for IPv6 the network one customer has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
