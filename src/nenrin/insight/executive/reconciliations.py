"""From what a forecast counts as lost in a month to the churn that the revenue ledger books for it, line by line.

A forecast counts a customer on the day of its decision and only where it had said something of it; the ledger books
the loss on the day from which nothing is paid. The lines between the two add up to the minor unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nenrin.analytics.revenue.paths import number
from nenrin.customers.terms import add_months
from nenrin.insight.models import RiskSaid
from nenrin.insight.revenue import books as revenue
from nenrin.insight.revenue import locks, statements
from nenrin.insight.revenue.locks import Closed
from nenrin.insight.risk import outcomes
from nenrin.insight.risk.outcomes import LEFT, Decided, Decision
from nenrin.values import Period, Text

NAMES: Mapping[str, Text] = {
    "foretold": Text("decided in the month, as the forecast counts it", "当月に決まった解約（予測の実績）"),
    "later": Text("less: service ends in a later month", "うち翌月以降にサービス終了"),
    "back": Text("less: paying again by the end of the month", "うち月末までに再契約"),
    "amount": Text("price changes between the decision and the end", "決定から終了までの金額の変化"),
    "earlier": Text("decided in an earlier month", "前月以前に決まった解約"),
    "not_asked": Text("decided in the month, but nothing was said of them", "当月に決まったが予測の対象外"),
    "unpaid": Text("lost to failed payments, foretold apart", "支払い滞納による解約（別に予測）"),
    "undecided": Text("ended without a notice: a renewal may still come", "通知なしの満了（更新の可能性あり）"),
    "closed": Text("known only after the books were closed", "締めた後に分かった分"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """Minor units of the reporting currency, losses positive, and the accounts with their parts, the largest first."""

    key: str
    minor: int
    accounts: tuple[tuple[int, int], ...]

    @property
    def name(self) -> Text:
        return NAMES[self.key]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Of the month [begins, ends): `lines` add up to `booked`, the churn of its movements."""

    begins: date
    ends: date
    currency: str
    lines: tuple[Line, ...]
    booked: int

    @property
    def holds(self) -> bool:
        return sum(line.minor for line in self.lines) == self.booked


def reconciliation(begins: date, known: date, accounts: Iterable[int] | None = None) -> Reconciliation:
    """Of the month that begins on a day, as known on another: of all customers, or of those that a viewer may see."""
    ends = add_months(begins, 1)
    own = None if accounts is None else tuple(accounts)
    ledger, period = revenue.limited(revenue.ledger(known), own), Period(begins, ends)
    decided = outcomes.decided(ledger)
    lost = _churned(statements.behind(ledger, period, "churn"))
    told = _foretold(decided, period)
    closed = Closed(ledger, own, tuple(locks.locks())).telling(period)
    found = _sorted(decided, period, lost, told)
    booked = lost
    if closed is not ledger and closed.policy.reporting_currency == ledger.policy.reporting_currency:
        booked = _churned(statements.behind(closed, period, "churn"))
        found["closed"] = {a: booked.get(a, 0) - lost.get(a, 0) for a in {*booked, *lost}}
    lines = tuple(_line(key, found[key]) for key in NAMES if key == "foretold" or any(found.get(key, {}).values()))
    return Reconciliation(begins, ends, ledger.policy.reporting_currency, lines, sum(booked.values()))


def _churned(found: Sequence[statements.Change]) -> dict[int, int]:
    return {one.account: -one.amount for one in found}


def _line(key: str, parts: Mapping[int, int]) -> Line:
    kept = sorted(((a, minor) for a, minor in parts.items() if minor), key=lambda one: (-abs(one[1]), one[0]))
    return Line(key, sum(minor for _, minor in kept), tuple(kept))


def _foretold(decided: Decided, period: Period) -> dict[int, int]:
    """What those decided in the month paid of whom something had been said at its begin."""
    asked = set(_asked(period.start))
    came = decided.standing([period.start], [period.end])
    rows = zip(came.account.tolist(), came.outcome.tolist(), came.change.tolist(), strict=True)
    return {account: -change for account, outcome, change in rows if outcome == LEFT and account in asked}


def _asked(begins: date) -> Iterable[int]:
    said = RiskSaid.objects.filter(event="churn", as_of=begins - timedelta(days=1))
    return said.values_list("account_id", flat=True)


def _sorted(
    decided: Decided, period: Period, lost: Mapping[int, int], told: Mapping[int, int]
) -> dict[str, dict[int, int]]:
    """Each account's parts by line."""
    out: dict[str, dict[int, int]] = {key: {} for key in NAMES}
    out["foretold"] = dict(told)
    by_account: dict[int, list[Decision]] = {}
    for one in decided.decisions:
        by_account.setdefault(one.account, []).append(one)
    for account in {*lost, *told}:
        behind = by_account.get(account, [])
        if account not in told:
            out[_kind(behind, period)][account] = lost[account]
        elif account in lost:
            out["amount"][account] = lost[account] - told[account]
        else:
            ends_later = any(one.ends >= number(period.end) for one in behind)
            out["later" if ends_later else "back"][account] = -told[account]
    return out


def _kind(decisions: Sequence[Decision], period: Period) -> str:
    """Why a loss that the ledger books was not among those foretold."""
    begin, end = number(period.start), number(period.end)
    made = [one for one in decisions if one.day < end]
    if not made:
        return "undecided"
    one = next((each for each in made if begin <= each.ends < end), made[-1])
    if one.is_unwilling:
        return "unpaid"
    if one.day >= begin:
        return "not_asked"
    return "earlier" if one.ends >= begin else "undecided"
