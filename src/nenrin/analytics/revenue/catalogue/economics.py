"""What a customer is worth and costs. Margin and discount rate are the policy profile's assumptions."""

import numpy as np

from nenrin.analytics.revenue.catalogue import bands
from nenrin.analytics.revenue.columns import Facts
from nenrin.analytics.revenue.kpis import YEARLY_CHURN, Floats, Kpi, Totals, Value, divided
from nenrin.values import Text

FEW = 30
FEW_WON = 10
_TOO_FEW = Text(
    "no acquisition costs told, fewer than 10 customers won in the last twelve months, or fewer than 30 to tell the churn from",
    "獲得費用の登録がない、直近12か月の新規顧客が10社未満、または解約率を求める顧客が30社未満",
)
_NO_YEAR = Text("nobody was a customer twelve months ago", "12か月前に契約中の顧客がない")
_ENDLESS = Text(
    "nobody was a customer twelve months ago, or what stays grows faster than churn and discount take away: no sum is finite",
    "12か月前に契約中の顧客がない、または拡大が解約と割引を上回り、合計が定まらない",
)
_FEW_COSTED = Text(
    "no acquisition costs told, or fewer than 10 customers won in the last twelve months",
    "獲得費用の登録がない、または直近12か月の新規顧客が10社未満",
)


def monthly_churn(sums: Totals) -> Floats:
    """From the last twelve months' leavers; where there were none, the upper bound of the rate (3 / n a year)."""
    lost, base = sums["accounts_base"] - sums["accounts_kept"], sums["accounts_base"]
    year = np.where(lost > 0, divided(lost, base), np.minimum(divided(np.full_like(base, 3), base), 0.999))
    year = sums.get(YEARLY_CHURN, year)  # where told: an end of its interval
    out: Floats = 1 - (1 - np.minimum(year, 0.999)) ** (1 / 12)
    return np.where(base > 0, out, np.nan)


def _arpa(sums: Totals) -> Floats:
    return divided(sums["end"], sums["accounts_end"])


def _plain(sums: Totals, facts: Facts) -> Floats:
    return _arpa(sums) * facts.gross_margin / monthly_churn(sums)


def _of_revenue(sums: Totals, facts: Facts) -> Floats:
    return _arpa(sums) / monthly_churn(sums)


def _discounted(sums: Totals, facts: Facts) -> Floats:
    i = (1 + facts.yearly_discount) ** (1 / 12) - 1
    out: Floats = _arpa(sums) * facts.gross_margin * (1 + i) / (i + monthly_churn(sums))
    return out


def _capped(months: int) -> Value:
    def capped(sums: Totals, facts: Facts) -> Floats:
        i = (1 + facts.yearly_discount) ** (1 / 12) - 1
        kept = (1 - monthly_churn(sums)) / (1 + i)
        out: Floats = _arpa(sums) * facts.gross_margin * (1 - kept**months) / (1 - kept)
        return out

    return capped


def _growing(sums: Totals, facts: Facts) -> Floats:
    """NaN where what stays grows faster than churn and discount take away: that sum has no end."""
    i = (1 + facts.yearly_discount) ** (1 / 12) - 1
    grown = divided(sums["kept"], sums["stayed_base"]) ** (1 / 12)
    kept = (1 - monthly_churn(sums)) * grown / (1 + i)
    left = np.where(kept < 1, 1 - kept, np.nan)
    out: Floats = _arpa(sums) * facts.gross_margin / left
    return out


def _spent(facts: Facts) -> Floats:
    return np.asarray(np.nan if facts.acquisition_minor is None else facts.acquisition_minor, dtype=np.float64)


def _cac(sums: Totals, facts: Facts) -> Floats:
    return divided(_spent(facts), sums["accounts_won"])


def _ltv_to_cac(sums: Totals, facts: Facts) -> Floats:
    return _plain(sums, facts) / _cac(sums, facts)


def _payback(sums: Totals, facts: Facts) -> Floats:
    return _cac(sums, facts) / (divided(sums["won_mrr"], sums["won_paying"]) * facts.gross_margin)


def _new_ratio(sums: Totals, facts: Facts) -> Floats:
    return divided(_spent(facts), 12 * sums["won_mrr"])


def _blended_ratio(sums: Totals, facts: Facts) -> Floats:
    return divided(_spent(facts), 12 * (sums["won_mrr"] + sums["kept"] - sums["kept_capped"]))


def _value(key: str, name: Text, meaning: Text, formula: str, value: Value) -> Kpi:
    return Kpi(
        key, name, meaning, formula, "money", "higher", "economics", value, "accounts_base", FEW, _NO_YEAR, "product", "end",
        "accounts_end", factors=("churn", "rate"),
    )  # fmt: skip


