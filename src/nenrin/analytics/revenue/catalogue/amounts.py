"""How large the book is."""

from nenrin.analytics.revenue.kpis import Kpi, divided
from nenrin.values import Text

_NONE = Text("no account pays", "課金中の顧客がない")
#: Nought is a figure where there are accounts of which none pays, and none where there is no account.
_SOME = (("accounts_any", 1),)

ALL = (
    Kpi(
        "mrr", Text("MRR", "MRR"),
        Text(
            "Recurring revenue of a month at the end of the period, without tax and one-off items.",
            "期末時点の月額経常収益。税と一時金を除く。",
        ),
        "end", "money", "higher", "amount", lambda sums, facts: sums["end"].astype(float),
        "accounts_end", 0, also=_SOME,
    ),
    Kpi(
        "arr", Text("ARR", "ARR"),
        Text("Twelve times the MRR of running contracts.", "契約中のMRRの12倍。"),
        "12 * end", "money", "higher", "amount", lambda sums, facts: 12 * sums["end"].astype(float),
        "accounts_end", 0, also=_SOME,
    ),
    Kpi(
        "committed_mrr", Text("Committed MRR (CMRR)", "確定MRR（CMRR）"),
        Text(
            "MRR once every contract signed has begun and every notice given has taken effect.",
            "署名済みの契約がすべて始まり、届いた解約通知がすべて効いた後のMRR。",
        ),
        "committed", "money", "higher", "amount", lambda sums, facts: sums["committed"].astype(float),
        "accounts_end", 0, also=_SOME,
    ),
    Kpi(
        "contracted_arr", Text("Contracted ARR", "契約済みARR"),
        Text(
            "Twelve times the committed MRR: with what is signed and not yet running, without what notice was given for. "
            "Not the ARR that runs today.",
            "確定MRRの12倍。署名済みで未開始の契約を含み、解約通知のある契約を除く。契約中のARRとは異なる。",
        ),
        "12 * committed", "money", "higher", "amount", lambda sums, facts: 12 * sums["committed"].astype(float),
        "accounts_end", 0, also=_SOME,
    ),
    Kpi(
        "paying_accounts", Text("Paying accounts", "課金中の顧客数"),
        Text("Accounts with MRR above zero at the end of the period.", "期末時点でMRRがある顧客の数。"),
        "accounts_end", "count", "higher", "amount", lambda sums, facts: sums["accounts_end"].astype(float),
        "accounts_end", 0, also=_SOME,
    ),
    Kpi(
        "arpa", Text("ARPA", "顧客単価（ARPA）"),
        Text("MRR for each paying account.", "課金中の顧客1社あたりのMRR。"),
        "end / accounts_end", "money", "higher", "amount",
        lambda sums, facts: divided(sums["end"], sums["accounts_end"]), "accounts_end", 1, _NONE, "bootstrap",
        "end", "accounts_end",
    ),
)  # fmt: skip
