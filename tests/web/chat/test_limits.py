from __future__ import annotations

import pytest

from web.chat import limits
from web.chat.limits import Bucket, Buckets, network


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(limits, "monotonic", clock)
    return clock


def test_a_bucket_lets_its_measure_through_and_says_how_long_to_wait(clock: Clock) -> None:
    bucket = Bucket(3, 60)
    assert [bucket.take() for _ in range(3)] == [0, 0, 0]
    assert bucket.take() == pytest.approx(20)
    clock.now += 20
    assert bucket.take() == 0
    assert bucket.take() == pytest.approx(20)
    clock.now += 3600
    assert [bucket.take() > 0 for _ in range(4)] == [False, False, False, True]


def test_each_has_a_bucket_of_its_own(clock: Clock) -> None:
    buckets = Buckets(1, 60)
    assert (buckets.take("a"), buckets.take("b")) == (0, 0)
    assert buckets.take("a") > 0


def test_buckets_do_not_pile_up(clock: Clock) -> None:
    buckets = Buckets(1, 60, kept=2)
    for key in "abcd":
        buckets.take(key)
    assert list(buckets._buckets) == ["c", "d"]


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_customer_counts_once(address: str, counts_as: str) -> None:
    assert network(address) == counts_as
