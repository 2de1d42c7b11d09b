"""E: "3 against 25 per cent churn: five times after twenty years"."""

from __future__ import annotations

import numpy as np

from nenrin.analytics.roi import rates, worths
from nenrin.analytics.roi.claims.base import Path, Reading, Recipe, path
from nenrin.analytics.roi.companies import Company
from nenrin.values import Text

YEARS, LOW, HIGH = 20, 0.03, 0.25


def times(low: float = LOW, high: float = HIGH, years: int = YEARS, *, in_advance: bool = False) -> float:
    """Revenue of one closed cohort at the lower yearly churn over that at the higher.

    >>> round(times(), 3), round(times(in_advance=True), 3)
    (4.933, 3.814)
    """
    few, many = (worths.yearly_sum(1 - churn, years, in_advance=in_advance) for churn in (low, high))
    return few / many


def times_of_stock(start: float, new: float, *, new_growth: float = 0.0) -> float:
    """Customers after twenty years at 3 % over those at 25 %, `new` won a year.

    >>> round(times_of_stock(1, 0)), round(times_of_stock(0, 1), 3), round(times_of_stock(0, 1, new_growth=0.2), 2)
    (171, 3.814, 1.93)
    """
    few, many = (worths.stock(1 - churn, YEARS, start=start, new=new, new_growth=new_growth) for churn in (LOW, HIGH))
    return few / many


def _yearly_rates(company: Company) -> tuple[float, float]:
    return rates.yearly(company.churn), rates.yearly(company.churn_after)


def effect(company: Company) -> float:
    """Revenue of today's book over twenty years, gained by the lower churn."""
    before, after = (worths.yearly_sum(1 - churn, YEARS) for churn in _yearly_rates(company))
    return 12 * company.mrr * (after - before)


def _yearly(company: Company) -> float:
    before, after = _yearly_rates(company)
    return 12 * company.mrr * company.margin * (before - after)


def _readings(company: Company) -> tuple[Reading, ...]:
    before, after = _yearly_rates(company)
    new = 12 * company.new_mrr / company.mrr
    return (
        Reading(Text("This company: revenue of the closed book over 20 years", "自社：既存顧客の20年間の売上（新規なし）"),
                12 * company.mrr * worths.yearly_sum(1 - before, YEARS), 12 * company.mrr * worths.yearly_sum(1 - after, YEARS), "money"),
        Reading(Text("This company: customers after 20 years with today's new MRR (1 = today)", "自社：現在の新規獲得を続けた20年後の顧客数（現在=1）"),
                worths.stock(1 - before, YEARS, start=1, new=new), worths.stock(1 - after, YEARS, start=1, new=new), "times"),
        Reading(Text("Slogan: revenue of a closed book, billed after churn", "元の主張：新規なしの累計売上（解約後に請求）"), None, times(), "times"),
        Reading(Text("Slogan: billed in advance", "元の主張：前払いの場合"), None, times(in_advance=True), "times"),
        Reading(Text("Slogan: customers, as many won as 11.2 % of the first stock a year", "元の主張：毎年、当初の11.2%を獲得した場合の顧客数"), None, times_of_stock(1, 0.11162), "times"),
        Reading(Text("Slogan: wins growing 20 % a year", "元の主張：獲得数が毎年20%増える場合"), None, times_of_stock(0, 1, new_growth=0.2), "times"),
    )  # fmt: skip


def _path(company: Company) -> Path:
    steps = np.arange(1, 12 * YEARS + 1)
    return path(*(company.mrr * (1 - churn) ** steps for churn in (company.churn, company.churn_after)))


RECIPE = Recipe(
    "twenty_years",
    Text("3 % against 25 % churn: five times after 20 years", "解約率3%と25%では20年後に5倍の差"),
    Text("yearly rates, 22 points apart", "年間の解約率。差は22ポイント"),
    Text(
        "4.93 times is the revenue of one closed cohort billed after churn; with new customers it is 1.9 to 5.1 times.",
        "4.93倍は、新規なしの累計売上（解約後に請求）の場合。新規獲得があると1.9〜5.1倍になる。",
    ),
    (
        Text("Yearly churn, the same in each of the 20 years.", "年間の解約率が20年間変わらない。"),
        Text("No new customers, no price changes.", "新規獲得も価格変更もない。"),
        Text("The difference is 22 points, not “a few per cent”.", "差は22ポイントであり「わずか数%」ではない。"),
    ),
    "Σ (1 − c_low)^k / Σ (1 − c_high)^k, k = 1..20",
    Text("revenue of today's book over 20 years", "既存顧客の20年間の売上"),
    ("mrr", "churn", "churn_after"),
    effect,
    _yearly,
    _readings,
    _path,
)
