"""Every interval holds the figure it belongs to: whatever happened, under whatever policy, of everyone or of a part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.analytics import intervals, revenue
from nenrin.analytics.revenue import books, figures, groups, limits, series
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.columns import Facts
from nenrin.analytics.revenue.contracts import Contract
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.kpis import band_of
from nenrin.analytics.revenue.paths import number
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


def beyond(found: dict[str, Figure]) -> list[Figure]:
    """The figures whose intervals reach where no customers could bring them."""
    return [
        each
        for key, each in found.items()
        if each.interval and not limits.of(KPIS[key])[0] <= each.interval.low <= each.interval.high <= limits.of(KPIS[key])[1]
    ]  # fmt: skip


@pytest.mark.parametrize("back", [False, True])
def test_no_account_can_bring_a_figure_beyond_its_limits(back: bool) -> None:
    """Each account's own part lies within the limits, so that no sum of them, whoever is drawn, lies outside."""
    facts, shown = Facts(1, 6_000_000, reactivation_in_nrr=back), set()
    for seed in (1, 2, 3):
        told = history(seed)
        of = dealt(said(book(told), seed)[0], told, seed)[0]
        for period in PERIODS:
            columns = figures.measured(of, period)[1]
            for key, kpi in KPIS.items():
                if kpi.interval != "bootstrap":
                    continue
                (least, most), (over, under) = limits.of(kpi), (columns[name] for name in kpi.sides(facts))
                assert (under >= 0).all(), key
                assert least == -np.inf or (kpi.scale * over >= least * under).all(), key
                assert most == np.inf or (kpi.scale * over <= most * under).all(), key
            found = figures.whole(columns, facts)
            assert not beyond(found) and not misses(found)
            shown |= {key for key, each in found.items() if each.interval and KPIS[key].interval == "bootstrap"}
    assert shown == {key for key, kpi in KPIS.items() if kpi.interval == "bootstrap"}


def test_intervals_end_where_what_they_are_of_ends() -> None:
    """One account lost all that was lost, one won nearly all that was won: none is less than nothing or more than all."""
    told = [*(paying(n, 100, "2025-01-01", "2026-02-05" if n == 3 else None) for n in range(60)),
            paying(100, 1, "2025-01-01", then=[("2026-02-10", 3_000)]), paying(101, 50, "2026-02-10")]  # fmt: skip
    of = book(told)
    found = figures.whole(figures.measured(of, month("2026-02"))[1], Facts())
    for key, (least, most) in {"gross_mrr_churn": (0, 1), "quick_ratio": (0, np.inf), "expansion_rate": (0, np.inf),
                               "expansion_share": (0, 1)}.items():  # fmt: skip
        each = found[key].interval
        assert each is not None and least <= each.low <= each.high <= most, key
    assert found["gross_mrr_churn"].interval is not None and found["gross_mrr_churn"].interval.low == 0
    every = series.computed(of, [month("2026-02")], groups.everyone(len(of.accounts)), Facts())
    for key, told_one in found.items():
        if told_one.interval and not KPIS[key].is_of_one:
            assert (every[key].low[0, 0], every[key].high[0, 0]) == pytest.approx(told_one.interval), key


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


def test_what_new_revenue_costs_reaches_as_far_as_customers_won_and_what_they_pay() -> None:
    """New customers who all pay alike: the Poisson interval of how many there are, and nothing else."""
    old = [paying(n, 50_000, "2024-01-01", "2026-01-10" if n < 20 else None) for n in range(100)]
    alike = [paying(200 + n, 40_000, "2026-01-01") for n in range(12)]
    unlike = [paying(200 + n, 40_000 + (1 - 2 * (n % 2)) * 30_000, "2026-01-01") for n in range(12)]
    grown = [paying(n, 50_000, "2024-01-01", then=[("2025-06-01", 50_000 + 2_000 * n)]) for n in range(100)]
    facts, keys = Facts(acquisition_minor=6_000_000), ["new_cac_ratio", "blended_cac_ratio"]
    low, high = intervals.poisson(12)

    def reach(told: list[Contract], key: str) -> tuple[float, float]:
        found = figures.whole(figures.measured(book(told), month("2026-01"))[1], facts, keys)[key]
        assert found.value and found.interval
        return found.interval.low / found.value, found.interval.high / found.value

    assert reach(old + alike, "new_cac_ratio") == pytest.approx((12 / high, 12 / low))
    wider = reach(old + unlike, "new_cac_ratio")
    assert wider[0] < 12 / high and wider[1] > 12 / low
    assert reach(old + alike, "blended_cac_ratio") == pytest.approx((12 / high, 12 / low)), "nobody grew"
    blended = reach(grown + alike, "blended_cac_ratio")
    assert 12 / high < blended[0] < 1 < blended[1] < 12 / low, "what old customers add is told by many of them"


