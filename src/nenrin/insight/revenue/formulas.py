"""A KPI's formula in words of both languages: the names of its columns instead of their keys."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nenrin.analytics.revenue.kpis import Kpi
from nenrin.insight.revenue.kpis import COLUMN_NAMES
from nenrin.values import Text

#: What stands in formulas beside the columns that have a name of their own on pages.
NAMES: Mapping[str, Text] = {
    **{key: name for key, name in COLUMN_NAMES.items() if key},
    "begin": Text("MRR at the start", "期首MRR"),
    "fx": Text("exchange rates", "為替差"),
    "new": Text("new MRR", "新規MRR"),
    "reactivation": Text("reactivated MRR", "再契約MRR"),
    "contraction": Text("contracted MRR", "縮小MRR"),
    "churn": Text("churned MRR", "解約MRR"),
    "expansion": Text("expanded MRR", "拡大MRR"),
    "upsell": Text("upsold MRR", "アップセルMRR"),
    "committed": Text("committed MRR", "確定MRR"),
    "end": Text("MRR", "MRR"),
    "accounts_new": Text("new customers", "新規顧客数"),
    "accounts_crossed": Text("took another product", "別製品を追加した顧客"),
    "accounts_won": Text("customers won in twelve months", "直近12か月の新規顧客数"),
    "newcomers": Text("newcomers of the period", "期中の新規"),
    "newcomers_left": Text("newcomers that left", "期中の新規のうち解約"),
    "won_mrr": Text("MRR of the customers won", "新規顧客のMRR"),
    "won_paying": Text("customers won that pay", "契約中の新規顧客数"),
    "acquisition": Text("acquisition costs", "獲得費用"),
    "margin": Text("gross margin", "粗利率"),
    "ltv": Text("LTV", "LTV"),
    "cac": Text("CAC", "CAC"),
    "detractors": Text("detractors", "批判者"),
    "nps_of_accounts": Text("sum of the accounts' own NPS times ten", "顧客ごとのNPSの合計×10"),
    "accounts_counted": Text("accounts that answered", "回答した顧客数"),
    "nps_of_mrr": Text("sum of the accounts' own NPS times ten times MRR", "顧客ごとのNPS×10×MRRの合計"),
    "unique_clicks": Text("people who clicked", "クリックした人数"),
    "delivered": Text("mails delivered", "届いた通数"),
    "accounts_in_community": Text("accounts with an active member", "参加者のいる顧客数"),
    "incremental_expansion": Text("expansion above the holdout's", "未実施グループを上回る拡大MRR"),
    "cases_published": Text("cases published", "公開した導入事例"),
}
#: Where a formula is prose, or a column means something else than elsewhere.
SPOKEN: Mapping[str, Text] = {
    "grr": Text(
        "sum over accounts of the smaller of MRR now and then / MRR twelve months ago",
        "顧客ごとの「今のMRRと当時のMRRの小さい方」の合計 ÷ 12か月前のMRR",
    ),
    "grr_product": Text(
        "sum over accounts and products of the smaller of MRR now and then / MRR twelve months ago",
        "顧客と製品の組ごとの「今のMRRと当時のMRRの小さい方」の合計 ÷ 12か月前のMRR",
    ),
    "mrr_growth_year": Text("MRR / MRR twelve months ago − 1", "MRR ÷ 12か月前のMRR − 1"),
    "nrr_chained": Text(
        "product over twelve months of (MRR at the end of those who paid at the start / MRR at the start)",
        "12か月分の（月初に契約中の顧客の月末MRR ÷ 月初MRR）の積",
    ),
    "time_to_value": Text(
        "day by which Kaplan and Meier's share without first value falls to one half",
        "最初の成功体験に未達の割合（カプラン・マイヤー推定）が50%以下になる日数",
    ),
    "ltv": Text("ARPA × gross margin / monthly churn", "顧客単価 × 粗利率 ÷ 月次解約率"),
    "ltv_revenue": Text("ARPA / monthly churn", "顧客単価 ÷ 月次解約率"),
    "ltv_discounted": Text(
        "ARPA × gross margin × (1 + i) / (i + monthly churn), i: discount rate of a month",
        "顧客単価 × 粗利率 ×（1 + i）÷（i + 月次解約率）　i：月あたりの割引率",
    ),
    "ltv_36": Text(
        "ARPA × gross margin × (1 − k^36) / (1 − k), k = (1 − monthly churn) / (1 + i), i: discount rate of a month",
        "顧客単価 × 粗利率 ×（1 − k^36）÷（1 − k）　k =（1 − 月次解約率）÷（1 + i）、i：月あたりの割引率",
    ),
    "ltv_60": Text(
        "ARPA × gross margin × (1 − k^60) / (1 − k), k = (1 − monthly churn) / (1 + i), i: discount rate of a month",
        "顧客単価 × 粗利率 ×（1 − k^60）÷（1 − k）　k =（1 − 月次解約率）÷（1 + i）、i：月あたりの割引率",
    ),
    "ltv_growing": Text(
        "ARPA × gross margin / (1 − k), k = (1 − monthly churn) × (MRR now / MRR then of those who stayed)^(1/12) / (1 + i), "
        "i: discount rate of a month",
        "顧客単価 × 粗利率 ÷（1 − k）　k =（1 − 月次解約率）×（継続した顧客の今のMRR ÷ 12か月前のMRR）^(1/12) ÷（1 + i）、"
        "i：月あたりの割引率",
    ),
}
_SIGNS = {"/": Text("/", "÷"), "*": Text("×", "×"), "-": Text("−", "−"), "(": Text("(", "（"), ")": Text(")", "）")}
_TOKEN = re.compile(r"[a-z_][a-z_0-9]*|[/*()-]")


def spoken(kpi: Kpi) -> Text:
    """As a person reads it.

    >>> from nenrin.analytics.revenue.catalogue import KPIS
    >>> spoken(KPIS["nrr"]).ja
    '今のMRR ÷ 12か月前のMRR'
    """
    if kpi.key in SPOKEN:
        return SPOKEN[kpi.key]
    return Text(_said(kpi.formula, "en"), _said(kpi.formula, "ja"))


def _said(formula: str, language: str) -> str:
    def word(found: re.Match[str]) -> str:
        return (_SIGNS.get(found[0]) or NAMES[found[0]]).in_(language)

    return _TOKEN.sub(word, formula)
