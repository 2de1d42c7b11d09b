"""A part's lifetimes as plain values, for programs: the same through REST and the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from nenrin.analytics.forecasts.lifetimes import Fit
from nenrin.analytics.forecasts.lifetimes.intervals import Interval
from nenrin.insight.lifetimes.accounts import Own
from nenrin.insight.lifetimes.buyers import LEAST_AGAIN, Buyers
from nenrin.insight.lifetimes.buyers import LEAST_CUSTOMERS as LEAST_BUYERS
from nenrin.insight.lifetimes.levels import Key, Level
from nenrin.insight.lifetimes.values import LEAST_CUSTOMERS, LEAST_LOSSES, Slice

#: By which number each is known.
LEVELS: Mapping[Key, str] = {
    "plain": "L0", "discounted": "L1", "three_years": "L2", "five_years": "L2", "growing": "L3", "model": "L4", "own": "L5",
}  # fmt: skip


def of_part(part: Slice, levels: Sequence[Level] = ()) -> dict[str, Any]:
    """Counts, the curve by occasion, the models by BIC, the values with their intervals and a customer's value by level."""
    worth = part.worth
    return {
        "tier": part.tier,
        "term_months": part.term_months,
        "customers": part.cohort.customers,
        "losses": part.cohort.losses,
        "reason": reason(part),
        "occasions": _occasions(part),
        "borrowed": part.moved is not None,
        "models": [_model(one) for one in part.choice.fits] if part.choice else [],
        "payments": _between(worth.payments, worth.payments_interval) if worth else None,
        "new_customer": _between(worth.new, worth.new_interval) if worth else None,
        "still_to_come": _between(worth.book, worth.book_interval) if worth else None,
        "levels": [{"level": LEVELS[one.key], "name": one.key, "value": one.value} for one in levels],
    }


def of_buyers(found: Buyers | None) -> dict[str, Any] | None:
    """Who is invoiced without a contract; null where nobody is."""
    if found is None:
        return None
    told = {
        "customers": found.customers,
        "bought_again": found.again,
        "alive": found.alive,
        "purchases": found.purchases,
    }
    wanting = f"not enough data: needs {LEAST_BUYERS} customers, of whom {LEAST_AGAIN} bought again"
    return told | {"revenue": found.revenue, "reason": "" if found.revenue is not None else wanting}


def reason(part: Slice) -> str:
    """Why there is no model; empty where there is one."""
    if part.model:
        return "" if part.worth else "no customer of today pays in the organisation's currency"
    told = f"not enough data: needs {LEAST_CUSTOMERS} customers and {LEAST_LOSSES} losses"
    bound = "" if part.upper_churn is None else f"; churn of an occasion is at most {part.upper_churn:.1%}"
    return told + bound


NOTHING: dict[str, Any] = {
    "tier": "",
    "term_months": None,
    "renewals_passed": 0,
    "currency": "",
    "mrr_minor": 0,
    "notice_given": False,
    "borrowed": False,
    "payments": None,
    "still_to_come": None,
    "stays_next": None,
    "left": {},
    "by": "group",
    "risk": None,
    "group": None,
    "why_group": "",
    "reason": "no contract had begun by then",
}
WHYS: dict[str, str] = {
    "untold": "no risk of this account is told on that day",
    "ranks": "the risk model only ranks: too few losses for a probability",
    "unjudged": "later months have not judged the risk model yet",
    "beyond": "its next renewal lies beyond the horizon for which the risk model was judged",
}


def of_account(own: Own | None, account: int, as_of: date) -> dict[str, Any]:
    """One account's value with its interval; a reason where there is none."""
    told = {"account": account, "as_of": as_of}
    return told | (NOTHING if own is None else _of_own(own))


def _of_own(own: Own) -> dict[str, Any]:
    life, told, chances = own.life, own.told, own.chances
    return {
        "tier": own.part.tier,
        "term_months": life.term_months,
        "renewals_passed": life.passed,
        "currency": life.currency,
        "mrr_minor": life.mrr_minor,
        "notice_given": own.coming.is_leaving,
        "borrowed": own.part.moved is not None,
        "payments": told.payments if told else None,
        "still_to_come": _between(told.worth, told.interval) if told else None,
        "stays_next": told.next if told else None,
        "left": dict(told.left) if told else {},
        "by": "own_risk" if chances else "group",
        "risk": chances and {"as_of": chances.as_of, "days": chances.days, "probability": chances.risk},
        "group": _between(own.group.worth, own.group.interval) if own.group else None,
        "why_group": WHYS[own.why] if own.why else "",
        "reason": "" if told else _reason_of(own),
    }


def _reason_of(own: Own) -> str:
    if own.life.is_lost:
        return f"lost on {own.life.lost_on}"
    return reason(own.part) if own.life.is_running else "the last contract has just ended; a renewal may come"


def _occasions(part: Slice) -> list[dict[str, Any]]:
    seen, last = part.observed, part.cohort.occasions
    expected = part.model.survival(range(last + 1)) if part.model else None
    return [
        {
            "occasion": n,
            "at_risk": part.cohort.at_risk[n],
            "lost": part.cohort.lost[n],
            "observed": seen.share[n],
            "low": seen.low[n],
            "high": seen.high[n],
            "expected": None if expected is None else float(expected[n]),
        }
        for n in range(min(last + 1, len(part.cohort.lost)))
    ]


def _model(fit: Fit) -> dict[str, Any]:
    return {
        "kind": fit.kind,
        "parameters": list(fit.model.parameters),
        "errors": None if fit.at_edge else list(fit.errors),
        "log_likelihood": fit.log_likelihood,
        "bic": fit.bic,
    }


def _between(value: float, interval: Interval) -> dict[str, float]:
    return {"value": value, "low": interval.low, "high": interval.high}