def test_growth_of_a_year_reaches_as_far_as_customers_drawn_anew_say() -> None:
    _, columns = figures.measured(book(history(7, 300)), month("2025-11"))
    found = figures.whole(columns, Facts(), ["mrr_growth_year"])["mrr_growth_year"]
    rng, n = np.random.default_rng(11), len(columns["end"])
    weights = rng.multinomial(n, np.full(n, 1 / n), size=5000)
    drawn = (weights @ columns["end"]) / (weights @ columns["base"]) - 1
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert found.value is not None and found.interval is not None
    assert found.interval.low == pytest.approx(low, abs=0.1 * (high - low))
    assert found.interval.high == pytest.approx(high, abs=0.15 * (high - low))


def test_a_value_that_grows_reaches_further_than_if_its_growth_were_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    raised = [("2025-06-01", 53_000)]
    told = [paying(n, 50_000 + 100 * n, "2024-01-01", "2026-01-10" if n < 40 else None, then=raised if n % 2 else [])
            for n in range(100)]  # fmt: skip
    _, columns = figures.measured(book(told), month("2026-01"))
    reach = []
    for factors in (KPIS["ltv_growing"].factors, ("churn", "rate")):
        monkeypatch.setitem(KPIS, "ltv_growing", replace(KPIS["ltv_growing"], factors=factors))
        found = figures.whole(columns, Facts(), ["ltv_growing"])["ltv_growing"].interval
        assert found is not None
        reach.append(found.high / found.low)
    assert reach[0] > reach[1] > 1


def test_nobody_left_and_the_value_has_no_upper_end() -> None:
    _, columns = figures.measured(book([paying(n, 100 + n, "2024-01-01") for n in range(60)]), month("2026-01"))
    found = figures.whole(columns, Facts())
    assert found["ltv"].value and found["ltv"].interval is None
    capped = found["ltv_36"]
    assert capped.value and capped.interval and capped.interval.low < capped.value < capped.interval.high


