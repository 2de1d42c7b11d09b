"""Kaplan-Meier with Greenwood's interval, against lifelines 0.30.3 (MIT) to six digits.

The flies are the `waltons` data of that library, as counts by day: (day, died, last seen alive).
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.analytics.forecasts import lifetimes, survival

Counts = list[tuple[int, int, int]]
CONTROL: Counts = [
    (7, 1, 1), (17, 1, 0), (32, 1, 0), (33, 1, 0), (38, 2, 0), (41, 7, 0), (45, 9, 1), (48, 8, 0), (51, 3, 0),
    (53, 7, 0), (54, 2, 0), (56, 18, 0), (58, 4, 0), (60, 15, 1), (61, 9, 2), (63, 9, 0), (66, 3, 0), (68, 9, 1),
    (69, 12, 1), (75, 1, 0),
]  # fmt: skip
MIR: Counts = [
    (6, 1, 0), (9, 3, 0), (13, 3, 0), (15, 2, 0), (19, 3, 0), (22, 4, 0), (26, 5, 0), (29, 5, 0), (33, 2, 0),
    (36, 2, 0), (43, 1, 0), (47, 1, 0), (62, 2, 0),
]  # fmt: skip


def curve(*groups: Counts) -> survival.Curve:
    rows = [(day, died) for group in groups for day, lost, kept in group for died in [True] * lost + [False] * kept]
    return survival.kaplan_meier([day for day, _ in rows], [died for _, died in rows])


@pytest.mark.parametrize(
    ("groups", "customers", "median", "at_forty"),
    [((CONTROL,), 129, 58, 0.9532), ((MIR,), 34, 26, 0.1176), ((CONTROL, MIR), 163, 56, 0.7778)],
)
def test_medians_and_shares_are_the_published_ones(
    groups: tuple[Counts, ...], customers: int, median: float, at_forty: float
) -> None:
    found = curve(*groups)
    assert found.at_risk[0] == customers and found.median == median
    assert found.at(40) == pytest.approx(at_forty, abs=5e-5)


@pytest.mark.parametrize(
    ("groups", "day", "share", "low", "high"),
    [
        ((CONTROL,), 7, 0.992248, 0.946252, 0.998904),
        ((CONTROL,), 56, 0.528455, 0.438181, 0.610791),
        ((CONTROL,), 60, 0.378595, 0.294699, 0.462022),
        ((CONTROL,), 69, 0.018220, 0.003580, 0.057954),
        ((MIR,), 15, 0.735294, 0.552952, 0.852504),
        ((MIR,), 22, 0.529412, 0.351067, 0.679494),
        ((CONTROL, MIR), 56, 0.429903, 0.352689, 0.504680),
    ],
)
def test_intervals_equal_the_reference(
    groups: tuple[Counts, ...], day: float, share: float, low: float, high: float
) -> None:
    found = curve(*groups)
    at = found.times.index(day)
    assert (found.share[at], found.low[at], found.high[at]) == pytest.approx((share, low, high), abs=1e-6)


def test_who_is_last_seen_at_a_time_still_stood_before_it() -> None:
    """Four stood; one left at 2 when another was last seen; of the two that stood before 3 one left."""
    found = survival.kaplan_meier([1, 2, 2, 3], [False, True, False, True])
    assert found.at_risk == (4, 4, 3, 1) and found.share == pytest.approx((1, 1, 2 / 3, 0))
    assert (found.low[-1], found.high[-1]) == (0, 0) and (found.low[1], found.high[1]) == (1, 1)


@given(st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=60))
def test_counts_by_occasion_give_the_same_curve_as_rows(rows: list[tuple[int, bool]]) -> None:
    one = lifetimes.from_lives([(t, is_lost, t) for t, is_lost in rows])
    counted = survival.of_counts(one.lost, one.kept, 0.95)
    listed = survival.kaplan_meier([t for t, _ in rows], [is_lost for _, is_lost in rows])
    assert [counted.at(t) for t in range(13)] == pytest.approx([listed.at(t) for t in range(13)])
    assert all(low <= s + 1e-12 and s <= high + 1e-12 for s, low, high in zip(listed.share, listed.low, listed.high, strict=True))  # fmt: skip
    assert np.all(np.diff(listed.share) <= 1e-12)
