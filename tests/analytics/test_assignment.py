"""Who is left alone: by a stable hash, evenly, without parting families."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nenrin.analytics.effects import assignment


def test_the_share_left_alone_is_the_share_asked_for() -> None:
    held = sum(assignment.arm("rescue", n, "smb", share=0.1) == "holdout" for n in range(50_000)) / 50_000
    assert held == pytest.approx(0.1, abs=0.005)  # some 3.7 standard deviations


def test_two_playbooks_choose_independently() -> None:
    both = Counter((assignment.arm("a", n, share=0.5), assignment.arm("b", n, share=0.5)) for n in range(20_000))
    assert all(count == pytest.approx(5_000, abs=300) for count in both.values())


@given(some.integers(), some.floats(0, 1), some.floats(0, 1))
def test_a_larger_share_keeps_who_is_left_alone_under_a_smaller(cluster: int, one: float, other: float) -> None:
    low, high = sorted((one, other))
    if assignment.arm("s", cluster, share=low) == "holdout":
        assert assignment.arm("s", cluster, share=high) == "holdout"


@given(some.dictionaries(some.integers(0, 10_000), some.sampled_from([("a",), ("b", "x"), ()]), max_size=200),
       some.floats(0, 1))  # fmt: skip
def test_an_audience_assigned_at_once_is_balanced_in_each_stratum(
    strata: dict[int, tuple[str, ...]], share: float
) -> None:
    found = assignment.arms("s", strata, share=share)
    assert found == assignment.arms("s", dict(reversed(strata.items())), share=share)
    for stratum, size in Counter(strata.values()).items():
        held = sum(found[one] == "holdout" for one, own in strata.items() if own == stratum)
        assert abs(held - share * size) < 1 + 1e-9


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(assignment.NotAShare):
        assignment.arm("s", 1, share=share)
