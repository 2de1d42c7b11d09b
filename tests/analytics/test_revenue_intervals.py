"""Every interval holds the figure it belongs to: whatever happened, under whatever policy, of everyone or of a part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.analytics import intervals, revenue
from nenrin.analytics.revenue import figures, groups, series
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.columns import Facts
from nenrin.analytics.revenue.contracts import Contract
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.kpis import band_of
from tests.analytics.revenue_cast import YEN, book, month, paying
from tests.analytics.revenue_histories import contracts
from tests.analytics.test_revenue_kpis import dealt, history, said
from tests.analytics.test_revenue_series import FEW

REAL = dict(KPIS)
PERIODS = [month(text) for text in ("2025-05", "2025-11", "2026-02")]


@pytest.fixture(autouse=True, scope="module")
def _however_few() -> Iterator[None]:
    """Few are enough, but where a test asks for the real numbers."""
    with pytest.MonkeyPatch.context() as patch:
        for key, kpi in list(REAL.items()):
            patch.setitem(KPIS, key, replace(kpi, minimum_n=0, also=()))
        yield


def misses(found: dict[str, Figure]) -> list[Figure]:
    """The figures that lie outside of their own intervals."""
    return [
        each
        for each in found.values()
        if each.interval and each.value is not None
        and not each.interval.low - 1e-9 <= each.value <= each.interval.high + 1e-9
    ]  # fmt: skip


@FEW
@given(contracts, st.booleans(), st.sampled_from([0, 31]))
def test_an_interval_holds_its_figure_whatever_the_history(told: list[Contract], back: bool, gap: int) -> None:
    of, facts = (
        revenue.of_contracts(told, replace(YEN, gap_merge_days=gap)),
        Facts(1, 900_000, reactivation_in_nrr=back),
    )
    for period in PERIODS:
        assert not misses(figures.whole(figures.measured(of, period)[1], facts))


@pytest.mark.parametrize("back", [False, True])
def test_an_interval_holds_its_figure_where_much_is_said_and_done(back: bool) -> None:
    facts, shown = Facts(1, 6_000_000, reactivation_in_nrr=back), set()
    for seed in (1, 2):
        told = history(seed)
        of = dealt(said(book(told), seed)[0], told, seed)[0]
        for period in PERIODS:
            found = figures.whole(figures.measured(of, period)[1], facts)
            assert not misses(found)
            shown |= {key for key, each in found.items() if each.interval}
        cut = groups.disjoint(np.arange(len(of.accounts)) % 4, 4)
        for key, each in series.computed(of, PERIODS, cut, replace(facts, acquisition_minor=None)).items():
            known = ~np.isnan(each.low)
            assert (each.low <= each.value + 1e-9)[known].all() and (each.value <= each.high + 1e-9)[known].all(), key
    assert shown == {key for key, kpi in KPIS.items() if kpi.interval != "none"}


def test_net_churn_that_counts_who_came_back_has_an_interval_that_does_so_too() -> None:
    stay = [paying(n, 100, "2025-01-01", "2026-02-05" if n < 10 else None) for n in range(100)]
    back = [paying(200 + n, 100, *days) for n in range(30) for days in (("2025-01-01", "2025-06-01"), ("2026-02-10",))]
    _, columns = figures.measured(book(stay + back), month("2026-02"))
    for counts, value in ((False, 0.1), (True, -0.2)):
        found = figures.whole(columns, Facts(reactivation_in_nrr=counts), ["net_mrr_churn"])["net_mrr_churn"]
        assert found.value == pytest.approx(value) and found.interval is not None
        assert found.interval.low < value < found.interval.high


def test_what_a_customer_is_worth_and_costs_has_the_reach_of_all_that_it_is_made_of() -> None:
    """Churn by Wilson, customers won by Poisson, what each pays by the accounts: each alone reaches less far."""
    told = [*(paying(n, 50_000 + 100 * n, "2024-01-01", "2026-01-10" if n < 20 else None) for n in range(100)),
            *(paying(200 + n, 40_000 + 1000 * n, "2026-01-01") for n in range(10))]  # fmt: skip
    _, columns = figures.measured(book(told), month("2026-01"))
    found = figures.whole(columns, Facts(acquisition_minor=6_000_000))
    reach = {key: (each.interval.low / each.value, each.interval.high / each.value)
             for key, each in found.items() if each.interval and each.value}  # fmt: skip
    low, high = intervals.poisson(10)
    assert reach["cac"] == pytest.approx((10 / high, 10 / low))
    share, ends = 1 - 0.8 ** (1 / 12), intervals.wilson(20, 100)
    assert ends is not None
    alone = [share / (1 - (1 - end) ** (1 / 12)) for end in (ends.high, ends.low)]
    assert reach["ltv"][0] < alone[0] < 0.75 and 1.5 < alone[1] < reach["ltv"][1]
    assert reach["ltv_to_cac"][0] < min(reach["ltv"][0], low / 10) and reach["ltv_to_cac"][1] > high / 10
    assert reach["payback_months"][0] < 10 / high and reach["quick_ratio"][0] < 1 < reach["quick_ratio"][1]
    assert reach["ltv_discounted"][1] < reach["ltv"][1], "what is discounted depends less on churn"


def test_nobody_left_and_the_value_has_no_upper_end() -> None:
    _, columns = figures.measured(book([paying(n, 100 + n, "2024-01-01") for n in range(60)]), month("2026-01"))
    found = figures.whole(columns, Facts())
    assert found["ltv"].value and found["ltv"].interval is None
    capped = found["ltv_36"]
    assert capped.value and capped.interval and capped.interval.low < capped.value < capped.interval.high


def test_one_customer_won_or_three_to_tell_churn_from_are_no_ratio(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("ltv_to_cac", "payback_months"):
        monkeypatch.setitem(KPIS, key, REAL[key])
    few = [paying(n, 100_000, "2024-01-01") for n in range(3)] + [paying(9, 100_000, "2026-01-05")]
    many = [paying(n, 100_000, "2024-01-01") for n in range(40)] + [paying(90, 100_000, "2026-01-05")]
    enough = many + [paying(100 + n, 100_000, "2026-01-05") for n in range(9)]
    for told, known in ((few, False), (many, False), (enough, True)):
        _, columns = figures.measured(book(told), month("2026-01"))
        found = figures.whole(columns, Facts(acquisition_minor=300_000))
        assert (found["ltv_to_cac"].value is not None) == (found["payback_months"].value is not None) == known
        assert band_of(KPIS["ltv_to_cac"], found["ltv_to_cac"].value) is None or known
