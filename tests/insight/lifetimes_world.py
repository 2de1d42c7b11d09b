"""Sixty companies on annual terms since April 2022, some of which left at a renewal; and a few on monthly terms."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from nenrin.analytics.lake.schemas import FACTS
from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import lakes

#: How many of the sixty left at their first, second, third, fourth renewal.
LEFT = (14, 7, 4, 2)
ANNUAL, MONTHLY = 60, 4
MRR = 100_000
KNOWN = date(2022, 4, 1)


def build(at: datetime, *, annual: int = ANNUAL, monthly: int = MONTHLY) -> list[Account]:
    """The accounts in order: those that left first, by renewal; then those that stayed; then the monthly ones."""
    made = [accounts.open(f"会社{n:03d}", by=SYSTEM, at=at, status="customer") for n in range(annual + monthly)]
    rows = [_tier(account, "mid_market" if n < annual else "smb") for n, account in enumerate(made)]
    leaving = [renewal for renewal, count in enumerate(LEFT, start=1) for _ in range(count)]
    for n, account in enumerate(made):
        left = leaving[n] if n < min(annual, len(leaving)) else 0
        rows += _signed(account, 12 if n < annual else 1, left)
    lakes.current().append_facts(pa.Table.from_pylist(rows, schema=FACTS), app="test", version=1)
    return made


def _signed(account: Account, term: int, left: int) -> list[dict[str, Any]]:
    """The contract, and where it ended, that it did so from that day on."""
    ends = date(2023 if term == 12 else 2022, 4 if term == 12 else 5, 1)
    body = {
        "starts_on": "2022-04-01", "ends_on": ends.isoformat(), "auto_renews": True, "term_months": term,
        "mrr_minor": MRR, "currency": "JPY", "noticed_on": None, "ended_on": None,
    }  # fmt: skip
    rows = [fact("subscription", str(account.pk), account.pk, body, KNOWN)]
    if left:
        day = date(2022 + left, 4, 1)
        ended = body | {"ended_on": day.isoformat(), "ends_on": day.isoformat()}
        rows.append(fact("subscription", str(account.pk), account.pk, ended, day))
    return rows


def _tier(account: Account, tier: str) -> dict[str, Any]:
    return fact("account", str(account.pk), account.pk, {"status": "customer", "tier": tier}, KNOWN)


def fact(kind: str, key: str, account: int, body: dict[str, Any], known: date) -> dict[str, Any]:
    return {
        "kind": kind, "key": key, "account": account, "valid_at": datetime(1900, 1, 1, tzinfo=UTC), "known_on": known,
        "recorded_at": datetime(known.year, known.month, known.day, tzinfo=UTC), "seq": known.toordinal(),
        "gone": False, "assumed": True, "body": json.dumps(body),
    }  # fmt: skip


def resign(account: Account, **changed: Any) -> None:
    """The account's contract as it is known since September 2026: annual since April 2022, with these changes."""
    known = date(2026, 9, 2)
    body = {
        "starts_on": "2022-04-01", "ends_on": "2027-04-01", "auto_renews": True, "term_months": 12,
        "mrr_minor": MRR, "currency": "JPY", "noticed_on": None, "ended_on": None,
    }  # fmt: skip
    row = fact("subscription", str(account.pk), account.pk, body | changed, known)
    lakes.current().append_facts(pa.Table.from_pylist([row], schema=FACTS), app=f"resign-{account.pk}", version=1)
