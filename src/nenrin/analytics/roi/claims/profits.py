"""D: "five per cent more retention, twenty-five per cent more profit" (5:25)."""

from __future__ import annotations

import numpy as np

from nenrin.analytics.roi import rates, worths
from nenrin.analytics.roi.claims.base import Path, Reading, Recipe, path
from nenrin.analytics.roi.companies import Company
from nenrin.values import Text

POINTS = 0.05
MOST = 0.995


def gain_by_points(retention: float, *, discount: float = 0.0, cac_years: float = 0.0) -> float:
    """Rise of a customer's worth, less acquisition of so many years' margin, for five points of yearly retention more.

    >>> [round(100 * gain_by_points(r), 1) for r in (0.75, 0.90, 0.60)]
    [25.0, 100.0, 14.3]
    >>> [round(100 * gain_by_points(r, discount=0.10), 1) for r in (0.85, 0.90, 0.60)]
    [25.0, 33.3, 11.1]
    """
    before, after = (worths.years_of_margin(r, discount) - cac_years for r in (retention, retention + POINTS))
    return after / before - 1


def gain_by_fewer_leavers(share: float = POINTS) -> float:
    """Rise of the undiscounted lifetime when five of a hundred leavers stay.

    >>> round(100 * gain_by_fewer_leavers(), 2)
    5.26
    """
    return 1 / (1 - share) - 1


def gain_of_profit(operating_margin: float, *, drop_through: float = 1.0, revenue: float = 0.05) -> float:
    """Rise of operating profit for so much more revenue, of which `drop_through` reaches the profit.

    >>> round(gain_of_profit(0.20), 6), round(gain_of_profit(0.20, drop_through=0.8), 6), round(gain_of_profit(0.10), 6)
    (0.25, 0.2, 0.5)
    """
    return revenue * drop_through / operating_margin


def retention(company: Company) -> float:
    return 1 - rates.yearly(company.churn)


def _better(company: Company) -> float:
    return min(retention(company) + POINTS, MOST)


def effect(company: Company) -> float:
    """Discounted gross profit of today's accounts gained by five points of yearly retention."""
    before, after = (
        worths.years_of_margin(r, company.discount) for r in (retention(company), max(_better(company), retention(company)))
    )  # fmt: skip
    return 12 * company.mrr * company.margin * (after - before)


def _yearly(company: Company) -> float:
    return 12 * company.mrr * company.margin * max(_better(company) - retention(company), 0)


def _readings(company: Company) -> tuple[Reading, ...]:
    now, then, d = retention(company), max(_better(company), retention(company)), company.discount
    cac = company.cac / (12 * company.arpa * company.margin)
    found = [
        Reading(Text("Yearly retention", "年間継続率"), now, then, "share"),
        _worth(Text("LTV in years of margin, undiscounted", "LTV（粗利の年数、割引なし）"), now, then, 0.0, 0.0),
        _worth(Text("LTV in years of margin, discounted", "LTV（粗利の年数、割引後）"), now, then, d, 0.0),
        _worth(Text("the same, less the cost of winning", "同上、獲得費用を引いた後"), now, then, d, cac),
        _worth(Text("5 % fewer leavers instead of 5 points", "5ポイントではなく、解約者が5%減る場合"), now, 1 - (1 - now) * (1 - POINTS), 0.0, 0.0),
        Reading(Text("Profit at an operating margin of 20 %, revenue +5 %, no cost added", "営業利益率20%で売上が5%増え、費用が増えない場合の利益"), 1.0, 1 + gain_of_profit(0.20), "times"),
    ]  # fmt: skip
    return tuple(found)


def _worth(says: Text, now: float, then: float, discount: float, cac: float) -> Reading:
    before, after = (worths.years_of_margin(r, discount) - cac for r in (now, then))
    return Reading(says, before, after, "times")


def _path(company: Company) -> Path:
    steps = np.arange(1, 12 * company.years + 1) / 12
    return path(*(company.mrr * r**steps for r in (retention(company), max(_better(company), retention(company)))))


RECIPE = Recipe(
    "profits",
    Text("5 % more retention, 25 % more profit (5:25)", "継続率5%改善で利益25%増（5対25の法則）"),
    Text("Reichheld; the field's articles differ", "ライクヘルド。記事により表現が異なる"),
    Text(
        "Exactly 25 % for 75 → 80 % a year undiscounted, or 85 → 90 % at 10 %: for five *points*, of one customer's LTV.",
        "年間75→80%（割引なし）または85→90%（割引率10%）でちょうど25%。5「ポイント」の改善、1顧客のLTVについて。",
    ),
    (
        Text("Five points of yearly retention, not 5 % fewer leavers (+5.3 %).",
             "年間継続率の5ポイント改善。解約者の5%減（+5.3%）ではない。"),
        Text("Margin stays the same over a customer's life.", "粗利は契約期間を通じて一定。"),
        Text("The cost of keeping is not deducted.", "維持にかかる費用は引いていない。"),
    ),
    "LTV = (1 + d)/(1 + d − r);  gain = LTV(r + 0.05)/LTV(r) − 1",
    Text("discounted gross profit of today's accounts", "現在の顧客から得る粗利の増加（割引後）"),
    ("mrr", "churn", "margin", "discount"),
    effect,
    _yearly,
    _readings,
    _path,
)  # fmt: skip
