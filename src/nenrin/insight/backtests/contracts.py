"""When each account decided to leave, from the lake's contracts as known at the end of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from nenrin.analytics.backtests import outcomes
from nenrin.analytics.backtests.outcomes import Signed, Spell
from nenrin.analytics.lake import Lake

CONTRACTS = """
select account, starts_on, ends_on, coalesce(auto_renews, true), greatest(coalesce(term_months, 1), 1), noticed_on,
       ended_on, notice_deadline, coalesce(is_involuntary, false)
from subscriptions
where believed_to = date '9999-12-31' and account is not null and starts_on is not null and ends_on is not null
"""


def spells(lake: Lake, as_of: date, accounts: Sequence[int] | None = None) -> list[Spell]:
    """Stretches of every account with a contract, with the day on which each decided to leave."""
    with lake.session(days=(as_of, as_of), known=as_of, accounts=accounts) as db:
        rows = db.sql(CONTRACTS).fetchall()
    contracts: dict[int, list[Signed]] = defaultdict(list)
    for account, starts, ends, renews, months, noticed, ended, deadline, involuntary in rows:
        contracts[account].append(
            outcomes.signed(
                starts, ends, auto_renews=renews, term_months=months, noticed_on=noticed, ended_on=ended,
                deadline=deadline, is_involuntary=involuntary,
            )
        )  # fmt: skip
    return outcomes.spells(contracts, as_of)
