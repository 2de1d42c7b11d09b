"""What contracts say that cannot be quite right, and what the ledger makes of it. Nothing here is silently dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

import duckdb

from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.exchange import closed_on
from nenrin.analytics.revenue.paths import NEVER, number
from nenrin.values import Period, Text

Kind = Literal["no_rate", "no_month_end", "overlap", "reversed", "undated", "two_currencies", "negative"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NAMES: dict[Kind, Text] = {
    "no_rate": Text("currency without an exchange rate", "為替レートのない通貨"),
    "no_month_end": Text("month-end exchange rate missing", "月末の為替レートの不足"),
    "overlap": Text("contracts that overlap", "契約期間の重複"),
    "reversed": Text("contracts that end before they begin", "終了日が開始日以前の契約"),
    "undated": Text("contracts without a first or last day", "開始日または終了日のない契約"),
    "two_currencies": Text("more than one currency", "通貨の変更"),
    "negative": Text("MRR below zero", "マイナスのMRR"),
}
BEHAVIOUR: dict[Kind, Text] = {
    "no_rate": Text(
        "The account is not computable and left out of every figure. Add a rate to the metric policy.",
        "計算できないため、すべての数値から除外。指標ポリシーに為替レートを追加すると計上される。",
    ),
    "no_month_end": Text(
        "The account is not computable: it is left out of the MRR and the movements of every period that opens or closes on this month's end. Add the month's rate.",
        "計算できないため、この月末を期首または期末とする期間のMRRと増減から除外。該当月のレートを追加すると計上される。",
    ),
    "overlap": Text(
        "Two contracts of one product run at the same time: both count. Where one stands for the other, mark it as replaced.",
        "同じ製品の契約が同時に有効。両方を計上。片方がもう一方に代わるものなら、契約の置き換えとして登録する。",
    ),
    "reversed": Text("Such a contract counts as nothing. Correct its days.", "計上しない。契約の日付を修正する。"),
    "undated": Text("Such a contract is left out. Add the missing day.", "計上しない。不足している日付を追加する。"),
    "two_currencies": Text(
        "Each part counts at the rate of its own currency; the change itself is neither churn nor a new customer, no other product, and a contract that goes on in the other currency is renewed.",
        "それぞれの通貨のレートで計上。通貨の変更は解約・新規・別製品の追加に数えず、別の通貨で続く契約は更新とする。",
    ),
    "negative": Text(
        "A credit lowers the sum; an account with nothing but credits does not count as paying.",
        "クレジット（減額）として合計から差し引く。マイナスだけの顧客は課金中に数えない。",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`since` up to and without `until` (None: still so); `key` names the contract, `words` what it says."""

    kind: Kind
    account: int
    key: str
    since: date | None
    until: date | None
    words: str = ""


#: After states.build: `contracts`, `stops`, `spans`, `credited` and `states` stand.
FOUND = """
with earlier as (
  select *, max(closes) over (partition by account, product order by starts_on, key
                              rows between unbounded preceding and 1 preceding) as busy_to
  from stops where closes > starts_on and coalesce(list_max([step.minor for step in steps]), 0) >= 0  -- a credit stands for nothing
)
select 'overlap' as kind, account, key, starts_on as since, least(busy_to, closes) as until, product as words
from earlier where busy_to > starts_on
union all
select 'reversed', account, key, starts_on, null, coalesce(ended_on, ends_on)::varchar from stops
where ended_on <= starts_on or ends_on <= starts_on
union all
select 'two_currencies', account, min(key), min(opens), max(closes), string_agg(distinct currency, ', ' order by currency)
from spans group by account, product having count(distinct currency) > 1
union all
select 'negative', account, min(key), min(opens), max(closes), min(minor)::varchar from credited group by account
order by kind, account, since
"""
FOREVER = date(9999, 12, 31)
DAY = timedelta(days=1)


def found(db: duckdb.DuckDBPyConnection, left_out: tuple[tuple[int, str], ...]) -> tuple[Finding, ...]:
    """The findings of a connection on which a book was just built; `left_out` as in the book."""
    rows = [Finding("no_rate", account, "", None, None, currency) for account, currency in left_out]
    for kind, account, key, since, until, words in db.sql(FOUND).fetchall():
        rows.append(Finding(kind, account, key, since, None if until == FOREVER else until, words or ""))
    return tuple(rows)


def unrated(book: Book, period: Period) -> list[Finding]:
    """Of a book at month-end rates: the accounts with a currency that has no rate where a period opens or closes."""
    out = []
    for end in dict.fromkeys(closed_on(day) for day in (period.start - DAY, period.end - DAY)):
        states, missing = book.states, set(book.unrated(end).tolist())
        pairs = zip(states.of.tolist(), states.currency.tolist(), strict=True)
        found = {(row, name) for row, name in pairs if row in missing and book.exchange.factor(name, end) is None}
        out += [
            Finding("no_month_end", int(book.accounts[row]), "", None, None, f"{name} {end:%Y-%m}")
            for row, name in sorted(found)
        ]
    return out


def touching(findings: tuple[Finding, ...], period: Period) -> list[Finding]:
    """Those that bear on a period or on the twelve months before its end."""
    start, end = number(period.end) - 366, number(period.end)
    return [
        one for one in findings
        if (one.since is None or number(one.since) < end)
        and (NEVER if one.until is None else number(one.until)) > min(start, number(period.start))
    ]  # fmt: skip
