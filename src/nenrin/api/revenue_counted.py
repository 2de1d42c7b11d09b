"""REST: what MRR counts of one account, and why it is not its agreed price."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.api.reach import editable
from nenrin.foundation import organisation
from nenrin.foundation.permissions import Permission
from nenrin.insight.revenue import counted, policies
from nenrin.insight.revenue.counted import Reason
from nenrin.values import Money

router = Router(tags=["revenue"])
VIEW = Permission.SUBSCRIPTIONS_VIEW


class CountedPartOut(Strict):
    """What one choice of the metric policy adds to the agreed price; below zero where it takes."""

    reason: Reason
    minor: int


class MoneyOut(Strict):
    minor: int
    currency: str


class CountedOut(Strict):
    """counted_minor = agreed_minor + parts, in `currency`, of the contracts in it; `elsewhere` in other ones. `ledger`: all of
    it in the organisation's currency, null without an exchange rate: then the ledger leaves the account out."""

    account: int
    as_of: date
    policy: int
    currency: str
    agreed_minor: int
    counted_minor: int
    parts: list[CountedPartOut]
    elsewhere: list[MoneyOut]
    ledger: MoneyOut | None


@router.get("/accounts/{int:account_id}", response=CountedOut, summary="Get what MRR counts of an account")
@grants(VIEW)
def get_counted(request: ApiRequest, account_id: Id) -> Any:
    """Today, under the metric policy in force. Parts: metered usage, discounts left out, ramps at their average, the day on
    which churn counts, unpaid invoices, and contracts that have just begun or ended."""
    account, today = editable(request.member, VIEW, account_id), organisation.today(request.at)
    found = counted.counted(account, today)
    stamp = {"account": account.pk, "as_of": today}
    if found is None:
        nothing = {
            "policy": policies.live(today).version,
            "currency": account.currency,
            "agreed_minor": 0,
            "counted_minor": 0,
        }
        return stamp | nothing | {"parts": [], "elsewhere": [], "ledger": None}
    return stamp | {
        "policy": found.policy.version,
        "currency": found.counted.currency,
        "agreed_minor": found.agreed.minor,
        "counted_minor": found.counted.minor,
        "parts": [{"reason": one.reason, "minor": one.minor} for one in found.parts],
        "elsewhere": [_money(one) for one in found.elsewhere],
        "ledger": found.ledger and _money(found.ledger),
    }


def _money(of: Money) -> dict[str, Any]:
    return {"minor": of.minor, "currency": of.currency}