ALL = (
    _value(
        "ltv", Text("LTV (margin / churn)", "LTV（粗利÷解約率）"),
        Text(
            "ARPA times gross margin over monthly churn, without discount and without expansion. Churn is that of the "
            "last twelve months; where nobody left, its upper bound (three over the number of accounts).",
            "顧客単価×粗利率÷月次解約率。割引も拡大も含まない。解約率は直近12か月から求め、解約がなければ上限"
            "（3÷社数）を使う。",
        ),
        "end / accounts_end * margin / churn", _plain,
    ),
    _value(
        "ltv_revenue", Text("LTV by revenue (ARPA / churn)", "LTV（売上ベース：顧客単価÷解約率）"),
        Text("As LTV, but all revenue and not gross profit alone.", "LTVと同じで、粗利ではなく売上で計算した値。"),
        "end / accounts_end / churn", _of_revenue,
    ),
    _value(
        "ltv_discounted", Text("LTV, discounted", "LTV（割引後）"),
        Text("As LTV, but later months are worth less.", "LTVと同じで、将来の月を割り引いた値。"),
        "end / accounts_end * margin * (1 + i) / (i + churn)", _discounted,
    ),
    _value(
        "ltv_36", Text("LTV, 36 months", "LTV（36か月まで）"),
        Text("As discounted LTV, but nothing after 36 months.", "割引後LTVのうち、36か月目までの分。"),
        "end / accounts_end * margin * (1 - k^36) / (1 - k), k = (1 - churn) / (1 + i)", _capped(36),
    ),
    _value(
        "ltv_60", Text("LTV, 60 months", "LTV（60か月まで）"),
        Text("As discounted LTV, but nothing after 60 months.", "割引後LTVのうち、60か月目までの分。"),
        "end / accounts_end * margin * (1 - k^60) / (1 - k), k = (1 - churn) / (1 + i)", _capped(60),
    ),
    Kpi(
        "ltv_growing", Text("LTV with expansion", "LTV（拡大を含む）"),
        Text(
            "As discounted LTV, but what stays goes on growing (or shrinking) each month as customers of twelve months ago that "
            "stayed did since: an assumption that few companies keep up for years.",
            "割引後LTVと同じで、続いている顧客の金額が、12か月前からの顧客と同じ割合で毎月増減し続けると仮定した値。"
            "何年も続くとは限らない。",
        ),
        "end / accounts_end * margin / (1 - k), k = (1 - churn) * (kept / stayed_base)^(1/12) / (1 + i)",
        "money", "higher", "economics", _growing, "accounts_base", FEW, _ENDLESS, "product", "end", "accounts_end",
        factors=("churn", "rate", "grown"), grown=("kept", "stayed_base"),
    ),
    Kpi(
        "cac", Text("CAC", "CAC（顧客獲得費用）"),
        Text(
            "Acquisition, marketing and sales costs of twelve months for each customer won in the last twelve; the costs are "
            "those of a sales cycle earlier. A slice has what was told for it and its share of the rest.",
            "獲得・マーケティング・営業費用（12か月分。営業期間の分だけ前の月から数える）を、直近12か月の新規顧客数で割った値。"
            "区分別では、その区分に登録した費用と、残りの按分額を使う。",
        ),
        "acquisition / accounts_won", "money", "lower", "economics", _cac, "accounts_won", FEW_WON, _FEW_COSTED, "product",
        factors=("won",),
    ),
    Kpi(
        "ltv_to_cac", Text("LTV/CAC", "LTV/CAC"),
        Text("LTV (margin over churn) for each unit of CAC.", "LTV（粗利÷解約率）をCACで割った値。"),
        "ltv / cac", "ratio", "higher", "economics", _ltv_to_cac, "accounts_won", FEW_WON, _TOO_FEW,
        "product", "end", "accounts_end", bands=bands.LTV_TO_CAC, factors=("churn", "rate", "won"),
        also=(("accounts_base", FEW),),
    ),
    Kpi(
        "payback_months", Text("CAC payback", "CAC回収期間"),
        Text("Months of margin until a new customer has paid for winning it.", "新規顧客の粗利で獲得費用を回収するまでの月数。"),
        "cac / (won_mrr / won_paying * margin)", "months", "lower", "economics", _payback, "accounts_won", FEW_WON, _TOO_FEW,
        "product", "won_mrr", "won_paying", bands=bands.PAYBACK, factors=("rate", "won"),
    ),
    Kpi(
        "new_cac_ratio", Text("New CAC ratio", "新規CACレシオ"),
        Text(
            "Acquisition, marketing and sales costs of the last twelve months for each unit of ARR of the customers won "
            "in them.",
            "直近12か月の獲得・マーケティング・営業費用を、同じ期間に獲得した新規顧客のARRで割った値。",
        ),
        "acquisition / (12 * won_mrr)", "ratio", "lower", "economics", _new_ratio, "accounts_won",
        FEW_WON, _FEW_COSTED, "product", "won_mrr", "won_paying", bands=bands.NEW_CAC, factors=("rate", "sold"),
    ),
    Kpi(
        "blended_cac_ratio", Text("Blended CAC ratio", "ブレンドCACレシオ"),
        Text(
            "The same costs for each unit of ARR of the customers won and of what those of twelve months ago pay more now. "
            "Customer marketing is a cost of existing customers and not among them.",
            "同じ費用を、新規顧客のARRと、12か月前からの顧客の増額分のARRの合計で割った値。既存顧客向けマーケティングの費用は"
            "含めない。",
        ),
        "acquisition / (12 * (won_mrr + kept - kept_capped))", "ratio", "lower", "economics", _blended_ratio,
        "accounts_won", FEW_WON, _FEW_COSTED, "product", "won_mrr", "won_paying", factors=("rate", "sold", "grown"),
        grown=("kept", "kept_capped"),
    ),
)  # fmt: skip
