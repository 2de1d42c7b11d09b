"""The company on which a slogan is tried: ten figures, each an assumption that a reader can change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from nenrin.values import Text

Unit = Literal["money", "share", "count", "months", "times"]


@dataclass(frozen=True, slots=True)
class Company:
    """Money in minor units of one currency; shares 0..1; churn by the month of the revenue (not of the logos).
    `is_counted`: `accounts` are those there are, so that no budget can help more of them."""

    mrr: float = 10_000_000
    churn: float = 0.03
    churn_after: float = 0.02
    new_mrr: float = 300_000  # won each month
    arpa: float = 50_000
    margin: float = 0.80  # what remains of revenue after the cost of serving
    discount: float = 0.10  # a year
    cac: float = 500_000
    contact_cost: float = 5_000  # of helping one account
    uplift: float = 0.05  # share of the helped who stay because of it
    csm_cost: float = 8_000_000  # one CSM for a year, all included
    budget: float = 1_000_000  # spent either on winning or on keeping
    years: int = 5
    is_counted: bool = False

    @property
    def accounts(self) -> float:
        return self.mrr / self.arpa

    def with_(self, field: str, value: float) -> Company:
        """The same company with one figure changed."""
        changes: dict[str, Any] = {field: value}
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Input:
    """One figure with its name, unit and the values for which the formulas have a meaning."""

    key: str
    name: Text
    unit: Unit
    low: float
    high: float
    note: Text


#: Units with the rooms in which the formulas have a meaning.
MONEY: tuple[Unit, float, float] = ("money", 1, 1e15)
NO_MONEY: tuple[Unit, float, float] = ("money", 0, 1e15)
CHURN: tuple[Unit, float, float] = ("share", 0.0005, 0.5)

INPUTS: dict[str, Input] = {
    one.key: one
    for one in (
        Input("mrr", Text("MRR", "MRR"), *MONEY, Text("Recurring revenue of one month, tax excluded", "1か月の定期売上（税抜）")),
        Input("churn", Text("Revenue churn today", "現在の解約率（金額）"), *CHURN, Text("Share of MRR that is lost", "失うMRRの割合")),
        Input("churn_after", Text("Revenue churn aimed at", "目標の解約率（金額）"), *CHURN, Text("What customer success should bring it to", "カスタマーサクセスで目指す水準")),
        Input("new_mrr", Text("New MRR a month", "毎月の新規MRR"), *NO_MONEY, Text("Won in each month, unchanged over the years", "毎月獲得する額（期間中一定）")),
        Input("arpa", Text("ARPA", "顧客単価"), *MONEY, Text("MRR of one account", "1顧客あたりのMRR")),
        Input("margin", Text("Gross margin", "粗利率"), "share", 0.01, 1, Text("Assumed: nothing in the contracts tells it", "仮定値（契約からは分からない）")),
        Input("discount", Text("Discount rate a year", "割引率（年）"), "share", 0, 1, Text("Assumed: what waiting a year costs", "仮定値（1年待つことの費用）")),
        Input("cac", Text("Cost of winning an account", "顧客獲得費用（CAC）"), *MONEY, Text("Assumed until costs are imported", "仮定値（費用の取り込みまで）")),
        Input("contact_cost", Text("Cost of helping an account", "1顧客への支援費用"), *NO_MONEY, Text("Assumed: one action on one account", "仮定値（1顧客への1回の働きかけ）")),
        Input("uplift", Text("Share kept by that help", "支援で継続に転じる割合"), "share", 0.0001, 1, Text("Assumed: the difference to accounts without help, not the share of helped accounts that stayed", "仮定値（支援しなかった場合との差。支援した顧客の継続率ではない）")),
        Input("csm_cost", Text("Cost of a CSM a year", "CSM1人の年間費用"), *MONEY, Text("Assumed: salary, social insurance, tools", "仮定値（給与・社会保険・ツールを含む）")),
        Input("budget", Text("Budget to compare", "比較する予算"), *MONEY, Text("Spent on winning, or on keeping", "獲得または維持のどちらかに使う額")),
        Input("years", Text("Years looked ahead", "期間（年）"), "count", 1, 10, Text("Length of the monthly path", "月次推移の長さ")),
    )
}  # fmt: skip


class Impossible(ValueError):
    """A figure lies where the formulas mean nothing; `key` names the input and `low` and `high` its room."""

    def __init__(self, key: str) -> None:
        one = INPUTS[key]
        super().__init__(f"{key} must lie between {one.low:g} and {one.high:g}")
        self.key, self.low, self.high = key, one.low, one.high


def checked(company: Company) -> Company:
    """The company itself; raises Impossible for the first figure outside its room."""
    for key, one in INPUTS.items():
        value = getattr(company, key)
        if not one.low <= value <= one.high:
            raise Impossible(key)
    return company
