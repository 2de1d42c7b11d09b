"""B: "five per cent more upsell raises LTV": four readings that differ by a factor of five."""

from __future__ import annotations

import numpy as np

from nenrin.analytics.roi import rates, worths
from nenrin.analytics.roi.claims.base import Path, Reading, Recipe, path
from nenrin.analytics.roi.companies import Company
from nenrin.values import Text

RISE = 0.05
TAKE_BEFORE, TAKE_AFTER, TICKET = 0.10, 0.15, 0.30


def margin(company: Company) -> float:
    """Gross margin of one account in a month."""
    return company.arpa * company.margin


def ltv(company: Company, growth: float, *, discount: float = 0.0, months: int | None = None) -> float:
    """LTV of one account whose ARPA grows by this share a year.

    >>> known = Company(arpa=50_000, margin=0.8, churn=0.02)
    >>> round(ltv(known, TAKE_BEFORE * TICKET)), round(ltv(known, TAKE_AFTER * TICKET))
    (2274917, 2439220)
    """
    return worths.worth(margin(company), company.churn, discount=discount, growth=growth, months=months)


def effect(company: Company) -> float:
    """Of all accounts: LTV gained, discounted, when 15 instead of 10 of a hundred buy 30 % more in a year."""
    after, before = (
        ltv(company, take * TICKET, discount=company.discount, months=12 * company.years)
        for take in (TAKE_AFTER, TAKE_BEFORE)
    )
    return (after - before) * company.accounts


def _yearly(company: Company) -> float:
    after, before = (ltv(company, take * TICKET, months=12) for take in (TAKE_AFTER, TAKE_BEFORE))
    return (after - before) * company.accounts


def _readings(company: Company) -> tuple[Reading, ...]:
    base = ltv(company, 0.0)
    discounted = ltv(company, 0.0, discount=company.discount)
    linear = worths.worth_with_linear_growth(margin(company), company.churn, margin(company) * RISE / 12)
    found = [
        Reading(Text("ARPA is 5 % higher", "顧客単価が5%上がる"), base, base * (1 + RISE), "money"),
        *_takes(company),
        *_compounding(company, base, discounted),
        Reading(
            Text("5 % of ARPA more each year, not compounding", "毎年、当初単価の5%ずつ増える（複利なし）"),
            base, linear, "money",
        ),
    ]  # fmt: skip
    return tuple(found)


def _takes(company: Company) -> list[Reading]:
    """The take rate of an upgrade 30 % dearer, 10 against 15 of a hundred accounts a year."""
    ways = (
        (Text("10 → 15 of 100 upgrade a year (+30 %), undiscounted", "年10→15%の顧客が3割高いプランへ（割引なし）"), 0.0, None),
        (Text("the same, discounted", "同上、割引後"), company.discount, None),
        (Text("the same, 60 months, undiscounted", "同上、60か月、割引なし"), 0.0, 60),
    )  # fmt: skip
    return [
        Reading(
            says,
            _finite(company, TAKE_BEFORE * TICKET, discount, months),
            _finite(company, TAKE_AFTER * TICKET, discount, months) or float("nan"),
            "money",
        )
        for says, discount, months in ways
        if _finite(company, TAKE_AFTER * TICKET, discount, months) is not None
    ]


def _compounding(company: Company, base: float, discounted: float) -> list[Reading]:
    ways = (
        (Text("ARPA grows 5 % a year, compounding, undiscounted", "顧客単価が毎年5%複利で増える（割引なし）"), 0.0, base),
        (Text("the same, discounted", "同上、割引後"), company.discount, discounted),
    )  # fmt: skip
    found = [(says, before, _finite(company, RISE, discount, None)) for says, discount, before in ways]
    return [Reading(says, before, after, "money") for says, before, after in found if after is not None]


def _finite(company: Company, growth: float, discount: float, months: int | None) -> float | None:
    """None where growth outruns churn, so that the sum has no end."""
    try:
        return ltv(company, growth, discount=discount, months=months)
    except worths.Endless:
        return None


def _path(company: Company) -> Path:
    steps = np.arange(1, 12 * company.years + 1)
    return path(
        *(
            company.mrr * ((1 - company.churn) * (1 + rates.growth(take * TICKET))) ** steps
            for take in (TAKE_BEFORE, TAKE_AFTER)
        )
    )


RECIPE = Recipe(
    "upsell",
    Text("5 % more upsell raises LTV", "アップセルが5%増えるとLTVが伸びる"),
    Text("“+5 %” is not defined", "「5%」の定義は示されていない"),
    Text(
        "Every reading raises LTV, from 3 to 25 %. Say which is meant: of ARPA, of the take rate, or of growth a year.",
        "どの解釈でもLTVは増えるが、幅は約3〜25%。単価・提案成約率・年間成長率のどれの5%かを示すこと。",
    ),
    (
        Text("Upgrades come evenly over a customer's life.", "上位プランへの移行は契約期間を通じて均等に起こる。"),
        Text("An upgraded customer leaves no sooner and no later.", "移行した顧客の解約率は変わらない。"),
        Text("Price rises and expiring discounts are no upsell.", "値上げと割引終了はアップセルに含めない。"),
    ),
    "LTV = a / (1 − (1 − c)(1 + g)/(1 + i));  g = (1 + take × ticket)^(1/12) − 1",
    Text("gross profit of all accounts over the years, discounted (10 → 15 of 100 upgrade)",
         "全顧客・期間中の粗利、割引後（年10→15%が移行する場合）"),
    ("mrr", "churn", "margin", "discount"),
    effect,
    _yearly,
    _readings,
    _path,
)  # fmt: skip
