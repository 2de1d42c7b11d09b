"""Who left, what it cost, and what stayed."""

import numpy as np

from nenrin.analytics.revenue.catalogue import bands
from nenrin.analytics.revenue.columns import CHAIN, Facts
from nenrin.analytics.revenue.kpis import Floats, Kpi, Totals, Value, divided, ratio
from nenrin.values import Text

FEW = 30
_NOBODY = Text("no account was active at the start", "期首に契約中の顧客がない")
_NO_YEAR = Text("nobody was a customer twelve months ago", "12か月前に契約中の顧客がない")


def _churn_with_newcomers(sums: Totals, facts: Facts) -> Floats:
    return divided(sums["accounts_churned"] + sums["newcomers_left"], sums["accounts_begin"])


def _rolling(sums: Totals, facts: Facts) -> Floats:
    left = sums["accounts_churned"] + sums["newcomers_left"]
    return divided(left, sums["accounts_begin"] + sums["newcomers"])


def _net_churn(sums: Totals, facts: Facts) -> Floats:
    back = sums["reactivation"] if facts.reactivation_in_nrr else 0 * sums["reactivation"]
    lost = sums["churn"] + sums["contraction"] - sums["expansion"] - back
    return divided(lost, sums["begin"] + sums["fx"])


def _chained(sums: Totals, facts: Facts) -> Floats:
    """The product of twelve monthly rates; a month without anybody at its start makes it unknown."""
    out = np.ones(np.shape(sums["chain_under_0"]))
    for n in range(CHAIN):
        out = out * divided(sums[f"chain_over_{n}"], sums[f"chain_under_{n}"])
    return out


def _all_leavers(key: str, name: Text, meaning: Text, formula: str, value: Value) -> Kpi:
    """How other tools count. Its two sides are no share: those who left are a number of events."""
    return Kpi(
        key, name, meaning, formula, "share", "lower", "retention", value, minimum_n=FEW, empty=_NOBODY, flows=True,
        interval="poisson", events=("accounts_churned", "newcomers_left"),
    )  # fmt: skip


