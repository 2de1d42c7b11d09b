"""Where the simulation begins: the baseline's figures beside today's, and who is in neither."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nenrin.foundation import format
from nenrin.insight.lifetimes.baselines import Beginning
from nenrin.insight.lifetimes.starts import Start
from nenrin.values import Money, Text
from nenrin.web import exports


@dataclass(frozen=True, slots=True)
class Row:
    """A figure as it reads; `then` empty without a baseline, `change` where both are known. `term` names its definition."""

    term: str
    then: str
    now: str
    change: str


def rows(begun: Beginning, currency: str) -> list[Row]:
    """MRR, accounts' mean, churn, new MRR and CAC; none where no contract with a price runs."""
    if not begun.today.mrr and begun.then is None:
        return []
    told = [
        _money("mrr", begun, currency, lambda one: one.mrr),
        _money("arpa", begun, currency, lambda one: round(one.arpa)),
        _churn(begun),
        _money("new_mrr_own", begun, currency, lambda one: one.new_mrr),
        _money("cac_own", begun, currency, lambda one: None if one.cac is None else round(one.cac)),
    ]
    return [row for row in told if row is not None]


def _money(term: str, begun: Beginning, currency: str, of: Callable[[Start], int | None]) -> Row | None:
    language = exports.language()
    then, now = (None if one is None else of(one) for one in (begun.then, begun.today))
    if then is None and now is None:
        return None
    change = "" if not then or now is None else format.signed(100 * (now / then - 1), language, 1, "%")
    return Row(term, _shown(then, currency, language), _shown(now, currency, language), change)


def _shown(minor: int | None, currency: str, language: str) -> str:
    return "" if minor is None else format.money(Money(minor, currency), language)


def _churn(begun: Beginning) -> Row | None:
    language = exports.language()
    then, now = (None if one is None else one.churn for one in (begun.then, begun.today))
    if then is None and now is None:
        return None
    change = "" if then is None or now is None else format.signed(100 * (now - then), language, 2, "pt")
    was, is_ = ("" if share is None else format.percent(share, language, 2) for share in (then, now))
    return Row("revenue_churn_own", was, is_, change)


def elsewhere(start: Start) -> Text | None:
    """The accounts in currencies without an exchange rate that the simulation leaves out: how many, and how much they pay."""
    if not start.elsewhere:
        return None
    count = sum(one.accounts for one in start.elsewhere)
    amounts = {
        language: [format.money(Money(one.mrr, one.currency), language) for one in start.elsewhere]
        for language in ("en", "ja")
    }
    who = "one account that pays" if count == 1 else f"{count:,} accounts that pay"
    return Text(
        f"Left out: {who} in currencies without an exchange rate (MRR {', '.join(amounts['en'])}).",
        f"為替レートのない通貨の{count:,}社（MRR {'、'.join(amounts['ja'])}）は含まない。",
    )
