"""Seventy companies since January 2024, half on monthly and half on annual terms. Unhappy ones tend to leave: notice on
the 10th for the end of the next month, or of the term; what was answered and signed is known on its own day."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from nenrin.analytics.lake.schemas import FACTS
from nenrin.customers import accounts, subscriptions
from nenrin.customers.models import Account
from nenrin.customers.terms import add_months
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.ingest import lakes
from nenrin.insight import refresh
from nenrin.insight.models import Progress

FIRST, COUNT, MONTHS = date(2024, 1, 1), 70, 24
#: The last closed day; whoever gave notice by then and still pays is no longer foretold.
KNOWN = date(2025, 12, 31)
MRR = 100_000
GROWN = 130_000
TIERS = ("smb", "mid_market")


def build(at: datetime, count: int = COUNT, seed: int = 7) -> dict[int, tuple[date | None, bool]]:
    """Account id -> (day of its notice or None, whether its term is a year); the day before KNOWN's morrow is closed."""
    rng, rows, made = np.random.default_rng(seed), [], {}
    for n in range(count):
        account = accounts.open(f"会社{n:03d}", by=SYSTEM, at=at, status="customer")
        annual, unhappy = n % 2 == 1, rng.random() < 0.35
        notice = _notice(rng, annual=annual, unhappy=unhappy)
        grows = rng.random() < 0.5
        made[account.pk] = (notice, annual)
        rows += _rows(account, rng, annual=annual, unhappy=unhappy, notice=notice, grows=grows)
    subscriptions.sign(account, by=SYSTEM, at=at, starts_on=FIRST)  # the lake knows the rest of its contracts
    lakes.current().append_facts(pa.Table.from_pylist(rows, schema=FACTS), app="test", version=1)
    Progress.objects.filter(pk=refresh.here().pk).update(scored_through=KNOWN)
    Organisation.objects.update(closed_through=KNOWN)
    return made


def _notice(rng: np.random.Generator, *, annual: bool, unhappy: bool) -> date | None:
    """Monthly: any month, 8 % or 1 %; annual: before the first renewal, 60 % or 10 %."""
    if annual:
        return date(2024, 12, 10) if rng.random() < (0.6 if unhappy else 0.1) else None
    left = np.flatnonzero(rng.random(MONTHS) < (0.08 if unhappy else 0.01))
    return add_months(FIRST, int(left[0])).replace(day=10) if len(left) else None


def _rows(
    account: Account, rng: np.random.Generator, *, annual: bool, unhappy: bool, notice: date | None, grows: bool
) -> list[dict[str, Any]]:
    term = 12 if annual else 1
    body: dict[str, Any] = {
        "starts_on": FIRST.isoformat(), "ends_on": add_months(FIRST, term).isoformat(), "auto_renews": True,
        "term_months": term, "mrr_minor": MRR, "currency": "JPY", "seats": 10, "noticed_on": None, "ended_on": None,
        "steps": [{"from_on": FIRST.isoformat(), "mrr_minor": MRR, "seats": 10}],
    }  # fmt: skip
    tier = {"status": "customer", "tier": TIERS[term == 12], "customer_since": FIRST.isoformat()}
    rows = [_fact("account", account, tier, FIRST), _fact("subscription", account, body, FIRST)]
    if grows:
        day = add_months(FIRST, int(rng.integers(3, 20)))
        body = body | {"steps": [*body["steps"], {"from_on": day.isoformat(), "mrr_minor": GROWN, "seats": 13}]}
        rows += [_fact("subscription", account, body, day)] if notice is None else []
    if notice:
        ends = add_months(notice.replace(day=1), 1)
        body = body | {"noticed_on": notice.isoformat(), "ended_on": ends.isoformat(), "ends_on": ends.isoformat()}
        body["steps"] = body["steps"][:1]
        rows.append(_fact("subscription", account, body, notice))
    for quarter in range(0, MONTHS, 3):
        day = add_months(FIRST, quarter) + timedelta(int(rng.integers(0, 20)))
        score = int(np.clip(rng.normal(4.5 if unhappy else 8.5, 1.5), 0, 10))
        told = {"survey": "nps", "score": score, "answered_on": day.isoformat(), "role": ""}
        rows.append(_fact("answer", account, told, day, key=f"{account.pk}-{quarter}"))
    return rows


def _fact(kind: str, account: Account, body: dict[str, Any], known: date, key: str = "") -> dict[str, Any]:
    return {
        "kind": kind, "key": key or str(account.pk), "account": account.pk,
        "valid_at": datetime(known.year, known.month, known.day, tzinfo=UTC), "known_on": known,
        "recorded_at": datetime(known.year, known.month, known.day, tzinfo=UTC), "seq": known.toordinal(),
        "gone": False, "assumed": True, "body": json.dumps(body),
    }  # fmt: skip
