"""Who decided to leave and when, from the lake's contracts as known at the end of a day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from nenrin.analytics.lake import Lake
from nenrin.analytics.revenue import decisions
from nenrin.analytics.revenue.decisions import Signed, Spell
from nenrin.analytics.revenue.policies import Policy
from nenrin.insight.revenue import policies
from nenrin.insight.revenue.books import COUNTED, NOT_DUE, PAST_DUE, UNWILLING

CONTRACTS = """
select account, starts_on, ends_on, coalesce(auto_renews, true), greatest(coalesce(term_months, 1), 1), noticed_on,
       ended_on, {unwilling}, {past_due} + {days},
       [(step.from_on, greatest(coalesce(step.mrr_minor, 0), coalesce(step.list_minor, 0),
         coalesce(step.committed_minor, 0), coalesce(step.usage_minor, 0))) for step in from_json(steps,
        '[{{"from_on":"DATE","mrr_minor":"BIGINT","list_minor":"BIGINT","committed_minor":"BIGINT",'
        '"usage_minor":"BIGINT"}}]')]
from subscriptions s
where {counted}
"""


def spells(lake: Lake, as_of: date, policy: Policy | None = None) -> list[Spell]:
    """Stretches of every account with a paid contract, with the day on which each decided to leave; lapses are merged and
    unpaid contracts given up as the metric policy says (the one of that day)."""
    policy = policy or policies.live(as_of)
    with lake.session(days=(as_of, as_of), known=as_of) as db:
        rows = db.sql(_statement(policy, as_of)).fetchall()
    contracts: dict[int, list[Signed]] = defaultdict(list)
    for account, starts, ends, renews, months, noticed, ended, unwilling, given_up, steps in rows:
        one = decisions.signed(
            starts, ends, auto_renews=renews, term_months=months, noticed_on=noticed, ended_on=ended,
            is_involuntary=unwilling, given_up_on=given_up,
        )  # fmt: skip
        contracts[account] += decisions.paid(one, [tuple(step) for step in steps or ()])
    return decisions.spells(contracts, as_of, gap_days=policy.gap_merge_days)


def _statement(policy: Policy, known: date) -> str:
    days = int(policy.dunning_days)
    past_due = PAST_DUE.format(days=days, known=known) if policy.dunning == "invoices" else NOT_DUE
    return CONTRACTS.format(unwilling=UNWILLING, counted=COUNTED, past_due=past_due, days=days)
