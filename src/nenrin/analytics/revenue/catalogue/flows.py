"""How the business grows."""

from nenrin.analytics.revenue.catalogue import bands
from nenrin.analytics.revenue.catalogue.retention import FEW
from nenrin.analytics.revenue.columns import Facts
from nenrin.analytics.revenue.kpis import Floats, Kpi, Totals, divided, ratio
from nenrin.values import Text

_NOBODY = Text("no account was active at the start", "期首に契約中の顧客がない")
_NO_GAIN = Text("no MRR was won", "獲得したMRRがない")
_NO_YEAR = Text("nobody was a customer twelve months ago", "12か月前に契約中の顧客がない")
_NO_LOSS = Text("nothing was lost, so there is nothing to divide by", "失ったMRRがなく、割る数がない")


def _quick(sums: Totals, facts: Facts) -> Floats:
    gained = sums["new"] + sums["reactivation"] + sums["expansion"]
    return divided(gained, sums["contraction"] + sums["churn"])


def _net_new(sums: Totals, facts: Facts) -> Floats:
    gained = sums["new"] + sums["reactivation"] + sums["expansion"]
    out: Floats = (gained - sums["contraction"] - sums["churn"]).astype(float)
    return out


def _of_starters(key: str, name: Text, meaning: Text, over: str) -> Kpi:
    """A share of the accounts that were active at the start."""
    return ratio(key, name, meaning, "growth", over, "accounts_begin", empty=_NOBODY, minimum_n=FEW)


def _of_opening(key: str, name: Text, meaning: Text, over: str) -> Kpi:
    """A share of the MRR at the start, at the exchange rates of the end."""
    return ratio(
        key, name, meaning, "growth", over, "opening", formula=f"{over} / (begin + fx)", interval="bootstrap",
        empty=_NOBODY, minimum_n=FEW,
    )  # fmt: skip


ALL = (
    _of_starters(
        "upsell_rate", Text("Upsell rate", "アップセル率"),
        Text(
            "Accounts active at the start that took more seats, a higher plan or another product. Price increases and "
            "discounts that ran out do not count.",
            "期首に契約中の顧客のうち、ライセンス追加・上位プラン・別製品で増額した割合。値上げと割引終了は含まない。",
        ),
        "accounts_upsold",
    ),
    _of_starters(
        "cross_sell_rate", Text("Cross-sell rate", "クロスセル率"),
        Text(
            "Accounts active at the start that grew by taking another product.",
            "期首に契約中の顧客のうち、別製品の追加で増額した割合。",
        ),
        "accounts_crossed",
    ),
    _of_opening(
        "upsell_mrr_rate", Text("Upsell rate (MRR)", "アップセル率（MRR）"),
        Text(
            "MRR added by more seats, higher plans and other products, of the MRR at the start. Without price increases "
            "and discounts that ran out.",
            "ライセンス追加・上位プラン・別製品による増額の、期首MRRに対する割合。値上げと割引終了は含まない。",
        ),
        "upsell",
    ),
    _of_opening(
        "expansion_rate", Text("Expansion rate (MRR)", "拡大率（MRR）"),
        Text(
            "MRR added by accounts that stayed, of the MRR at the start; for whatever reason.",
            "継続した顧客の増額の、期首MRRに対する割合。理由を問わない。",
        ),
        "expansion",
    ),
    ratio(
        "expansion_share", Text("Expansion, share of MRR won", "獲得MRRに占める拡大の割合"),
        Text(
            "MRR added by existing customers, of all MRR won (new, reactivated, expanded).",
            "獲得したMRR（新規・再契約・拡大）のうち、既存顧客の拡大が占める割合。",
        ),
        "growth", "expansion", "gained", interval="bootstrap", empty=_NO_GAIN, minimum_n=FEW, direction="neutral",
        bands=bands.EXPANSION_SHARE,
    ),
    Kpi(
        "mrr_growth_year", Text("MRR growth, 12 months", "MRR成長率（12か月）"),
        Text(
            "MRR at the end of the period against that of twelve months before, of all customers; new ones too.",
            "期末のMRRを12か月前のMRRと比べた増加率。新規顧客も含む。",
        ),
        "end / base - 1", "share", "higher", "growth", lambda sums, facts: divided(sums["end"], sums["base"]) - 1,
        "accounts_base", FEW, _NO_YEAR, "bootstrap", "end", "base", shift=-1.0, bands=bands.GROWTH,
    ),
    Kpi(
        "quick_ratio", Text("Quick ratio", "クイックレシオ"),
        Text(
            "MRR won (new, reactivated, expanded) for each unit lost (contraction, churn).",
            "獲得したMRR（新規・再契約・拡大）を、失ったMRR（縮小・解約）で割った値。",
        ),
        "(new + reactivation + expansion) / (contraction + churn)", "ratio", "higher", "growth", _quick,
        minimum_n=FEW, empty=_NO_LOSS, interval="bootstrap", over="gained", under="lost", bands=bands.QUICK_RATIO,
        flows=True,
    ),
    Kpi(
        "net_new_mrr", Text("Net new MRR", "MRR純増"),
        Text("MRR won less MRR lost, without exchange rates.", "獲得したMRRから失ったMRRを引いた値。為替を除く。"),
        "new + reactivation + expansion - contraction - churn", "money", "higher", "growth", _net_new,
        count="accounts_any", flows=True,
    ),
    Kpi(
        "new_accounts", Text("New customers", "新規顧客数"),
        Text("Accounts that paid for the first time in the period.", "期間中に初めて契約が始まった顧客の数。"),
        "accounts_new", "count", "higher", "growth", lambda sums, facts: sums["accounts_new"].astype(float),
        count="accounts_new", minimum_n=0, also=(("accounts_any", 1),), flows=True, interval="poisson",
        events=("accounts_new",),
    ),
)  # fmt: skip
