"""What became of the contracts that came due."""

from nenrin.analytics.revenue.kpis import Kpi, divided
from nenrin.values import Text

FEW_DUE = 10
FEW_LOST = 10
_NONE_DUE = Text("too few contracts came due", "更新期限を迎えた契約が少ない")
FEW = 30
_NO_YEAR = Text("nobody was a customer twelve months ago", "12か月前に契約中の顧客がない")
_NONE_LOST = Text("too few losses were decided in the period", "期間中に決まった解約が少ない")

ALL = (
    Kpi(
        "renewal_rate", Text("Renewal rate (contracts)", "更新率（件数）"),
        Text(
            "Contracts of six months and longer that came due in the period and went on. An early renewal counts when "
            "it was due.",
            "期間中に更新日を迎えた6か月以上の契約のうち、更新された割合。前倒しの更新は本来の更新日で数える。",
        ),
        "due_renewed / due", "share", "higher", "renewal",
        lambda sums, facts: divided(sums["due_renewed"], sums["due"]),
        "due", FEW_DUE, _NONE_DUE, "wilson", "due_renewed", "due", flows=True,
    ),
    Kpi(
        "renewal_rate_mrr", Text("Renewal rate (MRR)", "更新率（MRR）"),
        Text(
            "MRR that went on, of the MRR that came due; each contract up to what it was worth before.",
            "期間中に更新日を迎えた契約のMRRのうち、更新後も続いた割合。契約ごとに更新前のMRRを上限とする。",
        ),
        "due_kept / due_mrr", "share", "higher", "renewal",
        lambda sums, facts: divided(sums["due_kept"], sums["due_mrr"]),
        "due", FEW_DUE, _NONE_DUE, "bootstrap", "due_kept", "due_mrr", flows=True,
    ),
    Kpi(
        "churn_by_months", Text("Churn by months paid (MRR)", "解約率（MRR・月数加重）"),
        Text(
            "MRR of accounts that left in the last twelve months, by the MRR of every month that all accounts began: a rate "
            "for each month, to be read beside renewal rates, which only count contracts that came due.",
            "直近12か月に解約した顧客のMRRを、各月の月初MRRの合計で割った1か月あたりの率。更新期限を迎えた契約だけを見る更新率と併せて見る。",
        ),
        "months_lost / months_paid", "share", "lower", "renewal",
        lambda sums, facts: divided(sums["months_lost"], sums["months_paid"]),
        "accounts_base", FEW, _NO_YEAR, "bootstrap", "months_lost", "months_paid",
    ),
    Kpi(
        "renewals_due", Text("Contracts due", "更新期限を迎えた契約"),
        Text("Contracts of six months and longer whose term ended.", "期間中に契約期間が満了した6か月以上の契約の数。"),
        "due", "count", "neutral", "renewal", lambda sums, facts: sums["due"].astype(float), "due", 0,
        also=(("accounts_any", 1),), flows=True,
    ),
    Kpi(
        "renewals_due_arr", Text("ARR available to renew", "更新対象ARR"),
        Text("Twelve times the MRR of the contracts that came due.", "更新日を迎えた契約のMRRの12倍。"),
        "12 * due_mrr", "money", "neutral", "renewal",
        lambda sums, facts: 12 * sums["due_mrr"].astype(float), "due", 0,
        also=(("accounts_any", 1),), flows=True,
    ),
    Kpi(
        "churn_reason_unknown", Text("Churn reason unknown", "解約理由が不明の割合"),
        Text(
            "Losses decided in the period whose reason nobody has chosen from the list, of all decided in it, as known on the "
            "day: a reason that is found later lowers it then. Losses that were withdrawn count on neither side.",
            "期間中に解約が決まった案件のうち、解約理由が一覧から選ばれていない割合。後から理由が分かれば、その日から下がる。"
            "取り下げられた解約は分子にも分母にも含めない。",
        ),
        "losses_unexplained / losses", "share", "lower", "renewal",
        lambda sums, facts: divided(sums["losses_unexplained"], sums["losses"]),
        "losses", FEW_LOST, _NONE_LOST, "wilson", "losses_unexplained", "losses", flows=True,
    ),
)  # fmt: skip
