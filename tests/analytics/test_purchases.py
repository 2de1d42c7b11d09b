"""Customers without a contract, against the published fits of CDNOW and of yearly donations."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, datetime
from functools import cache

import numpy as np
import pytest

from nenrin.analytics.forecasts.purchases import dropping, dying, occasions, spending
from nenrin.analytics.forecasts.purchases.histories import Histories, histories, of_days
from tests.analytics.published_survival import SHARED

END = date(1997, 9, 30)
#: Donations of 11,104 supporters: (years given again, the last of them, customers) of six possible years.
DONATIONS = (
    (0, 0, 3464), (1, 1, 1091), (1, 2, 277), (1, 3, 129), (1, 4, 78), (1, 5, 119), (1, 6, 129), (2, 2, 613),
    (2, 3, 255), (2, 4, 155), (2, 5, 173), (2, 6, 234), (3, 3, 322), (3, 4, 181), (3, 5, 225), (3, 6, 357),
    (4, 4, 240), (4, 5, 284), (4, 6, 512), (5, 5, 335), (5, 6, 728), (6, 6, 1203),
)  # fmt: skip


@cache
def cdnow() -> Histories:
    file = SHARED / "cdnow_customers_summary.csv"
    if not file.exists():
        pytest.skip("the CDNOW public data set is not beside the project")
    with file.open() as lines:
        rows = list(csv.DictReader(lines))
    return histories(*([float(row[name]) for row in rows] for name in ("frequency", "recency", "T")))


def test_customers_who_may_drop_out_are_fitted_as_published() -> None:
    found = dropping.fit(cdnow())
    assert cdnow().weights.sum() == 2357
    assert (found.r, found.alpha, found.a, found.b) == pytest.approx((0.24259, 4.41353, 0.79289, 2.42575), abs=1e-4)
    assert found.log_likelihood == pytest.approx(-9582.43, abs=0.005)
    assert found.ahead(39, 2, 30.43, 38.86) == pytest.approx(1.2259, abs=5e-5)
    assert found.alive(2, 30.43, 38.86) == pytest.approx(0.7266, abs=5e-5)
    assert found.alive(0, 0, 38.86) == 1


def test_customers_who_may_end_at_any_time_are_fitted_as_published() -> None:
    found = dying.fit(cdnow())
    assert (found.r, found.alpha, found.s, found.beta) == pytest.approx((0.5533, 10.578, 0.6062, 11.669), abs=2e-3)
    assert found.log_likelihood < dropping.fit(cdnow()).log_likelihood


def test_spending_is_fitted_as_published() -> None:
    """946 of them bought again within 39 weeks."""
    file = SHARED / "CDNOW_sample.txt"
    if not file.exists():
        pytest.skip("the CDNOW public data set is not beside the project")
    spent: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for line in file.read_text().splitlines():
        customer, _, day, _, value = line.split()
        on = datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007
        if on <= END:
            spent[customer][on] += float(value)
    again = [list(days.values())[1:] for days in spent.values()]
    again = [values for values in again if values and sum(values) > 0]
    assert len(again) == 946
    found = spending.fit([len(values) for values in again], [np.mean(values) for values in again])
    assert (found.p, found.q, found.v) == pytest.approx((6.2488, 3.7446, 15.4477), rel=2e-3)
    assert found.expected(0, 0) == pytest.approx(found.p * found.v / (found.q - 1))


def test_donors_by_year_are_fitted_as_published() -> None:
    x, last, weights = zip(*DONATIONS, strict=True)
    found = occasions.fit(histories(x, last, [6] * len(x), weights))
    assert (found.alpha, found.beta, found.gamma, found.delta) == pytest.approx(
        (1.2035, 0.7497, 0.6567, 2.7834), abs=2e-3
    )
    assert found.log_likelihood == pytest.approx(-33225.58, abs=0.005)


def test_a_history_is_read_from_days() -> None:
    bought = [date(2026, 1, 1), date(2026, 3, 1), date(2026, 2, 1), date(2027, 1, 1)]
    assert of_days(bought, date(2026, 4, 1), days=1.0) == (2, 59.0, 90.0)


def test_equal_histories_are_counted_once() -> None:
    known = histories([1, 1, 0], [2.0, 2.0, 0.0], [9.0, 9.0, 9.0])
    assert known.again.tolist() == [0, 1] and known.weights.tolist() == [1, 2]