def test_one_customer_won_or_three_to_tell_churn_from_are_no_ratio(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = ("ltv_to_cac", "payback_months", "new_cac_ratio", "blended_cac_ratio")
    for key in judged:
        monkeypatch.setitem(KPIS, key, REAL[key])
    few = [paying(n, 100_000, "2024-01-01") for n in range(3)] + [paying(9, 100_000, "2026-01-05")]
    many = [paying(n, 100_000, "2024-01-01") for n in range(40)] + [paying(90, 100_000, "2026-01-05")]
    enough = many + [paying(100 + n, 100_000, "2026-01-05") for n in range(9)]
    for told, known in ((few, False), (many, False), (enough, True)):
        _, columns = figures.measured(book(told), month("2026-01"))
        found = figures.whole(columns, Facts(acquisition_minor=300_000))
        for key in judged:
            assert (found[key].value is not None) == known, key
            assert (band_of(KPIS[key], found[key].value) is not None) == (known and bool(KPIS[key].bands)), key
        assert found["new_cac_ratio"].n == found["blended_cac_ratio"].n == found["cac"].n


def test_the_chained_rate_reaches_as_far_as_customers_drawn_anew_say() -> None:
    """Five thousand draws of customers with replacement, their quantiles."""
    _, columns = figures.measured(book(history(7, 300)), month("2025-11"))
    found = figures.whole(columns, Facts(), ["nrr_chained"])["nrr_chained"]
    rng, n = np.random.default_rng(7), len(columns["begin"])
    weights = rng.multinomial(n, np.full(n, 1 / n), size=5000)
    drawn = np.ones(5000)
    for k in range(12):
        drawn *= weights @ columns[f"chain_over_{k}"] / (weights @ columns[f"chain_under_{k}"])
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert found.value is not None and found.interval is not None
    assert found.interval.low == pytest.approx(low, abs=0.1 * (high - low))
    assert found.interval.high == pytest.approx(high, abs=0.1 * (high - low))


def test_what_is_counted_reaches_as_far_as_a_poisson_number_does() -> None:
    told = [paying(n, 100, "2024-01-01", "2026-02-05" if n < 3 else None) for n in range(50)]
    told += [paying(100 + n, 100, "2026-02-02", "2026-02-20" if n < 2 else None) for n in range(9)]
    of = book(told)
    found = figures.whole(figures.measured(of, month("2026-02"))[1], Facts())
    assert found["new_accounts"].value == 7 and found["new_accounts"].interval == intervals.poisson(7)
    low, high = intervals.poisson(5)
    assert found["logo_churn_with_newcomers"].interval == pytest.approx((low / 50, high / 50))
    assert found["logo_churn_stripe"].interval == pytest.approx((low / 59, high / 59))
    quiet = figures.whole(figures.measured(of, month("2025-02"))[1], Facts())
    assert quiet["new_accounts"].value == 0 and quiet["new_accounts"].interval == pytest.approx((0, 3.6889), abs=1e-4)
    assert intervals.poisson(2000) == pytest.approx(intervals.poisson(2001), abs=1.1)
    assert intervals.poisson(100) == pytest.approx((81.3636, 121.6266), abs=1e-3)


def surveyed(customers: int, answers: int, asked: int) -> dict[str, Figure]:
    """Half of the answers are promoters', a fifth detractors'."""
    of = book([paying(n, 100 if n % 2 else 300, "2025-01-01") for n in range(customers)])
    day = np.full(answers, number(date(2025, 6, 10)))
    score = np.array([9, 9, 9, 9, 9, 3, 3, 8, 8, 8] * 9)[:answers]
    told = [np.arange(answers) % customers, day, np.zeros(answers, np.int64), score, np.arange(answers)]
    sent = [np.arange(asked) % customers, np.full(asked, number(date(2025, 6, 1))), np.zeros(asked, np.int64)]
    of = books.heard(of, told, sent)
    return figures.whole(figures.measured(of, month("2025-06"))[1], Facts())


def length(found: Figure) -> float:
    assert found.interval is not None
    return found.interval.high - found.interval.low


def test_answers_of_nearly_all_leave_less_to_chance_than_those_of_a_few_of_many() -> None:
    few, nearly, everybody = surveyed(500, 18, 20), surveyed(20, 18, 20), surveyed(20, 20, 20)
    assert few["nps"].value == nearly["nps"].value
    assert length(nearly["nps"]) == pytest.approx(length(few["nps"]) * np.sqrt((2 / 19) / (482 / 499)))
    assert length(everybody["nps"]) == length(everybody["nps_accounts"]) == 0
    assert length(nearly["nps_accounts"]) == pytest.approx(
        length(few["nps_accounts"]) * np.sqrt((2 / 19) / (482 / 499))
    )
    unasked = surveyed(20, 18, 0)
    assert length(unasked["nps"]) == pytest.approx(length(few["nps"]) / np.sqrt(482 / 499)), (
        "how many there are is unknown"
    )


def test_the_score_weighted_by_revenue_listens_to_whom_it_comes_from() -> None:
    of = book([paying(1, 300, "2025-01-01"), paying(2, 100, "2025-01-01"), paying(3, 100, "2025-01-01", "2025-06-20")])
    day = np.full(4, number(date(2025, 6, 10)))
    of = books.heard(of, [np.array([1, 1, 2, 3]), day, np.zeros(4, np.int64), np.array([9, 8, 3, 10]), np.arange(4)])
    found = figures.whole(figures.measured(of, month("2025-06"))[1], Facts())
    assert found["nps_mrr"].value == pytest.approx((50 * 300 - 100 * 100) / 400)
    assert found["nps_accounts"].value == pytest.approx(50 / 3, abs=0.05)