ALL = (
    ratio(
        "logo_churn", Text("Logo churn", "解約率（社数）"),
        Text(
            "Accounts active at the start that are gone at the end, of all active at the start. Whoever came inside "
            "the period counts on neither side.",
            "期首に契約中の顧客のうち、期末までに解約した割合。期中の新規は分子にも分母にも含めない。",
        ),
        "retention", "accounts_churned", "accounts_begin", direction="lower", minimum_n=FEW, empty=_NOBODY,
        bands=bands.MONTHLY_CHURN,
    ),
    _all_leavers(
        "logo_churn_with_newcomers", Text("Logo churn, all leavers", "解約率（社数・期中新規の解約を含む）"),
        Text(
            "Everyone who left, newcomers too, over the accounts at the start. Shown to compare with tools that count "
            "so; it is too high for a company that grows.",
            "期中に加わって解約した顧客も含む解約数を、期首の顧客数で割った値。そう数える他社ツールとの比較用で、"
            "成長中の会社では高く出る。",
        ),
        "(accounts_churned + newcomers_left) / accounts_begin", _churn_with_newcomers,
    ),
    _all_leavers(
        "logo_churn_stripe", Text("Logo churn, Stripe's way", "解約率（社数・Stripe方式）"),
        Text(
            "Everyone who left over the accounts at the start and the newcomers together.",
            "期中に解約したすべての顧客を、期首の顧客数と期中新規の合計で割った値。",
        ),
        "(accounts_churned + newcomers_left) / (accounts_begin + newcomers)", _rolling,
    ),
    ratio(
        "logo_churn_unwilling", Text("Logo churn by payment", "解約率（社数・支払い滞納）"),
        Text(
            "The part of logo churn that no customer decided: payment failed for good.",
            "社数の解約率のうち、支払いの滞納など顧客の意思によらないもの。",
        ),
        "retention", "accounts_unwilling", "accounts_begin", direction="lower", minimum_n=FEW, empty=_NOBODY,
    ),
    Kpi(
        "logo_churn_year", Text("Logo churn, 12 months", "解約率（社数・12か月）"),
        Text(
            "Accounts active twelve months ago that are gone now. The true yearly rate, not a month's times twelve.",
            "12か月前に契約中の顧客のうち、今は契約のない割合。月の値の12倍ではない、実際の年間解約率。",
        ),
        "1 - accounts_kept / accounts_base", "share", "lower", "retention",
        lambda sums, facts: 1 - divided(sums["accounts_kept"], sums["accounts_base"]),
        "accounts_base", FEW, _NO_YEAR, "wilson", "accounts_kept", "accounts_base", loss=True, bands=bands.YEARLY_CHURN,
    ),
    Kpi(
        "gross_mrr_churn_year", Text("Gross MRR churn, 12 months", "解約率（MRR・グロス・12か月）"),
        Text(
            "MRR that the accounts of twelve months ago no longer pay, by churn and contraction, of what they paid then: the "
            "true yearly rate, one minus GRR.",
            "12か月前に契約中だった顧客のMRRのうち、解約と縮小で今は失われている割合。月の値の12倍ではない、実際の年間解約率（1−GRR）。",
        ),
        "1 - kept_capped / base", "share", "lower", "retention",
        lambda sums, facts: 1 - divided(sums["kept_capped"], sums["base"]),
        "accounts_base", FEW, _NO_YEAR, "bootstrap", "kept_capped", "base", loss=True,
    ),
    Kpi(
        "gross_mrr_churn", Text("Gross MRR churn", "解約率（MRR・グロス）"),
        Text("MRR lost by churn and contraction, of the MRR at the start.", "期首MRRのうち、解約と縮小で失った割合。"),
        "(churn + contraction) / (begin + fx)", "share", "lower", "retention",
        lambda sums, facts: divided(sums["churn"] + sums["contraction"], sums["begin"] + sums["fx"]),
        minimum_n=FEW, empty=_NOBODY, interval="bootstrap", over="lost", under="opening", flows=True,
    ),
    Kpi(
        "net_mrr_churn", Text("Net MRR churn", "解約率（MRR・ネット）"),
        Text(
            "MRR lost by churn and contraction less what the accounts that stayed added, of the MRR at the start. "
            "Below zero, existing customers grow.",
            "解約と縮小で失ったMRRから既存顧客の拡大を引き、期首MRRで割った値。マイナスなら既存顧客で成長している。",
        ),
        "(churn + contraction - expansion) / (begin + fx)", "share", "lower", "retention", _net_churn,
        minimum_n=FEW, empty=_NOBODY, interval="bootstrap", over="lost_net", under="opening", over_back="lost_net_back",
        flows=True,
    ),
    Kpi(
        "grr", Text("GRR, 12 months", "総売上継続率（GRR・12か月）"),
        Text(
            "What the accounts of twelve months ago pay now, each counted up to what it paid then.",
            "12か月前に契約中だった顧客の今のMRRを、顧客ごとに当時のMRRを上限として合計し、当時のMRRで割った値。",
        ),
        "sum of min(kept, base) per account / base", "share", "higher", "retention",
        lambda sums, facts: divided(sums["kept_capped"], sums["base"]),
        "accounts_base", FEW, _NO_YEAR, "bootstrap", "kept_capped", "base", bands=bands.GRR,
    ),
    Kpi(
        "nrr", Text("NRR, cohort of 12 months", "売上継続率（NRR・12か月コホート）"),
        Text(
            "What the accounts of twelve months ago pay now, of what they paid then. Whoever came later, or had left "
            "before, is not in it.",
            "12か月前に契約中だった顧客の今のMRR ÷ 当時のMRR。その後の新規と再契約は含まない。",
        ),
        "kept / base", "share", "higher", "retention", lambda sums, facts: divided(sums["kept"], sums["base"]),
        "accounts_base", FEW, _NO_YEAR, "bootstrap", "kept", "base", bands=bands.NRR,
    ),
    Kpi(
        "nrr_chained", Text("NRR, chained months", "売上継続率（NRR・月次連鎖）"),
        Text(
            "The net retention of each of the last twelve months, multiplied. It counts the growth of accounts that "
            "came during the year, so it differs from the cohort's.",
            "直近12か月の各月の売上継続率を掛け合わせた値。年の途中に加わった顧客の拡大も含むため、コホートの値とは異なる。",
        ),
        "product over 12 months of (rate at the end of those paying at the start / rate at the start)",
        "share", "higher", "retention", _chained, "accounts_base", FEW, _NO_YEAR, "chain",
    ),
    Kpi(
        "grr_product", Text("GRR by product, 12 months", "総売上継続率（GRR・製品別・12か月）"),
        Text(
            "As GRR, but counted by account and product: who drops one product and takes another has lost the first.",
            "GRRと同じ計算を、顧客と製品の組ごとに行った値。別の製品へ乗り換えた場合、元の製品は失われたものとして数える。",
        ),
        "sum of min(product_kept, product_base) per account and product / product_base", "share", "higher", "retention",
        lambda sums, facts: divided(sums["product_capped"], sums["product_base"]),
        "accounts_base", FEW, _NO_YEAR, "bootstrap", "product_capped", "product_base",
    ),
    Kpi(
        "nrr_product", Text("NRR by product, 12 months", "売上継続率（NRR・製品別・12か月）"),
        Text(
            "What accounts pay now for the products that they had twelve months ago, of what they paid for these then. A product "
            "taken since is not in it.",
            "12か月前に契約していた製品の今のMRR ÷ 当時のMRR。その後に加えた製品は含まない。",
        ),
        "product_kept / product_base", "share", "higher", "retention",
        lambda sums, facts: divided(sums["product_kept"], sums["product_base"]),
        "accounts_base", FEW, _NO_YEAR, "bootstrap", "product_kept", "product_base",
    ),
    Kpi(
        "logo_retention", Text("Logo retention, 12 months", "継続率（社数・12か月）"),
        Text(
            "Accounts active twelve months ago that still pay.", "12か月前に契約中だった顧客のうち、今も契約中の割合。"
        ),
        "accounts_kept / accounts_base", "share", "higher", "retention",
        lambda sums, facts: divided(sums["accounts_kept"], sums["accounts_base"]),
        "accounts_base", FEW, _NO_YEAR, "wilson", "accounts_kept", "accounts_base",
    ),
)  # fmt: skip
