"""Who decided to leave and when, from the lake's contracts as known at the end of a day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from nenrin.analytics.lake import Lake
from nenrin.analytics.revenue import decisions
from nenrin.analytics.revenue.decisions import Signed, Spell
from nenrin.insight.revenue import policies
from nenrin.insight.revenue.books import COUNTED, UNWILLING

CONTRACTS = f"""
select account, starts_on, ends_on, coalesce(auto_renews, true), greatest(coalesce(term_months, 1), 1), noticed_on,
       ended_on, {UNWILLING},
       [(step.from_on, greatest(coalesce(step.mrr_minor, 0), coalesce(step.list_minor, 0),
         coalesce(step.committed_minor, 0), coalesce(step.usage_minor, 0))) for step in from_json(steps,
        '[{{"from_on":"DATE","mrr_minor":"BIGINT","list_minor":"BIGINT","committed_minor":"BIGINT",'
        '"usage_minor":"BIGINT"}}]')]
from subscriptions s
where {COUNTED}
"""


def spells(lake: Lake, as_of: date, gap_days: int | None = None) -> list[Spell]:
    """Stretches of every account with a paid contract, with the day on which each decided to leave; lapses are merged
    as the metric policy of that day says."""
    gap = policies.live(as_of).gap_merge_days if gap_days is None else gap_days
    with lake.session(days=(as_of, as_of), known=as_of) as db:
        rows = db.sql(CONTRACTS).fetchall()
    contracts: dict[int, list[Signed]] = defaultdict(list)
    for account, starts, ends, renews, months, noticed, ended, unwilling, steps in rows:
        one = decisions.signed(
            starts, ends, auto_renews=renews, term_months=months, noticed_on=noticed, ended_on=ended,
            is_involuntary=unwilling,
        )  # fmt: skip
        contracts[account] += decisions.paid(one, [tuple(step) for step in steps or ()])
    return decisions.spells(contracts, as_of, gap_days=gap)
