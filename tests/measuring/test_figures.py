from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measuring.figures import Share, percentile, typical


def test_the_interval_is_wilsons() -> None:
    # Values from Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    assert Share(81, 263).interval == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert Share(15, 148).interval == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert Share(0, 20).interval == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert Share(1, 29).interval == pytest.approx((0.0061, 0.1718), abs=5e-5)


@given(st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_share_lies_in_its_interval(counts: tuple[int, int]) -> None:
    share = Share(*counts)
    low, high = share.interval
    assert 0 <= low <= share.value + 1e-9
    assert share.value - 1e-9 <= high <= 1


def test_of_nothing_nothing_is_known() -> None:
    assert Share.counted([]).interval == (0.0, 1.0)
    assert str(Share(0, 0)) == "–"


def test_a_share_counts_what_is_true() -> None:
    share = Share.counted([True, False, True, True])
    assert (share.count, share.of, share.value) == (3, 4, 0.75)
    assert str(share) == "75.0% (30.1 to 95.4)"


def test_percentiles_are_values_that_occurred() -> None:
    values = list(range(1, 101))
    assert percentile(values, 95) == 95
    assert percentile(values, 100) == 100
    assert percentile([7.0], 95) == 7.0
    assert percentile([3, 1, 2], 50) == 2


def test_what_is_typical_is_the_median() -> None:
    assert typical([1, 100, 2]) == 2
    assert typical([1, 2]) == 1.5
