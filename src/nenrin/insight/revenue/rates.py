"""What other currencies are worth in the organisation's, as the metric policy says: its own rates, or those of month ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import duckdb

from nenrin.analytics.revenue.exchange import Exchange, Quote, chained, end_of
from nenrin.analytics.revenue.policies import Policy
from nenrin.ingest.models import ExchangeRate
from nenrin.insight.revenue import policies

RATES = """
select month, currency, into_currency, rate from exchange_rates where believed_to = date '9999-12-31' and month is not null
"""


def known(db: duckdb.DuckDBPyConnection, policy: Policy) -> Exchange:
    """As a session of the lake knows them."""
    return _of(policy, db.sql(RATES).fetchall()) if policy.currency == "month_end" else Exchange(policy)


def current(on: date) -> Exchange:
    """Under the policy of a day, as it stands now."""
    policy = policies.live(on)
    if policy.currency != "month_end":
        return Exchange(policy)
    return _of(policy, ExchangeRate.objects.standing().values_list("month", "currency", "into", "rate"))


def _of(policy: Policy, rows: Iterable[tuple[date, str, str, str]]) -> Exchange:
    quotes = [Quote(month, currency, into, Fraction(rate)) for month, currency, into, rate in rows]
    return Exchange(policy, *chained(quotes, policy.reporting_currency))


def spent(exchange: Exchange, month: date, currency: str, minor: int, known: date) -> int | None:
    """What was spent in a month, at the rate of its end (of the month that runs: of the last one over); None without one."""
    return exchange.minor(minor, currency or exchange.policy.reporting_currency, min(end_of(month), known))
